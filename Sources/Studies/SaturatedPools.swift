import JSONText
import Scenario
import Serving

/// Rates of a device measured by simulating each pool at saturation.
enum SaturatedPools {
    /// Prompts one after another through one replica.
    static func prefillCardSeconds(_ separation: SeparationCase, side: Side) throws(JSONProblems) -> Double {
        let requests = 64
        let own = separation.inputTokens - separation.cachedTokens
        var generate: JSONObject = [
            "requests": .init(requests), "arrivals": ["kind": "closed-loop", "concurrency": 4],
            "input_tokens": ["kind": "constant", "value": .init(own)],
            "output_tokens": ["kind": "constant", "value": 1],
        ]
        if separation.cachedTokens > 0 {
            generate["system_prompt_tokens"] = .init(separation.cachedTokens)
            generate["prefix_block_tokens"] = 16
        }
        let engine = try run(scenario(
            separation, nodes: ["n": node(side, count: 1)],
            pools: ["mixed": .object(pool("mixed", "n", replicas: 1, separation))],
            generate: generate, engine: ["max_batch_tokens": .init(max(separation.inputTokens, 256))]))
        // The first prompt finds no prefix; it and what ran beside it are left out.
        let completions = engine.records.compactMap { record in record.endToEnd.map { record.arrival + $0 } }.sorted()
        let skipped = requests / 4
        let span = Double(completions[requests - 1] - completions[skipped - 1]) / 1e9
        return span / Double(requests - skipped) * Double(separation.tensorParallel)
    }

    /// One decode replica that `batch` sequences keep busy, fed by enough prefill replicas of the same device.
    static func decode(
        _ separation: SeparationCase, side: Side, batch: Int, prefillReplicas: Int
    ) throws(JSONProblems) -> (tokensPerSecondPerCard: Double, timePerOutputToken: Double) {
        let requests = 8 * batch
        let generate: JSONObject = [
            "requests": .init(requests),
            "arrivals": ["kind": "closed-loop", "concurrency": .init(batch + 2 * prefillReplicas)],
            "input_tokens": ["kind": "constant", "value": .init(separation.inputTokens)],
            "output_tokens": ["kind": "constant", "value": .init(separation.outputTokens)],
        ]
        var decode = pool("decode", "d", replicas: 1, separation)
        decode["max_sequences"] = .init(batch)
        let perNode = 8 / separation.tensorParallel
        let engine = try run(scenario(
            separation,
            nodes: [
                "p": node(side, count: (prefillReplicas + perNode - 1) / perNode), "d": node(side, count: 1),
            ],
            pools: [
                "prefill": .object(pool("prefill", "p", replicas: prefillReplicas, separation)),
                "decode": .object(decode),
            ], generate: generate, engine: ["max_sequences": .init(max(batch, 256))]))
        return steadyState(engine.records, separation, batch: batch)
    }

    /// Rates over four whole generations of the batch, from the second to the sixth: equal answers end in
    /// waves, which only whole generations average out.
    private static func steadyState(
        _ records: [RequestRecord], _ separation: SeparationCase, batch: Int
    ) -> (tokensPerSecondPerCard: Double, timePerOutputToken: Double) {
        let done = records.compactMap { record in record.endToEnd.map { (record.arrival + $0, record) } }
            .sorted { $0.0 < $1.0 }
        let first = 2 * batch, last = 6 * batch
        let span = Double(done[last].0 - done[first].0) / 1e9
        let tokens = Double((last - first) * separation.outputTokens)
        let perToken = done[first..<last].reduce(0.0) { $0 + Double($1.1.timePerOutputToken ?? 0) / 1e9 }
        return (tokens / span / Double(separation.tensorParallel), perToken / Double(last - first))
    }

    /// One of the two devices of a case.
    struct Side {
        var nodeType: String
        var device: String
    }

    private static func node(_ side: Side, count: Int) -> JSONValue {
        ["type": .string(side.nodeType), "device": .string(side.device), "count": .init(count)]
    }

    private static func pool(
        _ role: String, _ nodes: String, replicas: Int, _ separation: SeparationCase
    ) -> JSONObject {
        [
            "role": .string(role), "nodes": .string(nodes), "replicas": .init(replicas),
            "tensor_parallel": .init(separation.tensorParallel),
        ]
    }

    private static func scenario(
        _ separation: SeparationCase, nodes: JSONObject, pools: JSONObject, generate: JSONObject, engine: JSONObject
    ) -> JSONValue {
        [
            "schema": "simulate/1", "name": "saturated pool",
            "cluster": ["nodes": .object(nodes)],
            "workloads": ["load": [
                "kind": "serving", "model": .string(separation.model),
                "traffic": ["generate": .object(generate)], "pools": .object(pools), "engine": .object(engine),
                "router": ["prefill": "round-robin"],
            ]],
        ]
    }

    private static func run(_ scenario: JSONValue) throws(JSONProblems) -> ServingEngine {
        let document = try JSONDocument(bytes: JSONWriter.compact.bytes(of: scenario), file: "saturated pool")
        var world = try ScenarioDocument(document).checked().world()
        world.run()
        return world.serving[0]
    }
}
