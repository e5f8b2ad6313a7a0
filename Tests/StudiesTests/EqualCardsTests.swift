import JSONText
import Metrics
import Scenario
import Serving
import Testing

/// What separation does on equal cards: nothing to mean throughput, much to the tail of the inter-token latency.
@Suite struct EqualCardsTests {
    /// Twenty-nine replicas of one device, saturated, at the best split: a simulator that shows a large gain in mean
    /// throughput from separation alone is wrong. So many, that a whole number of them comes near the best split.
    @Test func separationKeepsMeanThroughput() throws {
        let mixed = try run(pools: ["mixed": pool("mixed", replicas: 29)])
        let best = try (18...20).map { prefill in
            try run(pools: [
                "prefill": pool("prefill", replicas: prefill),
                "decode": pool("decode", replicas: 29 - prefill, sequences: 190),
            ])
        }.max { $0.rate < $1.rate }
        let ratio = try #require(best).rate / mixed.rate
        #expect((0.97...1.03).contains(ratio), "throughput ratio \(ratio)")
        #expect(try #require(best).tail < mixed.tail / 4)
    }

    private func pool(_ role: String, replicas: Int, sequences: Int = 256) -> JSONValue {
        [
            "role": .string(role), "nodes": "h20", "tensor_parallel": 4, "replicas": .init(replicas),
            "max_sequences": .init(sequences),
        ]
    }

    private func run(pools: JSONObject) throws -> (rate: Double, tail: Double) {
        let scenario: JSONValue = [
            "schema": "simulate/1", "name": "equal cards",
            "cluster": ["nodes": ["h20": ["type": "hgx-h20", "count": 15]]],
            "workloads": ["load": [
                "kind": "serving", "model": "qwen2.5-32b",
                "traffic": ["generate": [
                    "requests": 14_000, "arrivals": ["kind": "closed-loop", "concurrency": 1740],
                    "input_tokens": ["kind": "uniform", "min": 2048, "max": 6144],
                    "output_tokens": ["kind": "uniform", "min": 550, "max": 1650],
                ]],
                "pools": .object(pools), "router": ["prefill": "least-loaded", "decode": "least-kv"],
            ]],
        ]
        let document = try JSONDocument(bytes: JSONWriter.compact.bytes(of: scenario), file: "equal cards")
        let checked = try ScenarioDocument(document).checked()
        var world = checked.world()
        world.run()
        let outcome = world.serving[0].outcome(objective: checked.plans[0].objective)
        return (steadyRate(world.serving[0].records), try #require(outcome.interTokenLatency).p99)
    }

    /// Output tokens per nanosecond while the system is full: without filling and draining.
    private func steadyRate(_ records: [RequestRecord]) -> Double {
        let done = records.compactMap { record in record.endToEnd.map { (record.arrival + $0, record.outputTokens) } }
            .sorted { $0.0 < $1.0 }
        let window = done[done.count * 2 / 5..<done.count * 4 / 5]
        let tokens = window.dropFirst().reduce(0) { $0 + $1.1 }
        return Double(tokens) / Double(window[window.endIndex - 1].0 - window[window.startIndex].0)
    }

    /// The shipped A10 scenario: two replicas of two cards, 2048 tokens in, 512 out, 4 requests per second.
    @Test func separationCutsTheTailOfInterTokenLatency() throws {
        let document = try ScenarioDocument(contentsOf: packageFolder + "/Scenarios/pd-equal-cards.json")
        let tails = try ["base", "separated"].map { variant in
            let checked = try document.checked(variant: variant)
            var world = checked.world()
            world.run()
            let outcome = world.serving[0].outcome(objective: checked.plans[0].objective)
            #expect(outcome.completed == 400)
            return try #require(outcome.interTokenLatency).p99
        }
        #expect(tails[0] >= 5 * tails[1], "p99 of inter-token latency: mixed \(tails[0]) s, separated \(tails[1]) s")
    }
}

/// The package's own folder.
let packageFolder = String(
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/"))
