import JSONText
import Scenario

@testable import Studies

/// A scenario that simulates little, and sweeps of it.
enum SweepFixtures {
    static let scenario = """
        { "schema": "simulate/1", "name": "tiny", "seed": 1,
          "cluster": { "nodes": { "h20": { "type": "hgx-h20", "count": 1 } } },
          "workloads": { "chat": { "kind": "serving", "model": "qwen2.5-7b",
            "traffic": { "generate": { "requests": 20, "arrivals": { "kind": "poisson", "rate_per_s": 4 },
              "input_tokens": { "kind": "constant", "value": 100 },
              "output_tokens": { "kind": "uniform", "min": 2, "max": 40 } } },
            "pools": { "m": { "role": "mixed", "nodes": "h20", "replicas": 1 } } } },
          "variants": { "long": { "workloads": { "chat": { "max_context": 4096 } } } } }
        """

    static let replicas: JSONPath = ["workloads", "chat", "pools", "m", "replicas"]
    static let sequences: JSONPath = ["workloads", "chat", "engine", "max_sequences"]

    static func base() throws -> SweepBase { SweepBase(document: try JSONDocument(text: scenario, file: "tiny.json")) }

    /// Eight points, of which two do not fit the node.
    static var specification: SweepSpecification {
        var specification = SweepSpecification()
        specification.axes = [SweepAxis(replicas, [1, 2, 8, 9]), SweepAxis(sequences, [1, 64])]
        return specification
    }

    static func plan(_ specification: SweepSpecification = specification) throws -> SweepPlan {
        try SweepPlan(base(), specification, engineVersion: "test")
    }

    static func runner(_ plan: SweepPlan, _ limits: SweepLimits = SweepLimits()) -> SweepRunner {
        SweepRunner(plan, limits: limits) { _, world in
            SweepOutcome(
                metrics: ["chat": ["makespan_s": .real(Double(world.now) / 1e9), "events": .init(world.events)]],
                meetsObjective: nil)
        }
    }

    /// All lines of a plan, by number.
    static func lines(_ runner: SweepRunner, jobs: Int) async throws -> [String] {
        var lines: [Int: String] = [:]
        try await runner.run(0..<runner.plan.count, jobs: jobs) {
            lines[$0.head.index] = String(decoding: $0.bytes, as: UTF8.self)
        }
        return try (0..<runner.plan.count).map { index in try requireValue(lines[index]) }
    }

    private struct Missing: Error {}

    private static func requireValue<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw Missing() }
        return value
    }
}
