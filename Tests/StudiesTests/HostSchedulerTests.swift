import EventEngine
import HostServing
import JSONText
import ModelGraph
import Scenario
import Serving
import Testing
import Timing
import TraceFormats

@testable import HostServing

/// The host's server decides as the simulated engine does: with the same time for each step, both give the same times
/// to every request, to the nanosecond.
@Suite struct HostSchedulerTests {
    private static let model: JSONValue = [
        "name": "small", "hidden_size": 64, "query_heads": 4, "key_value_heads": 2, "head_size": 16,
        "intermediate_size": 96, "vocabulary": 100, "maximum_context": 512, "weight_type": "fp32",
        "embedding_type": "fp32", "key_value_type": "fp32",
        "layer_groups": [["attention": "full", "feed_forward": "dense", "count": 2]],
        "provenance": "assumed", "source": "made for a test",
    ]

    private static func scenario(_ seed: Int, blocks: Int, tokens: Int, sequences: Int) throws -> CheckedScenario {
        let value: JSONValue = [
            "schema": "simulate/1", "name": "host", "seed": .init(seed),
            "cluster": ["nodes": ["n": ["type": "host-1", "count": 1]]],
            "workloads": ["chat": [
                "kind": "serving", "model": model,
                "traffic": ["generate": [
                    "requests": 60, "arrivals": ["kind": "poisson", "rate_per_s": 500],
                    "input_tokens": ["kind": "uniform", "min": 1, "max": 90],
                    "output_tokens": ["kind": "uniform", "min": 1, "max": 40]]],
                "pools": ["mixed": ["role": "mixed", "nodes": "n", "replicas": 1, "kv_blocks": .init(blocks)]],
                "engine": [
                    "max_batch_tokens": .init(tokens), "max_sequences": .init(sequences), "block_tokens": 4,
                    "prefix_cache": false, "execution": "graph-full"],
            ]],
        ]
        return try ScenarioDocument(JSONDocument(bytes: JSONWriter.compact.bytes(of: value))).checked()
    }

    /// Runs the server's own scheduler with the simulator's time for each step.
    private static func served(_ checked: CheckedScenario) throws -> (requests: [ServedRequest], steps: Int) {
        let pool = checked.plans[0].configuration.pools[0]
        var cost = pool.cost
        let model = cost.operators.model
        let cache = PagedKeyValues(try DecoderShape(model), blocks: pool.blocks, blockTokens: pool.engine.blockTokens)
        var scheduler = try BatchScheduler(
            checked.traces[0], engine: pool.engine, cache: cache, maximumContext: model.maximumContext)
        var now: Int64 = 0, steps = 0
        while !scheduler.isFinished {
            if let arrival = scheduler.idleUntil { now = max(now, arrival) }
            scheduler.arrive(by: now)
            let plan = scheduler.plan()
            let known = scheduler.requests
            let finished = plan.chunks.count { known[$0.request].stored + $0.tokens == known[$0.request].target }
            let shape = StepShape(
                chunks: plan.chunks.map { PrefillChunk(tokens: $0.tokens, priorContext: known[$0.request].stored) },
                decodeSequences: plan.decoding.count,
                decodeContextTokens: plan.decoding.reduce(0) { $0 + Int64(known[$1].stored + 1) },
                logitRows: plan.decoding.count + finished)
            now += cost.duration(of: shape)
            scheduler.complete(plan, at: now)
            steps += 1
        }
        #expect(cache.freeBlocks == cache.totalBlocks)
        return (scheduler.requests, steps)
    }

    @Test(arguments: [
        (1, 400, 64, 8), (2, 400, 24, 16), (3, 60, 64, 8), (4, 40, 32, 8), (5, 36, 16, 4), (6, 48, 100, 32),
    ])
    func itDecidesAsTheSimulatedEngine(seed: Int, blocks: Int, tokens: Int, sequences: Int) throws {
        let checked = try Self.scenario(seed, blocks: blocks, tokens: tokens, sequences: sequences)
        var world = checked.world()
        world.run()
        let outcome = world.serving[0].outcome(objective: checked.plans[0].objective)
        let (requests, steps) = try Self.served(checked)
        #expect(steps == Int(outcome.pools[0].steps))
        #expect(requests.reduce(0) { $0 + $1.preemptions } == outcome.preemptions)
        #expect((blocks < 100) == (outcome.preemptions > 0))
        for (record, request) in zip(world.serving[0].records, requests) {
            #expect(record.timeToFirstToken == request.firstToken - request.arrival)
            #expect(record.endToEnd == request.end - request.arrival)
        }
    }
}
