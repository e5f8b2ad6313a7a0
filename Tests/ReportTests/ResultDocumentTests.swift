import JSONText
import Scenario
import Testing

@testable import Report

/// What a result promises.
@Suite struct ResultDocumentTests {
    /// The names that scripts may rely on.
    @Test func everyPromisedNameIsThere() throws {
        let result = try SampleRuns.result()
        #expect(result.objectValue?.keys == ["schema", "engine_version", "scenario", "variants", "comparison"])
        #expect(result["schema"] == "simulate-result/1")
        #expect(result["scenario"]?.objectValue?.keys == ["hash", "document"])
        #expect(result["variants"]?.objectValue?.keys == ["base", "together"])
        for variant in ["base", "together"] {
            let workload = try #require(result.value(at: ["variants", .key(variant), "workloads", "chat"]))
            for name in ["metrics", "intervals", "provenance", "memory", "links", "checks"] {
                #expect(workload[name] != nil, "\(name)")
            }
            let metrics = try #require(workload["metrics"])
            for name in ["ttft_s", "tpot_s", "itl_s", "e2e_s", "queueing_s"] {
                for part in ["mean", "p50", "p90", "p95", "p99", "max"] {
                    #expect(metrics[name]?[part]?.numberValue != nil, "\(name).\(part)")
                }
            }
            for name in [
                "requests_arrived", "requests_completed", "requests_rejected", "requests_unfinished", "requests_per_s",
                "input_tokens_per_s", "output_tokens_per_s", "output_tokens_per_s_per_device",
                "goodput_requests_per_s", "slo_attainment", "prefix_blocks_hit", "prefix_blocks_looked_up",
                "preemptions", "makespan_s",
            ] {
                #expect(metrics[name]?.numberValue != nil, "\(name)")
            }
            for (pool, figures) in metrics["pools"]?.objectValue ?? [:] {
                for name in ["utilisation", "devices", "steps", "requests"] {
                    #expect(figures[name]?.numberValue != nil, "\(pool).\(name)")
                }
            }
        }
        let base = try #require(result.value(at: ["variants", "base", "workloads", "chat", "metrics"]))
        #expect(base["kv_transfer_s"]?["mean"]?.numberValue ?? 0 > 0)
        #expect(base["pools"]?.objectValue?.keys == ["prompts", "answers"])
        #expect(result.value(at: ["variants", "together", "workloads", "chat", "metrics", "kv_transfer_s"]) == .null)
    }

    @Test func figuresAreConsistent() throws {
        for sample in SampleRuns.patches {
            let result = try SampleRuns.result(sample.patch)
            for (_, variant) in result["variants"]?.objectValue ?? [:] {
                for (_, workload) in variant["workloads"]?.objectValue ?? [:] {
                    check(try #require(workload["metrics"]), sample.name)
                    for entry in workload["checks"]?.arrayValue ?? [] {
                        #expect(entry["holds"] == true, "\(sample.name)")
                    }
                    for (_, memory) in workload["memory"]?.objectValue ?? [:] where memory["device_bytes"] != nil {
                        let figure = { (key: String) in memory[key]?.integerValue ?? 0 }
                        #expect(figure("peak_bytes") <= figure("device_bytes"))
                        #expect(figure("kv_peak_bytes") <= figure("kv_bytes"))
                    }
                }
            }
        }
    }

    private func check(_ metrics: JSONValue, _ name: String) {
        // Other kinds of workloads have other figures, which their own tests look at.
        guard metrics["requests_arrived"] != nil else { return }
        func figure(_ key: String) -> Double { metrics[key]?.numberValue ?? 0 }
        #expect(figure("requests_arrived")
            == figure("requests_completed") + figure("requests_rejected") + figure("requests_unfinished"))
        let rejections = (metrics["rejections"]?.objectValue ?? [:]).reduce(0) { $0 + ($1.value.numberValue ?? 0) }
        #expect(rejections == figure("requests_rejected"))
        #expect(figure("prefix_blocks_hit") <= figure("prefix_blocks_looked_up"))
        let pools = (metrics["pools"]?.objectValue ?? [:]).map(\.value)
        #expect(pools.reduce(0) { $0 + ($1["devices"]?.numberValue ?? 0) } == figure("devices"))
        for pool in pools {
            #expect(0...1 ~= pool["utilisation"]?.numberValue ?? 2, "\(name)")
            let served = (pool["requests_per_replica"]?.arrayValue ?? []).reduce(0) { $0 + ($1.numberValue ?? 0) }
            #expect(served == pool["requests"]?.numberValue)
        }
        let order = ["p50", "p90", "p95", "p99", "max"]
        for distribution in ["ttft_s", "tpot_s", "itl_s", "e2e_s", "queueing_s"].compactMap({ metrics[$0] }) {
            let values = order.compactMap { distribution[$0]?.numberValue }
            #expect(values == values.sorted())
        }
        if figure("makespan_s") > 0 {
            #expect(figure("requests_per_s") == figure("requests_completed") / figure("makespan_s"))
        }
    }

