import Glibc
import JSONText
import Testing
import Timing

@testable import Scenario

/// A pool may bring a timing profile of its own.
@Suite struct PoolTimingTests {
    private static func document(_ timing: JSONValue?) throws -> ScenarioDocument {
        var pool: JSONObject = ["role": "mixed", "nodes": "h100", "replicas": 1]
        pool["timing"] = timing
        let scenario: JSONValue = [
            "schema": "simulate/1", "name": "timing",
            "cluster": ["nodes": ["h100": ["type": "hgx-h100", "count": 1]]],
            "workloads": ["load": [
                "kind": "serving", "model": "qwen3-8b",
                "traffic": ["generate": [
                    "requests": 10, "arrivals": ["kind": "constant", "rate_per_s": 1],
                    "input_tokens": ["kind": "constant", "value": 1000],
                    "output_tokens": ["kind": "constant", "value": 10],
                ]],
                "pools": ["only": .object(pool)],
            ]],
        ]
        return try ScenarioDocument(JSONDocument(bytes: JSONWriter.compact.bytes(of: scenario), file: "timing"))
    }

    private static func write(_ text: String) throws -> String {
        let path = "/tmp/simulate-pool-timing-\(getpid())-\(text.utf8.count).json"
        let file = try FileSink(path)
        try file.write(Array(text.utf8))
        try file.commit()
        return path
    }

    @Test func aProfileReplacesTheShippedFigures() throws {
        let path = try Self.write(#"""
            { "name": "mine", "devices": ["h100"], "engine": "mine 1",
              "gemm": { "memory_efficiency": { "value": 0.5, "provenance": "fewshot(16)", "source": "mine" } } }
            """#)
        defer { unlink(path) }
        let shipped = try Self.document(nil).checked().plans[0].pools[0].profile
        let own = try Self.document(.string(path)).checked().plans[0].pools[0].profile
        #expect(own.engine == "mine 1")
        #expect(own.gemm.memoryEfficiency.value == 0.5)
        // Of another engine, the shipped figures are no more than a sibling's.
        #expect(own.gemm.computeEfficiency.value == shipped.gemm.computeEfficiency.value)
        #expect(shipped.gemm.computeEfficiency.provenance == .measured)
        #expect(own.gemm.computeEfficiency.provenance == .sibling(of: shipped.engine))
        #expect(own.host == shipped.host)
    }

    @Test func aProfileThatCannotBeUsedIsAProblemOfThePool() throws {
        let other = try Self.write(#"{ "name": "other", "devices": ["a100"], "engine": "e" }"#)
        defer { unlink(other) }
        for path in [other, "/no/such/profile.json"] {
            do {
                _ = try Self.document(.string(path)).checked()
                Issue.record("accepted \(path)")
            } catch let problems as JSONProblems {
                #expect("\(problems)".contains("workloads.load.pools.only.timing"), "\(problems)")
            }
        }
    }
}
