import EventEngine
import Testing

@testable import Timing

/// What was measured is met exactly, what lies between is between, and outside there is nothing.
@Suite struct MeasuredSurfaceTests {
    @Test func aCurveIsStraightBetweenPoints() {
        let curve = MeasuredCurve([(4, 40), (1, 10), (2, 30), (2, 10), (2, 20)])
        #expect(curve.keys == [1, 2, 4])
        #expect(curve.value(at: 1) == 10)
        #expect(curve.value(at: 2) == 20)
        #expect(curve.value(at: 3) == 30)
        #expect(curve.value(at: 4) == 40)
        #expect(curve.value(at: 0.99) == nil)
        #expect(curve.value(at: 4.01) == nil)
    }

    /// A product of linear functions, which interpolation along each axis meets everywhere inside.
    private static func product(_ keys: [Int]) -> Double {
        (1 + Double(keys[0])) * (2 + Double(keys[1])) * (3 + Double(keys[2])) * (4 + Double(keys[3]))
    }

    private static func surface(_ axes: [[Int]], apart: [Bool] = [false, false, false, false]) -> MeasuredSurface {
        var points: [(keys: [Int], value: Double)] = []
        for a in axes[0] { for b in axes[1] { for c in axes[2] { for d in axes[3] {
            points.append(([a, b, c, d], product([a, b, c, d])))
        } } } }
        return MeasuredSurface(points.reversed(), zeroIsApart: apart)
    }

    @Test func aProductOfLinearFunctionsIsMetEverywhere() throws {
        let surface = Self.surface([[0, 3, 10], [1, 8], [2, 5, 7], [0, 16, 64]])
        var random = RandomStream(seed: 4, name: "surface")
        for _ in 0..<200 {
            let keys = [random.uniform(below: 11), 1 + random.uniform(below: 8), 2 + random.uniform(below: 6),
                        random.uniform(below: 65)]
            let curve = try #require(surface.curve(keys[0], keys[1], keys[2]))
            let value = try #require(curve.value(at: Double(keys[3])))
            #expect(abs(value / Self.product(keys) - 1) < 1e-12)
        }
    }

    @Test func outsideThereIsNothing() {
        let surface = Self.surface([[1, 3], [1, 8], [2, 7], [0, 16]])
        #expect(surface.curve(0, 4, 4) == nil)
        #expect(surface.curve(4, 4, 4) == nil)
        #expect(surface.curve(2, 9, 4) == nil)
        #expect(surface.curve(2, 4, 1) == nil)
        #expect(surface.curve(2, 4, 4)?.value(at: 17) == nil)
    }

    @Test func zeroCanBeASliceOfItsOwn() {
        let surface = Self.surface([[0, 16, 32], [0, 8], [0, 4], [0, 16]], apart: [true, false, true, false])
        #expect(surface.curve(0, 0, 0) != nil)
        #expect(surface.curve(8, 4, 0) == nil)
        #expect(surface.curve(24, 4, 0) != nil)
        #expect(surface.curve(24, 4, 2) == nil)
        #expect(surface.curve(24, 4, 4) != nil)
    }

    /// Two grids that share no inner value of the second axis: each slice has neighbours of its own.
    @Test func slicesMayHaveGridsOfTheirOwn() throws {
        var points: [(keys: [Int], value: Double)] = []
        for (a, seconds) in [(2, [0, 10]), (4, [0, 3, 20])] {
            for b in seconds { for d in [0, 8] { points.append(([a, b, 1, d], Self.product([a, b, 1, d]))) } }
        }
        let surface = MeasuredSurface(points, zeroIsApart: [false, false, false, false])
        let value = try #require(surface.curve(3, 7, 1)?.value(at: 4))
        #expect(abs(value / Self.product([3, 7, 1, 4]) - 1) < 1e-12)
        // The first slice ends at 10.
        #expect(surface.curve(3, 12, 1) == nil)
        #expect(surface.curve(4, 12, 1) != nil)
    }
}
