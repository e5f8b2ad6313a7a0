import Testing

@testable import Serving

/// No replica ever holds more than it has, runs more than it may, or runs two steps at once.
@Suite struct CapacityLawTests {
    @Test func limitsHoldAtEveryInstant() {
        for sample in SampleRuns.all { #expect(sample.excesses.isEmpty, "seed \(sample.seed)") }
    }

    @Test func replicasWorkNoLongerThanTheRunLasts() {
        for sample in SampleRuns.all {
            for replica in sample.run.engine.replicas {
                #expect(replica.busyNanoseconds <= sample.outcome.makespan, "seed \(sample.seed)")
            }
            for pool in sample.outcome.pools {
                #expect((0...1).contains(pool.utilisation) && (0...1).contains(pool.peakKeyValueShare))
            }
        }
    }

    /// Samples reach what the laws are about.
    @Test func samplesAreOfEveryKind() {
        let samples = SampleRuns.all
        #expect(samples.count == 120)
        #expect(samples.count { $0.outcome.preemptions > 0 } >= 20)
        #expect(samples.count { $0.outcome.pools.contains { $0.evictedUnits > 0 } } >= 15)
        #expect(samples.count { $0.outcome.rejectedCount > 0 } >= 10)
        #expect(samples.count { $0.outcome.transfers > 0 } >= 40)
        #expect(samples.count { $0.outcome.prefixTokensHit > 0 } >= 30)
    }
}
