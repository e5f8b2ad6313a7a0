import EventEngine
import Testing
import Timing

@testable import Studies

/// Surfaces follow what samples have in common, and only where there are enough of them.
@Suite struct ResidualFitTests {
    private static func samples(_ count: Int, seed: UInt64 = 1) -> (points: [[Double]], residuals: [Double]) {
        var random = RandomStream(seed: seed, name: "residuals")
        let points = (0..<count).map { _ in [random.uniform() * 8, random.uniform() * 8] }
        return (points, points.map { truth($0) + 0.02 * (random.uniform() - 0.5) })
    }

    private static func truth(_ point: [Double]) -> Double {
        0.3 * PortableMath.sin(point[0] / 2) + (point[1] > 4 ? 0.1 : 0)
    }

    @Test func fewerThanSixtyFourSamplesGiveNoSurface() {
        let few = Self.samples(63)
        #expect(ResidualFit.surface(few.points, few.residuals) == nil)
    }

    @Test func aSmoothTruthIsFound() throws {
        let known = Self.samples(96), unseen = Self.samples(300, seed: 2)
        let surface = try #require(ResidualFit.surface(known.points, known.residuals))
        let inside = unseen.points.filter(surface.contains)
        #expect(inside.count > 250)
        let plain = inside.map { abs(Self.truth($0)) }.reduce(0, +)
        let errors = inside.map { abs(PortableMath.log(surface.factor(at: $0)) - Self.truth($0)) }
        #expect(errors.reduce(0, +) < 0.25 * plain)
    }

    /// `L L^T x = b` for a matrix worked by hand: `[[4, 2], [2, 5]] x = [8, 9]` has `x = [1.375, 1.25]`.
    @Test func choleskySolves() throws {
        let factor = try #require(CholeskyFactor([4, 0, 2, 5], count: 2))
        let x = factor.solve([8, 9])
        #expect(abs(x[0] - 1.375) < 1e-12 && abs(x[1] - 1.25) < 1e-12)
        #expect(abs(factor.logDeterminant - PortableMath.log(16)) < 1e-12)
        #expect(CholeskyFactor([1, 0, 2, 1], count: 2) == nil)
    }
}
