import EventEngine
import Scheduling
import Testing

@testable import Scenario

/// Guaranteed cells and domains, from the text of a scenario on.
@Suite struct CellsScenarioTests {
    private let nodes = #"{ "gpu": { "type": "generic", "devices_per_node": 4, "count": 2 } }"#

    @Test func ownersGoFirst() throws {
        let engine = try JobsScenario(
            """
            "policy": { "when_blocked": "skip", "restart_cost": "none" },
            "tenants": { "owner": { "cells": { "gpu": { "node": 1 } } } },
            "submit": [ { "at": "0 s", "name": "guest", "devices": 8, "duration": "30 s" },
                        { "at": "10 s", "name": "own", "devices": 4, "duration": "10 s", "tenant": "owner" },
                        { "at": "11 s", "name": "more", "devices": 4, "duration": "10 s", "tenant": "owner" },
                        { "at": "12 s", "name": "large", "devices": 8, "duration": "1 s", "tenant": "owner" } ]
            """, nodes: nodes
        ).run()
        #expect(engine.spans == ["guest 0-10,30-50", "own 10-20", "more 20-30", "large"])
        #expect(engine.record(3).phase == .rejected)
    }

    @Test func mistakesAreNamed() {
        func problem(_ cells: String, _ rest: String = "", scenario: String = "") -> String {
            JobsScenario(
                """
                "tenants": { "owner": { "cells": \(cells) } },
                "submit": [ { "at": "0 s", "devices": 1, "duration": "1 s", "tenant": "owner" } ] \(rest)
                """, nodes: nodes, rest: scenario
            ).problems.joined(separator: "; ")
        }
        #expect(problem(#"{ "gpu": { "node": 3 } }"#).contains("of 3 cells of level node only 2 fit"))
        #expect(problem(#"{ "gpu": { "node": 1, "device": 5 } }"#).contains("of 5 cells of level device only 4 fit"))
        #expect(problem(#"{ "gpuu": { "node": 1 } }"#).contains("did you mean \"gpu\"?"))
        #expect(problem(#"{ "gpu": { "rack": 1 } }"#).contains("unknown key"))
        #expect(problem(#"{ "gpu": { "package": 1 } }"#).contains("has no cells of this level"))
        let failures = #", "failures": { "node_mtbf": "1 h", "repair": "1 h" }"#
        #expect(problem(#"{ "gpu": { "node": 1 } }"#, failures).contains("does not hold on nodes that fail"))
        let events = #", "events": [ { "at": "1 s", "kind": "device-fails", "target": "gpu/0" } ]"#
        #expect(problem(#"{ "gpu": { "node": 1 } }"#, scenario: events).contains("do not hold on devices that fail"))
    }

    @Test func domainsAreChecked() {
        func problem(_ members: String) -> String {
            JobsScenario(
                #""submit": [ { "at": "0 s", "devices": 1, "duration": "1 s", "within": "super-node" } ]"# + members
            ).problems.joined(separator: "; ")
        }
        #expect(problem("").contains("nothing says what a super-node is (give nodes_per_super_node)"))
        #expect(problem(#", "within": "lef""#).contains("did you mean \"leaf\"?"))
        #expect(
            JobsScenario(
                #""submit": [ { "at": "0 s", "devices": 1, "duration": "1 s" } ], "nodes_per_super_node": 8"#
            ).problems.joined().contains("has no effect: nothing looks at super-nodes"))
    }
}
