import EventEngine
import Hardware
import Testing
import TraceFormats

@testable import Serving

/// Devices that fail while requests are under way.
@Suite struct FailureTests {
    private func fail(_ device: Int, from: Nanoseconds, to: Nanoseconds) -> [ServingRun.Change] {
        [ServingRun.Change(time: from, device: DeviceID(device), fails: true),
         ServingRun.Change(time: to, device: DeviceID(device), fails: false)]
    }

    /// One prefill device, the first, and one decode device, the first of the next node.
    private func separated(_ first: FirstTokenSource, input: Int, output: Int) -> ServingCase {
        var example = ServingCase(pools: ServingCase.separated())
        example.firstToken = first
        example.trace = RequestTrace(count: 1, input: input, output: output)
        return example
    }

    /// The decode side fails in a request's first step there, with prompts that fill their blocks or do not.
    @Test func aFailureInTheFirstStepReturnsAllBlocks() throws {
        for first in FirstTokenSource.allCases {
            for input in 62...66 {
                var example = separated(first, input: input, output: 9)
                let received = try example.finished().engine.requests[0].transferEnd
                example.changes = fail(8, from: received + 1_000, to: received + 5_000_000)
                let run = try example.finished()
                #expect(run.record(0).stage == .completed)
                #expect(run.record(0).restarts == 1)
                #expect(run.outcome.checks.filter { !$0.holds }.isEmpty, "\(first) \(input)")
            }
        }
    }

    /// The prefill side gave the only token: what is lost on the way to the decode side is not computed again.
    @Test func anAnsweredRequestDoesNotStartOver() throws {
        var example = separated(.prefill, input: 100, output: 1)
        let record = try example.finished().record(0)
        let prefilled = try #require(record.timeToFirstToken)
        example.changes = fail(8, from: prefilled + 1_000_000, to: 1_000_000_000)
        let run = try example.finished()
        #expect(run.record(0).stage == .completed)
        #expect(run.record(0).endToEnd == prefilled + 1_000_000)
        #expect(run.outcome.checks.filter { !$0.holds }.isEmpty)
    }

    /// After a failure the prefill side would have to hold prompt and answer; where it cannot, the request ends.
    @Test func whatDoesNotFitAnyMoreIsRejected() throws {
        var example = separated(.decode, input: 48, output: 200)
        example.pools[0].blocks = 3
        let end = try example.finished().engine.lastActivity
        example.changes = fail(8, from: end / 2, to: end)
        let run = try example.finished()
        #expect(run.record(0).stage == .rejected)
        #expect(run.record(0).rejection == .cache)
        #expect(run.outcome.rejectedCount == 1)
        #expect(run.outcome.checks.filter { !$0.holds }.isEmpty)
    }

    /// The client keeps its tokens: those after the failure are all that is generated again.
    @Test func tokensOfTheClientAreKept() throws {
        var example = ServingCase(pools: [ServingCase.Pool(name: "mixed", role: .mixed, replicas: 2)])
        example.prefillRouter = .roundRobin
        example.trace = RequestTrace(count: 1, input: 100, output: 120)
        let end = try example.finished().engine.lastActivity
        example.changes = fail(0, from: end / 2, to: 2 * end)
        let run = try example.finished()
        #expect(run.record(0).restarts == 1)
        #expect(run.record(0).prefillReplica == 1)
        #expect(run.engine.replicas[0].decodeTokens > 30 && run.engine.replicas[1].decodeTokens > 30)
        #expect(run.engine.replicas[0].decodeTokens + run.engine.replicas[1].decodeTokens == 120)
        #expect(run.outcome.interTokenLatency?.count == 119)
    }

    /// What the slow replica had planned is later than the end of the run, and does not move it.
    @Test func staleEventsDoNotProlongTheRun() throws {
        var example = ServingCase(pools: [
            ServingCase.Pool(name: "slow", role: .mixed, node: "pcie-l40s-8"),
            ServingCase.Pool(name: "fast", role: .mixed, node: "hgx-h100"),
        ])
        example.model = "qwen3-8b"
        example.prefillRouter = .roundRobin
        example.trace = RequestTrace(count: 1, input: 100, output: 120)
        example.changes = [ServingRun.Change(time: 100_000_000, device: DeviceID(0), fails: true)]
        let slow = try { () -> Nanoseconds in
            var undisturbed = example
            undisturbed.changes = []
            return try undisturbed.finished().engine.lastActivity
        }()
        let run = try example.finished()
        #expect(run.record(0).restarts == 1)
        #expect(run.engine.lastActivity == run.record(0).endToEnd)
        #expect(run.engine.lastActivity < slow)
        #expect(run.outcome.makespan == run.record(0).endToEnd)
    }
}
