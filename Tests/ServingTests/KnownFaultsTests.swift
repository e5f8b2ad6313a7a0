import EventEngine
import Testing
import TraceFormats

@testable import Serving

/// Faults that other simulators have.
@Suite struct KnownFaultsTests {
    /// Eight transfers of 1.0737 GB share one link of 1 GB/s: all end after 8.59 s, not after 1.07 s.
    @Test func transfersThatMeetShareTheLink() throws {
        var example = ServingCase(pools: ServingCase.separated(prefill: 8, decode: 1))
        example.prefillRouter = .roundRobin
        (example.nic, example.networkEfficiency, example.transferSetup) = (1e9, 1, 0)
        example.wireBytesPerToken = 262_144
        example.trace = RequestTrace(count: 8, input: 4096, output: 2)
        let records = try example.finished().engine.records
        #expect(Set(records.map(\.prefillReplica)).count == 8)
        // 8 x 1,073,741,824 B at 1 B/ns, and 1.5 us of latency.
        #expect(records.map(\.transfer) == Array(repeating: 8_589_934_592 + 1_500, count: 8))
        #expect(records.allSatisfy { $0.transferBytes == 1_073_741_824 })
    }

    @Test func requestsThatCannotFitAreRejectedAndCounted() throws {
        var example = ServingCase()
        example.maximumContext = 1_000
        example.pools[0].blocks = 40
        example.trace = RequestTrace([(0, 900, 101), (0, 900, 100), (1, 600, 41), (2, 600, 42), (3, 10, 5)])
        let run = try example.finished(), records = run.engine.records
        #expect(records.map(\.rejection) == [.context, .cache, nil, .cache, nil])
        #expect(records.map(\.stage) == [.rejected, .rejected, .completed, .rejected, .completed])
        #expect(run.outcome.rejected.map(\.reason) == [.context, .cache])
        #expect(run.outcome.rejected.map(\.count) == [1, 2])
        #expect(records[0].timeToFirstToken == nil && records[0].endToEnd == nil)
    }

    /// A rejected request does not hold a place in a closed loop.
    @Test func aClosedLoopGoesOnAfterARejection() throws {
        var example = ServingCase()
        example.maximumContext = 100
        example.concurrency = 1
        example.trace = RequestTrace([(0, 200, 1), (0, 10, 5), (0, 200, 1), (0, 10, 5)])
        let records = try example.finished().engine.records
        #expect(records.map(\.stage) == [.rejected, .completed, .rejected, .completed])
        #expect(records[3].arrival == records[1].arrival + records[1].endToEnd!)
    }

    @Test func poolsOfOtherHardwareTakeOtherTimes() throws {
        var example = ServingCase(pools: [
            ServingCase.Pool(name: "one", role: .mixed, node: "hgx-h20"),
            ServingCase.Pool(name: "two", role: .mixed, node: "pcie-l40s-8"),
        ])
        example.prefillRouter = .roundRobin
        example.trace = RequestTrace(count: 2, input: 4096, output: 20)
        let records = try example.finished().engine.records
        #expect(records.map(\.prefillReplica) == [0, 1])
        #expect(records[0].prefill != records[1].prefill)
        #expect(records[0].timePerOutputToken != records[1].timePerOutputToken)
    }

    /// A request of a trace without recorded output still gives its first token.
    @Test func aRequestWithoutOutputGivesOneToken() throws {
        let run = try ServingCase(trace: RequestTrace(count: 1, input: 10, output: 0)).finished()
        #expect(run.record(0).outputTokens == 1)
        #expect(run.outcome.outputTokens == 1)
    }

    // MARK: Separation on equal cards

    /// A closed loop that keeps four cards busy with prompts and answers that cost about the same.
    private func saturated(_ pools: [ServingCase.Pool]) throws -> ServingRun {
        var example = ServingCase(pools: pools)
        example.model = "qwen3-8b"
        example.engine = EngineConfiguration(maximumBatchTokens: 2048, maximumSequences: 600)
        example.transfer = .layerwisePush
        example.concurrency = 300
        example.trace = try RequestGenerator.generate(
            GeneratorConfiguration(
                requests: 3_000, arrivals: .closedLoop(concurrency: 300),
                lengths: .independent(
                    input: .uniform(minimum: 500, maximum: 1500), output: .uniform(minimum: 280, maximum: 840))),
            seed: 1)
        return try example.finished()
    }

    /// Requests per second while the middle half of them completes, when the system is neither filling nor
    /// draining.
    private func throughput(_ run: ServingRun) -> Double {
        let ends = run.engine.requests.map(\.completion).sorted()
        let first = ends.count / 4, last = ends.count * 3 / 4
        return Double(last - first) / Double(ends[last] - ends[first]) * 1e9
    }

    /// Separation on equal cards moves mean throughput little and cuts the tail of inter-token latency.
    @Test func separationIsAboutTheTail() throws {
        let together = try saturated([ServingCase.Pool(name: "mixed", role: .mixed, replicas: 4)])
        let apart = try saturated(ServingCase.separated(prefill: 2, decode: 2))
        #expect((0.97...1.03).contains(throughput(apart) / throughput(together)))
        let tail = try #require(together.outcome.interTokenLatency).p99
        #expect(try #require(apart.outcome.interTokenLatency).p99 < tail / 5)
    }
}
