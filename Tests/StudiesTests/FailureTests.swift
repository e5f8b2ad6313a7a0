import JSONText
import Scenario
import Serving
import Testing

/// Devices that fail while requests are under way: nothing is lost, counted twice or left behind.
@Suite struct FailureTests {
    @Test(arguments: ["layerwise-push", "pull"], ["decode", "prefill"])
    func separatedPoolsSurvive(transfer: String, firstToken: String) throws {
        try check(pools: [
            "prefill": ["role": "prefill", "nodes": "h20", "replicas": 3],
            "decode": ["role": "decode", "nodes": "h20", "replicas": 3],
        ], transfer: transfer, firstToken: firstToken)
    }

    @Test func mixedPoolsSurvive() throws {
        try check(
            pools: ["mixed": ["role": "mixed", "nodes": "h20", "replicas": 3]], transfer: "pull", firstToken: "decode")
    }

    /// While every replica of a side is down requests wait; after the repair they go on.
    @Test(arguments: ["layerwise-push", "pull"])
    func aWholePoolComesBack(transfer: String) throws {
        let pools: JSONObject = [
            "prefill": ["role": "prefill", "nodes": "h20", "replicas": 1],
            "decode": ["role": "decode", "nodes": "h20", "replicas": 1],
        ]
        for target in ["h20/0/0", "h20/0/1"] {
            let events: JSONValue = [["at": "4.3 s", "kind": "device-fails", "target": .string(target), "for": "5 s"]]
            try check(pools: pools, transfer: transfer, firstToken: "decode", events: events)
        }
    }

    /// What never comes back leaves requests unfinished, and the summary says so.
    @Test func aDeadPoolLeavesRequestsUnfinished() throws {
        let events: JSONValue = [["at": "15 s", "kind": "device-fails", "target": "h20/0"]]
        let checked = try scenario(
            pools: ["mixed": ["role": "mixed", "nodes": "h20", "replicas": 3]], transfer: "pull", firstToken: "decode",
            events: events)
        var world = checked.world()
        world.run()
        let outcome = world.serving[0].outcome(objective: checked.plans[0].objective)
        #expect(outcome.unfinished > 0 && outcome.completed > 0)
        #expect(outcome.arrived == outcome.completed + outcome.rejectedCount + outcome.unfinished)
    }

    @Test func aTargetThatIsNotThereIsRefused() throws {
        let events: JSONValue = [
            ["at": "2 s", "kind": "device-fails", "target": "h20/0/9"],
            ["at": "2 s", "kind": "device-fails", "target": "h20/0/1", "for": "5 s"],
            ["at": "4 s", "kind": "device-fails", "target": "h20/0"],
        ]
        let problems = #expect(throws: JSONProblems.self) {
            try scenario(
                pools: ["mixed": ["role": "mixed", "nodes": "h20", "replicas": 3]], transfer: "pull",
                firstToken: "decode", events: events)
        }
        let text = "\(try #require(problems))"
        #expect(text.contains("there is no device or node h20/0/9"))
        #expect(text.contains("h20/0 fails while it is down already"))
    }

    private static let failures: JSONValue = [
        ["at": "1.5 s", "kind": "device-fails", "target": "h20/0/1", "for": "1 s"],
        ["at": "3 s", "kind": "device-fails", "target": "h20/0/4", "for": "2 s"],
        ["at": "3.7 s", "kind": "device-fails", "target": "h20/0/0", "for": "1 s"],
        ["at": "6.000001 s", "kind": "device-fails", "target": "h20/0/2", "for": "3 s"],
        ["at": "7 s", "kind": "device-fails", "target": "h20/0/5"],
    ]

    private func check(
        pools: JSONObject, transfer: String, firstToken: String, events: JSONValue = failures
    ) throws {
        let checked = try scenario(pools: pools, transfer: transfer, firstToken: firstToken, events: events)
        var world = checked.world(), stepped = checked.steppedWorld()
        world.run()
        stepped.run()
        let outcome = world.serving[0].outcome(objective: checked.plans[0].objective)
        #expect(outcome.completed == outcome.arrived)
        for check in outcome.checks {
            #expect(check.holds, "\(check.name): expected \(check.expected), found \(check.found)")
        }
        if events == Self.failures { #expect(outcome.restarts > 0, "the failures hit nobody") }
        #expect(world.serving[0].records.map(\.endToEnd) == stepped.serving[0].records.map(\.endToEnd))
        #expect(world.serving[0].records.map(\.longestInterval) == stepped.serving[0].records.map(\.longestInterval))
    }

    private func scenario(
        pools: JSONObject, transfer: String, firstToken: String, events: JSONValue
    ) throws -> CheckedScenario {
        let scenario: JSONValue = [
            "schema": "simulate/1", "name": "failures", "events": events,
            "cluster": ["nodes": ["h20": ["type": "hgx-h20", "count": 1]]],
            "workloads": ["chat": [
                "kind": "serving", "model": "qwen2.5-7b",
                "traffic": ["generate": [
                    "requests": 150, "arrivals": ["kind": "poisson", "rate_per_s": 15],
                    "input_tokens": ["kind": "uniform", "min": 16, "max": 6000],
                    "output_tokens": ["kind": "uniform", "min": 1, "max": 300],
                    "system_prompt_tokens": 320, "prefix_block_tokens": 16,
                ]],
                "pools": .object(pools), "router": ["prefill": "prefix-aware", "decode": "least-kv"],
                "kv": ["transfer": .string(transfer), "first_token": .string(firstToken)],
            ]],
        ]
        let document = try JSONDocument(bytes: JSONWriter.compact.bytes(of: scenario), file: "failures")
        return try ScenarioDocument(document).checked()
    }
}
