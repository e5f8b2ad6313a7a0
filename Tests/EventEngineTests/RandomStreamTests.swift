import Testing

@testable import EventEngine

@Suite struct RandomStreamTests {
    /// The reference implementation's first outputs from the state 1, 2, 3, 4.
    @Test func theGeneratorIsXoshiro256StarStar() {
        var stream = RandomStream(state: (1, 2, 3, 4))
        let expected: [UInt64] = [
            11520, 0, 1_509_978_240, 1_215_971_899_390_074_240, 1_216_172_134_540_287_360,
            607_988_272_756_665_600, 16_172_922_978_634_559_625, 8_476_171_486_693_032_832,
            10_595_114_339_597_558_777, 2_904_607_092_377_533_576,
        ]
        #expect(expected.map { _ in stream.next() } == expected)
    }

    /// The reference implementation's first outputs from the seed 1234567.
    @Test func theSeederIsSplitMix64() {
        var seeder = SplitMix64(state: 1_234_567)
        let expected: [UInt64] = [
            6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
            4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
        ]
        #expect(expected.map { _ in seeder.next() } == expected)
    }

    /// Committed numbers: every simulation's result hangs on them.
    @Test func aNamedStreamNeverChanges() {
        var stream = RandomStream(seed: 1, name: "arrivals")
        #expect(stream.next() == 15_330_047_474_553_838_123)
        #expect(stream.uniform() == 0.5690499651669549)
        #expect(stream.exponential(mean: 1) == 0.6920145799151276)
        #expect(stream.normal(mean: 0, standardDeviation: 1) == 1.3050436870692328)
        #expect(stream.gamma(shape: 0.5, scale: 2) == 0.6943788112545448)
        #expect(stream.uniform(below: 1000) == 51)
    }

    @Test func seedsAndNamesGiveStreamsOfTheirOwn() {
        var seen: Set<UInt64> = []
        for seed in 0..<50 as Range<UInt64> {
            for name in ["a", "b", "a.a", "a.b", ""] {
                var stream = RandomStream(seed: seed, name: name)
                seen.insert(stream.next())
            }
        }
        #expect(seen.count == 250)
    }

    @Test(arguments: [1, 2, 3, 7, 10, 1000])
    func wholeNumbersAreInRangeAndEquallyLikely(bound: Int) {
        var stream = RandomStream(seed: 3, name: "whole")
        let draws = 20_000
        var counts = [Int](repeating: 0, count: bound)
        for _ in 0..<draws { counts[stream.uniform(below: bound)] += 1 }
        let expected = Double(draws) / Double(bound)
        let chiSquare = counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) }
        // Mean bound - 1, variance twice that: five standard deviations.
        let freedom = Double(bound - 1)
        #expect(chiSquare / expected <= freedom + 5 * (2 * freedom).squareRoot())
    }

    /// Two fifths of 2^64, where rejection matters: without it three of five draws in the lower half
    /// would be odd, and in the upper half even.
    @Test func theLargestRangesAreUnbiased() {
        var stream = RandomStream(seed: 4, name: "large")
        let bound = 7_378_697_629_483_820_646
        let lower = (0..<20_000).map { _ in stream.uniform(below: bound) }.filter { $0 < bound / 2 }
        let even = lower.filter { $0 % 2 == 0 }
        #expect(abs(lower.count - 10_000) < 300)
        #expect(abs(even.count * 2 - lower.count) < 500)
    }
}
