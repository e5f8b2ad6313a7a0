import EventEngine
import ModelGraph
import Testing
import Timing
import TraceFormats

@testable import Serving

/// One request on an empty system.
@Suite struct SingleRequestTests {
    private func example(input: Int = 4096, output: Int = 3) -> ServingCase {
        var example = ServingCase(pools: ServingCase.separated())
        example.model = "qwen3-8b"
        // 4,096 tokens of 262,144 B at 0.85 of 25 GB/s are 50.529 ms.
        example.wireBytesPerToken = 262_144
        example.trace = RequestTrace(count: 1, input: input, output: output)
        return example
    }

    private func cost(_ run: ServingRun, pool: Int) -> StepCostModel { run.engine.costs[pool] }

    private func promptStep(_ run: ServingRun, pool: Int, _ tokens: Int) -> Nanoseconds {
        var cost = cost(run, pool: pool)
        return cost.duration(of: StepShape(
            chunks: [PrefillChunk(tokens: tokens, priorContext: 0)], logitRows: 1))
    }

    /// A step of one sequence that reads `context` keys.
    private func decodeStep(_ run: ServingRun, pool: Int, _ context: Int) -> Nanoseconds {
        var cost = cost(run, pool: pool)
        return cost.decodeCost(sequences: 1, logitRows: 1)
            .duration(
                contextTokens: Int64(context), windowTokens: Int64(context), squaredContext: Double(context * context))
    }

    // MARK: Timelines

    @Test func coLocatedIsPrefillThenSteps() throws {
        var example = example()
        example.pools = [ServingCase.Pool(name: "mixed", role: .mixed)]
        let run = try example.finished(), record = run.record(0)
        let prefill = promptStep(run, pool: 0, 4096)
        let steps = decodeStep(run, pool: 0, 4097) + decodeStep(run, pool: 0, 4098)
        #expect(record.queueing == 0)
        #expect(record.prefill == prefill)
        #expect(record.timeToFirstToken == prefill)
        #expect(record.endToEnd == prefill + steps)
        #expect(record.transfer == nil)
    }

    /// Pulled after prefill, the whole transfer is exposed: 1.84 ms of set-up, 1.5 us of latency, and 50.529 ms
    /// for the bytes.
    @Test func pullExposesTheWholeTransfer() throws {
        let run = try example().finished(), record = run.record(0)
        let prefill = promptStep(run, pool: 0, 4096)
        #expect(record.prefill == prefill)
        #expect(record.decodeQueueing == 0)
        #expect(record.transfer == 52_370_528)
        #expect(record.transferBytes == 1_073_741_824)
        let transferred = prefill + 52_370_528
        // The last prompt token is computed again for its logits.
        #expect(record.timeToFirstToken == transferred + decodeStep(run, pool: 1, 4096))
        let steps = (4096...4098).reduce(Int64(0)) { $0 + decodeStep(run, pool: 1, $1) }
        #expect(record.endToEnd == transferred + steps)
    }

    @Test func theFirstTokenMayComeFromThePrefillSide() throws {
        var example = example()
        example.firstToken = .prefill
        let run = try example.finished(), record = run.record(0)
        let prefill = promptStep(run, pool: 0, 4096)
        #expect(record.timeToFirstToken == prefill)
        let steps = decodeStep(run, pool: 1, 4097) + decodeStep(run, pool: 1, 4098)
        #expect(record.endToEnd == prefill + 52_370_528 + steps)
        #expect(record.longestInterval == 52_370_528 + decodeStep(run, pool: 1, 4097))
    }

    /// Pushed by layers, what is exposed is set-up and `max(T/L, T - P (L - 1)/L)`, for a transfer that alone
    /// would take T and a prefill of P over L layers.
    @Test(arguments: [25e9, 4e9, 1e9, 0.2e9])
    func pushExposesWhatPrefillDoesNotHide(_ nic: Double) throws {
        var example = example()
        example.transfer = .layerwisePush
        example.nic = nic
        let run = try example.finished(), record = run.record(0)
        let layers = 36.0
        let whole = 1_073_741_824 / (0.85 * nic) * 1e9, prefill = Double(promptStep(run, pool: 0, 4096))
        let exposed = 1_841_500 + max(whole / layers, whole - prefill * (layers - 1) / layers)
        #expect(record.prefill == Int64(prefill))
        // A byte or two of rounding at each of two pushes.
        #expect(abs(Double(try #require(record.transfer)) - exposed) <= 20)
        #expect(record.timeToFirstToken == Int64(prefill) + record.transfer! + decodeStep(run, pool: 1, 4096))
    }

    @Test func pushIsNeverSlowerThanPull() throws {
        for nic in [25e9, 4e9, 1e9] {
            for input in [100, 1000, 9000] {
                var pull = example(input: input)
                pull.nic = nic
                var push = pull
                push.transfer = .layerwisePush
                let pulled = try #require(pull.finished().record(0).timeToFirstToken)
                let pushed = try #require(push.finished().record(0).timeToFirstToken)
                #expect(pushed <= pulled + 2)
            }
        }
    }

    @Test func anIdleSystemMakesNobodyWait() throws {
        var example = example(output: 1)
        #expect(try example.finished().record(0).queueing == 0)
        example.trace = RequestTrace(count: 3, gap: 10_000_000_000, input: 4096, output: 1)
        let records = try example.finished().engine.records
        #expect(Set(records.map(\.timeToFirstToken)).count == 1)
        #expect(records.allSatisfy { $0.queueing == 0 && $0.timeToFirstToken == $0.endToEnd })
    }

    // MARK: Worse hardware

    /// Changes that make a system slower or smaller.
    private static let worsenings: [(name: String, change: @Sendable (inout ServingCase) -> Void)] = [
        ("arithmetic", { $0.devicePeak = 0.6 }),
        ("bandwidth", { $0.deviceBandwidth = 0.6 }),
        ("nic", { $0.nic = 3e9 }),
        ("network efficiency", { $0.networkEfficiency = 0.3 }),
        ("set-up", { $0.transferSetup = 9_000_000 }),
        ("memory", { example in
            for pool in example.pools.indices { example.pools[pool].blocks = 200 }
        }),
    ]

    @Test func worseHardwareNeverHelps() throws {
        var random = RandomStream(seed: 1, name: "single request")
        for index in 0..<60 {
            var better = ServingCase(pools: index % 3 == 0
                ? [ServingCase.Pool(name: "mixed", role: .mixed)] : ServingCase.separated())
            better.model = ["qwen3-0.6b", "gpt-oss-20b", "deepseek-v3"][random.uniform(below: 3)]
            better.transfer = TransferMode.allCases[random.uniform(below: 2)]
            better.firstToken = FirstTokenSource.allCases[random.uniform(below: 2)]
            better.execution = ExecutionMode.allCases[random.uniform(below: 5)]
            better.engine.maximumBatchTokens = [256, 1024, 8192][random.uniform(below: 3)]
            better.trace = RequestTrace(
                count: 1, input: 1 + random.uniform(below: 3000), output: 1 + random.uniform(below: 40))
            let worsening = Self.worsenings[index % Self.worsenings.count]
            var worse = better
            worsening.change(&worse)
            let fast = try better.finished().record(0), slow = try worse.finished().record(0)
            #expect(try #require(slow.timeToFirstToken) >= #require(fast.timeToFirstToken), "\(worsening.name)")
            #expect(try #require(slow.endToEnd) >= #require(fast.endToEnd), "\(worsening.name)")
        }
    }
}
