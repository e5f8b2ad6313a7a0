import EventEngine
import Hardware
import JSONText
import Scheduling
import Testing

@testable import Scenario

/// Verbs of virtual clusters and drains, from the text of a scenario on.
@Suite struct JobsEventTests {
    private let nodes = #"{ "gpu": { "type": "generic", "devices_per_node": 4, "count": 3 } }"#

    /// A tenant waits for his cluster; a refusal says what would fit and changes nothing.
    @Test func tenantsRunInVirtualClusters() throws {
        let engine = try JobsScenario(
            """
            "policy": { "when_blocked": "skip" }, "tenants": { "t": { "virtual_cluster": "v" } },
            "submit": [ { "at": "0 s", "name": "rest", "devices": 4, "duration": "100 s" },
                        { "at": "0 s", "name": "one", "devices": 4, "duration": "20 s", "tenant": "t" },
                        { "at": "1 s", "name": "two", "devices": 8, "duration": "10 s", "tenant": "t" } ],
            "events": [
              { "at": "12 s", "kind": "vc.update", "name": "v", "revision": 1, "replica_sets": { "gpu": 2 } },
              { "at": "5 s", "kind": "vc.create", "name": "v", "replica_sets": { "gpu": 1 } },
              { "at": "10 s", "kind": "vc.remove", "name": "v" },
              { "at": "13 s", "kind": "vc.update", "name": "v", "revision": 1, "replica_sets": { "gpu": 3 } },
              { "at": "14 s", "kind": "vc.update", "name": "v", "revision": 2, "replica_sets": { "gpu": 3 } },
              { "at": "40 s", "kind": "vc.remove-nodes", "name": "v", "node_names": ["gpu/1"] } ]
            """, nodes: nodes
        ).run()
        #expect(engine.spans == ["rest 0-100", "one 5-25", "two 25-35"])
        #expect(
            engine.clusterAnswers == [
                .done(revision: 1), .refused(reason: .nodesBusy, wouldFit: [ReplicaSet(group: 0, nodes: 1)]),
                .done(revision: 2), .refused(reason: .staleRevision(latest: 2), wouldFit: []),
                .refused(reason: .nodesBusy, wouldFit: [ReplicaSet(group: 0, nodes: 2)]), .done(revision: 3),
            ])
    }

    /// Children take their nodes from a divisible parent, and give them back to it.
    @Test func divisibleClustersHoldOthers() throws {
        let engine = try JobsScenario(
            """
            "tenants": { "t": { "virtual_cluster": "child" } },
            "submit": [ { "at": "0 s", "name": "job", "devices": 4, "duration": "20 s", "tenant": "t" } ],
            "events": [
              { "at": "1 s", "kind": "vc.create", "name": "parent", "replica_sets": { "gpu": 2 }, "divisible": true },
              { "at": "2 s", "kind": "vc.create", "name": "child", "replica_sets": { "gpu": 3 }, "parent": "parent" },
              { "at": "3 s", "kind": "vc.create", "name": "child", "replica_sets": { "gpu": 1 }, "parent": "parent" },
              { "at": "4 s", "kind": "vc.remove", "name": "parent" } ]
            """, nodes: nodes
        ).run()
        #expect(engine.spans == ["job 3-23"])
        #expect(
            engine.clusterAnswers == [
                .done(revision: 1), .refused(reason: .nodesBusy, wouldFit: [ReplicaSet(group: 0, nodes: 2)]),
                .done(revision: 1), .refused(reason: .hasChildren, wouldFit: []),
            ])
    }

    private func drained(_ keys: String) throws -> SchedulingEngine {
        try JobsScenario(
            """
            "policy": { "when_blocked": "skip", "restart_cost": "none" },
            "submit": [ { "at": "0 s", "name": "a", "devices": 4, "duration": "20 s" },
                        { "at": "0 s", "name": "b", "devices": 4, "duration": "20 s" },
                        { "at": "1 s", "name": "c", "devices": 4, "duration": "10 s" } ],
            "events": [ { "at": "5 s", "kind": "drain", "target": "gpu/0"\(keys) } ]
            """
        ).run()
    }

    @Test func drainsWaitOrTakeJobsOff() throws {
        // Running jobs end; c cannot have the node that drains.
        let waiting = try drained("")
        #expect(waiting.spans == ["a 0-20", "b 0-20", "c 20-30"])
        let drain = try #require(waiting.configuration.drains.first)
        #expect(waiting.outcome(of: drain) == (0, 20 * 1_000_000_000))
        // At 8 s a is taken off after 8 of its 20 s, and goes on behind c on the other node, in order of submission.
        let taken = try drained(#", "preempt_after": "3 s""#)
        #expect(taken.spans == ["a 0-8,20-32", "b 0-20", "c 32-42"])
        #expect(taken.outcome(of: taken.configuration.drains[0]) == (1, 8 * 1_000_000_000))
        #expect(taken.outcome.preemptions == 1)
        #expect(taken.waits(0).first?.reason == .drain)
        // In use again at 10 s.
        let back = try drained(#", "preempt_after": "3 s", "for": "5 s""#)
        #expect(back.spans == ["a 0-8,10-22", "b 0-20", "c 20-30"])
    }

    @Test func mistakesAreNamed() {
        func problem(_ event: String, tenants: String = "") -> String {
            JobsScenario(
                """
                "submit": [ { "at": "0 s", "devices": 1, "duration": "1 s", "tenant": "t" } ], \(tenants)
                "events": [ { "at": "1 s", "kind": "vc.create", "name": "team", "replica_sets": { "gpu": 1 } },
                            { "at": "1 s", \(event) } ]
                """
            ).problems.joined(separator: "; ")
        }
        #expect(
            problem(#""kind": "vc.remov", "name": "x""#).hasSuffix("found \"vc.remov\" (did you mean \"vc.remove\"?)"))
        #expect(problem(#""kind": "vc.remove", "name": "taem""#).contains("(did you mean \"team\"?)"))
        #expect(
            problem(#""kind": "vc.update", "name": "team", "revision": 1, "replica_sets": { "gpuu": 1 }"#)
                .contains("no node group gpuu (did you mean \"gpu\"?)"))
        #expect(
            problem(#""kind": "vc.remove-nodes", "name": "team", "node_names": ["gpu/7"]"#)
                .contains("there is no node gpu/7"))
        #expect(
            problem(#""kind": "drain", "target": "gpu/0", "for": "1 s", "preempt_after": "2 s""#)
                .contains("has no effect: the node is in use again"))
        #expect(problem(#""kind": "drain", "target": "gpu/0", "revision": 1"#).contains("unknown key"))
        #expect(
            problem(
                #""kind": "drain", "target": "gpu/0""#, tenants: #""tenants": { "t": { "virtual_cluster": "tem" } },"#
            )
            .contains("no event makes a virtual cluster tem (did you mean \"team\"?)"))
        #expect(
            problem(
                #""kind": "vc.create", "name": "p", "replica_sets": { "gpu": 1 }, "divisible": true"#,
                tenants: #""tenants": { "t": { "virtual_cluster": "p" } },"#
            ).contains("p is divisible"))
    }
}