    @Test func twoRunsGiveTheSameBytes() throws {
        for sample in SampleRuns.patches {
            let texts = try (0..<2).map { _ in JSONWriter.pretty.text(of: try SampleRuns.result(sample.patch)) }
            #expect(texts[0] == texts[1], "\(sample.name)")
        }
    }

    /// The embedded scenario holds all that a run depends on, settings included.
    @Test func theEmbeddedScenarioGivesTheSameBytes() throws {
        let settings = ["seed=11", "workloads.chat.engine.max_sequences=8", "workloads.chat.slo.ttft=80 ms"]
        let document = try ScenarioDocument(JSONDocument(text: SampleRuns.text), settings: settings)
        let first = ResultDocument(scenario: document.value, variants: try SampleRuns.runs(document)).value
        let text = JSONWriter.pretty.text(of: first)
        let again = try ScenarioDocument(JSONDocument(text: text, file: "result.json"))
        #expect(again.value == document.value)
        let second = ResultDocument(scenario: again.value, variants: try SampleRuns.runs(again)).value
        #expect(JSONWriter.pretty.text(of: second) == text)
    }

    @Test func theHashIsOfTheScenarioAlone() throws {
        let scenario = try SampleRuns.document().value
        func hash(_ value: JSONValue) -> JSONValue? {
            ResultDocument(scenario: value, variants: []).value["scenario"]?["hash"]
        }
        #expect(hash(scenario)?.stringValue?.count == 16)
        #expect(hash(scenario) == (try SampleRuns.result()["scenario"]?["hash"]))
        #expect(hash(scenario) != hash(scenario.applying(mergePatch: ["seed": 4])))
        let reordered: JSONObject = JSONObject((scenario.objectValue ?? [:]).reversed().map { ($0.key, $0.value) })
        #expect(hash(scenario) == hash(.object(reordered)))
        #expect(ResultDocument.hexadecimal(0xAB) == "00000000000000ab")
    }

    @Test func oneVariantHasNoComparison() throws {
        let result = try SampleRuns.result(["variants": .null])
        #expect(result["comparison"] == nil)
        #expect(result["variants"]?.objectValue?.keys == ["base"])
    }

    @Test func aRunThatIsCutSaysSo() throws {
        let metrics = try #require(
            try SampleRuns.result(["until": "700 ms"]).value(at: ["variants", "base", "workloads", "chat", "metrics"]))
        #expect(metrics["requests_unfinished"]?.integerValue ?? 0 > 0)
        #expect(metrics["requests_arrived"]?.integerValue ?? 30 < 30)
        let none = try #require(
            try SampleRuns.result(["until": "1 us"]).value(at: ["variants", "base", "workloads", "chat", "metrics"]))
        #expect(none["requests_completed"] == 0)
        #expect(none["requests_per_s"] == .null)
        #expect(none["ttft_s"] == .null)
    }
}
