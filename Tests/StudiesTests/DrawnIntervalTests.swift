import Testing

@testable import Studies

@Suite struct DrawnIntervalTests {
    @Test func ofSixteenTheBoundsAreTheSmallestAndTheLargest() throws {
        let values = [7.0, 3, 16, 1, 12, 5, 9, 2, 14, 4, 11, 6, 15, 8, 13, 10]
        let interval = try #require(DrawnInterval(values: values))
        #expect(interval.p5 == 1)
        #expect(interval.p95 == 16)
        #expect(interval.values == values)
    }

    /// Nearest rank: of 1 to 100 the fifth and the ninety-fifth; of 1 to 40 the second and the thirty-eighth.
    @Test(arguments: [(100, 5.0, 95.0), (40, 2.0, 38.0), (2, 1.0, 2.0)])
    func boundsAreNearestRanks(count: Int, low: Double, high: Double) throws {
        let interval = try #require(DrawnInterval(values: (1...count).reversed().map(Double.init)))
        #expect(interval.p5 == low)
        #expect(interval.p95 == high)
    }

    @Test func drawsWithoutAFigureAreKeptAndDoNotCount() throws {
        #expect(DrawnInterval(values: [nil, 1, nil]) == nil)
        #expect(DrawnInterval(values: []) == nil)
        let interval = try #require(DrawnInterval(values: [nil, 3, 1]))
        #expect(interval.p5 == 1)
        #expect(interval.values == [nil, 3, 1])
    }
}

@Suite struct PairedProbabilityTests {
    @Test func tiesCountAsHalf() {
        #expect(PairedProbability.ofFirst([1, 1, 0, -1]) == 0.625)
        #expect(PairedProbability.ofFirst([0, 0, 0]) == 0.5)
        #expect(PairedProbability.ofFirst([]) == nil)
    }

    /// 2 of 3 draws are larger; the fourth has no figure on one side.
    @Test func theDirectionOfAMetricDecides() {
        let first: [Double?] = [2, 3, 1, 9], second: [Double?] = [1, 2, 4, nil]
        #expect(PairedProbability.ofFirst(first, over: second, largerIsBetter: true) == 2.0 / 3)
        #expect(PairedProbability.ofFirst(first, over: second, largerIsBetter: false) == 1.0 / 3)
    }

    /// The chances of the two sides sum to one.
    @Test func theSidesAreComplementary() throws {
        let first: [Double?] = [2, 3, 1, 5, 5], second: [Double?] = [1, 2, 4, 5, 6]
        let one = try #require(PairedProbability.ofFirst(first, over: second, largerIsBetter: true))
        let other = try #require(PairedProbability.ofFirst(second, over: first, largerIsBetter: true))
        #expect(one + other == 1)
        #expect(one == 0.5)
    }
}
