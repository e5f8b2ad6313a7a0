import EventEngine
import Testing

@testable import Metrics

/// Summaries of samples: exact, by nearest rank.
@Suite struct DistributionTests {
    @Test func aHandWorkedSummary() {
        let tenth: [Int64] = (1...10).map { $0 * 1_000_000_000 }
        #expect(Distribution(nanoseconds: tenth.reversed()) == Distribution(
            count: 10, mean: 5.5, p50: 5, p90: 9, p95: 10, p99: 10, max: 10))
    }

    @Test func oneSampleIsAllOfIt() {
        #expect(Distribution(nanoseconds: [2_500_000_000]) == Distribution(
            count: 1, mean: 2.5, p50: 2.5, p90: 2.5, p95: 2.5, p99: 2.5, max: 2.5))
    }

    @Test func noSamplesHaveNoSummary() {
        #expect(Distribution(nanoseconds: []) == nil)
    }

    /// Nearest rank: the smallest sample with at least that share of all at or below it.
    @Test func percentilesAreSamplesWithEnoughBelow() throws {
        var random = RandomStream(seed: 1, name: "distribution")
        for _ in 0..<60 {
            let samples = (0..<(1 + random.uniform(below: 250))).map { _ in Int64(random.uniform(below: 1000)) }
            let found = try #require(Distribution(nanoseconds: samples))
            for (percent, value) in [(50, found.p50), (90, found.p90), (95, found.p95), (99, found.p99)] {
                #expect(value == smallest(of: samples, with: percent))
            }
            #expect(found.p50 <= found.p90 && found.p90 <= found.p95 && found.p95 <= found.p99)
            #expect(found.p99 <= found.max)
        }
    }

    private func smallest(of samples: [Int64], with percent: Int) -> Double {
        let sorted = samples.sorted()
        let enough = sorted.indices.first { ($0 + 1) * 100 >= percent * sorted.count }
        return Double(enough.map { sorted[$0] } ?? -1) / 1e9
    }
}
