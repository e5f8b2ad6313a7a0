import EventEngine
import ModelGraph
import Testing

@testable import Timing

/// A surface refines what it was measured on and leaves everything else alone.
@Suite struct ResidualSurfaceTests {
    private static let surface = ResidualSurface(
        points: [[0, 0], [2, 0], [0, 2], [2, 2]], lengths: [1, 1], weights: [0.2, -0.1, 0.3, 0.1])

    @Test func outsideTheMeasuredRangeTheFactorIsOne() {
        var random = RandomStream(seed: 1, name: "outside")
        for _ in 0..<200 {
            var point = [random.uniform() * 2, random.uniform() * 2]
            #expect(Self.surface.contains(point))
            #expect(Self.surface.factor(at: point) != 1)
            let axis = random.uniform(below: 2)
            point[axis] = random.uniform(below: 2) == 0 ? -0.001 - random.uniform() : 2.001 + random.uniform()
            #expect(!Self.surface.contains(point))
            #expect(Self.surface.factor(at: point) == 1)
        }
    }

    /// At a point that is far from the others in units of the length, the factor is its own weight's.
    @Test func aPointCountsWithItsOwnWeight() {
        let surface = ResidualSurface(points: [[0], [50]], lengths: [1], weights: [0.2, -0.1])
        #expect(abs(surface.factor(at: [0]) - PortableMath.exp(0.2)) < 1e-9)
        #expect(abs(surface.factor(at: [50]) - PortableMath.exp(-0.1)) < 1e-9)
        #expect(abs(surface.factor(at: [25]) - 1) < 1e-9)
    }

    @Test func aShapeOfAnotherKindIsOutside() {
        #expect(Self.surface.factor(at: [1]) == 1)
        #expect(ResidualSurface.coordinates(of: .elementwise(bytes: 10)) == nil)
        #expect(ResidualSurface.coordinates(of: .gemm(m: 1, n: 1, k: 1)) == [0, 0, 0])
    }
}
