import EventEngine
import Testing

@testable import Metrics

/// The histogram against the sorted samples that it stands for.
@Suite struct LatencyHistogramTests {
    /// Samples over many magnitudes, the exact range of small values included.
    private func samples(seed: UInt64) -> [Int64] {
        var random = RandomStream(seed: seed, name: "histogram")
        let scale = Int64(1) << Int64(random.uniform(below: 40))
        return (0..<(1 + random.uniform(below: 200))).map { _ in
            random.uniform(below: 4) == 0 ? scale : Int64(random.uniform(below: Int(scale) * 4))
        }
    }

    private func histogram(_ samples: [Int64]) -> LatencyHistogram {
        var histogram = LatencyHistogram()
        for sample in samples { histogram.record(sample) }
        return histogram
    }

    @Test func percentilesAreAtMostOnePerMilleAboveTheTrueOnes() {
        for seed in UInt64(0)..<40 {
            let samples = self.samples(seed: seed).sorted()
            let histogram = self.histogram(samples)
            for percent in [1, 50, 90, 95, 99, 100] {
                let exact = samples[(samples.count * percent + 99) / 100 - 1]
                let found = histogram.percentile(percent)
                #expect(found >= exact && Double(found) <= Double(exact) * 1.001)
            }
        }
    }

    @Test func countSumAndMaximumAreExact() throws {
        for seed in UInt64(0)..<30 {
            let samples = self.samples(seed: seed)
            let found = try #require(histogram(samples).distribution)
            let exact = try #require(Distribution(nanoseconds: samples))
            #expect(found.count == exact.count)
            #expect(found.mean == exact.mean)
            #expect(found.max == exact.max)
        }
    }

    /// Below 2,048 ns every value has a bucket of its own.
    @Test func smallValuesAreExact() {
        for value in stride(from: Int64(0), to: 2048, by: 23) {
            let histogram = self.histogram([value, 5_000])
            #expect(histogram.percentile(50) == value)
        }
    }

    @Test func aPercentileIsNeverAboveTheMaximum() {
        #expect(histogram([1_000_000_007]).percentile(99) == 1_000_000_007)
    }

    @Test func aWeightStandsForSoManySamples() {
        var weighted = LatencyHistogram(), repeated = LatencyHistogram()
        for (value, weight) in [(5, 3), (70_000, 2), (900, 0), (12, 1)] as [(Int64, Int64)] {
            weighted.record(value, weight: weight)
            for _ in 0..<weight { repeated.record(value) }
        }
        #expect(weighted.distribution == repeated.distribution)
        #expect(weighted.count == 6)
        #expect(weighted.maximum == 70_000)
    }

    @Test func mergingIsRecordingBoth() {
        for seed in UInt64(0)..<30 {
            let one = samples(seed: seed), other = samples(seed: seed + 1000)
            var merged = histogram(one)
            merged.merge(histogram(other))
            #expect(merged.distribution == histogram(one + other).distribution)
        }
    }

    @Test func anEmptyHistogramHasNoDistribution() {
        var histogram = LatencyHistogram()
        #expect(histogram.distribution == nil)
        histogram.merge(LatencyHistogram())
        #expect(histogram.distribution == nil)
    }
}
