import EventEngine
import JSONText
import Scheduling
import Testing

@testable import Scenario

/// Nodes that come and go, from the text of a scenario on.
@Suite struct AutoscalingScenarioTests {
    private let jobs = #""submit": [ { "at": "1 s", "devices": 6, "duration": "10 s" } ], "#
    private let nodes = #"{ "gpu": { "type": "generic", "devices_per_node": 4, "count": 3, "cost_per_hour": 3600 } }"#

    @Test func nodesAreLaunchedForJobs() throws {
        let engine = try JobsScenario(
            jobs + #""autoscale": { "nodes": { "gpu": { "min": 1, "boot_time": "20 s" } }, "interval": "2 s" }"#,
            nodes: nodes
        ).run()
        #expect(engine.spans == ["submit/0 22-32"])
        let outcome = try #require(engine.autoscaling.first)
        #expect(outcome.launches == 1 && outcome.nodes.maximum == 3)
        // One node for 32 s, one from its launch at 2 s on.
        #expect(outcome.nodeNanoseconds == 62 * 1_000_000_000)
        #expect(abs((outcome.cost ?? 0) - 62) < 1e-9)
    }

    /// A job that starts a workload on two node groups brings nodes of both.
    @Test func workloadsBringNodes() throws {
        let text = #"""
            { "schema": "simulate/1", "name": "test",
              "cluster": { "nodes": { "a": { "type": "hgx-h20", "count": 2 }, "b": { "type": "hgx-h20", "count": 2 } } },
              "workloads": {
                "chat": { "kind": "serving", "model": "qwen3-0.6b", "max_context": 1024,
                  "traffic": { "generate": { "requests": 4, "arrivals": { "kind": "constant", "rate_per_s": 4 },
                    "input_tokens": { "kind": "constant", "value": 64 },
                    "output_tokens": { "kind": "constant", "value": 8 } } },
                  "pools": { "p": { "role": "prefill", "nodes": "a", "replicas": 2 },
                             "d": { "role": "decode", "nodes": "b", "replicas": 1 } } },
                "batch": { "kind": "jobs", "submit": [ { "at": "1 s", "workload": "chat" } ],
                  "autoscale": { "nodes": { "a": { "boot_time": "10 s" }, "b": { "boot_time": "20 s" } } } } } }
            """#
        var world = try ScenarioDocument(JSONDocument(text: text, file: "test.json")).checked().world()
        world.run()
        let engine = world.scheduling[0]
        #expect(engine.record(0).firstStart == 25 * 1_000_000_000 && engine.record(0).phase == .completed)
        #expect(engine.autoscaling.map(\.launches) == [1, 1])
    }

    @Test func mistakesAreNamed() {
        func problem(_ scaling: String, _ rest: String = "") -> String {
            JobsScenario(jobs + #""autoscale": { "nodes": \#(scaling) }"# + rest, nodes: nodes).problems
                .joined(separator: "; ")
        }
        #expect(problem(#"{ "gpuu": { "boot_time": "1 s" } }"#).contains("did you mean \"gpu\"?"))
        #expect(problem(#"{ "gpu": { "boot_time": "1 s", "max": 4 } }"#).contains("gpu has 3 nodes"))
        #expect(problem(#"{ "gpu": { "boot_time": "1 s", "min": 3, "max": 2 } }"#).contains("2 is less than min (3)"))
        #expect(problem("{ }").contains("no node group grows or shrinks"))
        let events = #", "events": [ { "at": "1 s", "kind": "vc.create", "name": "v", "replica_sets": { "gpu": 1 } } ]"#
        #expect(problem(#"{ "gpu": { "boot_time": "1 s" } }"#, events).contains("do not come and go"))
    }
}
