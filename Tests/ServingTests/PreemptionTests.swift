import Testing
import TraceFormats

@testable import Serving

/// What happens when KV blocks run out.
@Suite struct PreemptionTests {
    /// Room for ten blocks; three requests that come to six each.
    private func crowded() -> ServingCase {
        var example = ServingCase(pools: [ServingCase.Pool(name: "mixed", role: .mixed, blocks: 10)])
        example.engine.prefixCache = false
        example.trace = RequestTrace(count: 3, input: 32, output: 60)
        return example
    }

    @Test func theLatestAdmittedIsTheVictim() throws {
        let run = try crowded().finished()
        let records = run.engine.records
        #expect(records.map(\.stage) == [.completed, .completed, .completed])
        #expect(records[0].preemptions == 0)
        #expect(records[2].preemptions >= records[1].preemptions)
        #expect(records[2].preemptions >= 1)
        let ends = records.compactMap(\.endToEnd)
        #expect(ends == ends.sorted())
        #expect(run.outcome.preemptions == records.reduce(0) { $0 + $1.preemptions })
        #expect(run.outcome.pools[0].peakKeyValueShare == 1)
    }

    /// What a victim had generated stays with the client: it is computed again as part of the prompt.
    @Test func tokensAreNotGeneratedTwice() throws {
        let run = try crowded().finished()
        #expect(run.engine.replicas[0].decodeTokens == 180)
        #expect(run.engine.replicas[0].prefillTokens > 96)
        let ample = try { () -> ServingRun in
            var example = crowded()
            example.pools[0].blocks = 18
            return try example.finished()
        }()
        #expect(ample.outcome.preemptions == 0)
        #expect(ample.engine.replicas[0].prefillTokens == 96)
    }

    @Test func preemptedRequestsFinishWithAllTokens() {
        let preempted = SampleRuns.all.flatMap(\.records).filter { $0.preemptions > 0 }
        #expect(preempted.count > 50)
        for record in preempted { #expect(record.stage == .completed) }
    }

    /// A victim's pause is an interval between two of its tokens.
    @Test func thePauseCountsAsAnInterval() throws {
        let records = try crowded().finished().engine.records
        let undisturbed = try #require(records[0].longestInterval)
        #expect(try #require(records[2].longestInterval) > 5 * undisturbed)
    }

    /// A replica whose only running request makes room for those that came from the prefill side goes on
    /// with them: two requests of four blocks that need a fifth, in seven.
    @Test func aReplicaThatPreemptedAllItRanGoesOn() throws {
        for transfer in TransferMode.allCases {
            for first in FirstTokenSource.allCases {
                var example = ServingCase(pools: ServingCase.separated(prefill: 2))
                (example.transfer, example.firstToken) = (transfer, first)
                example.engine.prefixCache = false
                for blocks in 5...9 {
                    example.pools[1].blocks = blocks
                    for input in 62...64 {
                        example.trace = RequestTrace(count: 6, gap: 300_000, input: input, output: 12)
                        let records = try example.finished().engine.records
                        let isWhole = records.allSatisfy { $0.stage == .completed }
                        #expect(isWhole, "\(transfer) \(first) \(blocks) \(input)")
                    }
                }
            }
        }
    }
}
