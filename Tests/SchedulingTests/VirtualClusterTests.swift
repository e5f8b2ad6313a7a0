import EventEngine
import Hardware
import Testing

@testable import Scheduling

/// The verbs of virtual clusters on six nodes of four devices.
@Suite struct VirtualClusterTests {
    private func sets(_ nodes: Int) -> [ReplicaSet] { [ReplicaSet(group: 0, nodes: nodes)] }

    @Test func verbsMoveIdleNodesOnly() throws {
        var map = FreeMap(try genericMachine(nodes: 6, devices: 4).cluster, partitions: 3)
        var clusters = VirtualClusters(names: ["a", "b"])
        func answer(_ verb: VirtualClusterVerb) -> VirtualClusterAnswer { clusters.apply(verb, to: &map).answer }
        #expect(answer(.create(name: "a", replicaSets: sets(4), divisible: true, parent: nil)) == .done(revision: 1))
        #expect(map.nodes(group: 0, partition: 0) == 2 && map.nodes(group: 0, partition: 1) == 4)
        // A refusal says what would fit.
        let tooMany = VirtualClusterVerb.create(name: "b", replicaSets: sets(3), divisible: false, parent: nil)
        #expect(answer(tooMany) == .refused(reason: .nodesBusy, wouldFit: sets(2)))
        #expect(answer(.create(name: "b", replicaSets: sets(1), divisible: false, parent: "a")) == .done(revision: 1))
        #expect(answer(.remove(name: "a")) == .refused(reason: .hasChildren, wouldFit: []))
        // A job on one node of "a": two of its three can go.
        map.add(-1, to: 2)
        #expect(answer(.update(name: "a", revision: 7, replicaSets: sets(2)))
            == .refused(reason: .staleRevision(latest: 1), wouldFit: []))
        #expect(answer(.update(name: "a", revision: 1, replicaSets: []))
            == .refused(reason: .nodesBusy, wouldFit: sets(1)))
        #expect(answer(.update(name: "a", revision: 1, replicaSets: sets(1))) == .done(revision: 2))
        #expect(map.nodes(group: 0, partition: 0) == 4 && map.partition(of: 2) == 1)
        #expect(answer(.removeNodes(name: "a", nodes: [NodeID(2)])) == .refused(reason: .nodesBusy, wouldFit: []))
        map.add(1, to: 2)
        #expect(answer(.removeNodes(name: "a", nodes: [NodeID(5)]))
            == .refused(reason: .foreignNode(NodeID(5)), wouldFit: []))
        #expect(answer(.removeNodes(name: "a", nodes: [NodeID(2)])) == .done(revision: 3))
        #expect(answer(.create(name: "c", replicaSets: [], divisible: false, parent: "b"))
            == .refused(reason: .nameTaken, wouldFit: []))
        #expect(answer(.remove(name: "b")) == .done(revision: 1))
        #expect(answer(.remove(name: "a")) == .done(revision: 3))
        #expect(answer(.remove(name: "a")) == .refused(reason: .unknownName, wouldFit: []))
        #expect(map.nodes(group: 0, partition: 0) == 6)
    }

    /// A tenant's jobs wait until his cluster is there; nodes that a job holds do not leave.
    @Test func jobsRunInTheirCluster() throws {
        var tenant = Tenant(name: "t")
        tenant.partition = 1
        var configuration = SchedulingConfiguration(
            name: "vc", policy: SchedulingPolicy(whenBlocked: .skip), tenants: [Tenant(name: "rest"), tenant],
            list: list([job(0, 4, 100), job(0, 4, 20, tenant: 1), job(1, 8, 10, tenant: 1)]))
        configuration.partitions = 2
        configuration.virtualClusters = ["t"]
        configuration.clusterEvents = [
            (5 * second, .create(name: "t", replicaSets: sets(1), divisible: false, parent: nil)),
            (10 * second, .remove(name: "t")), (12 * second, .update(name: "t", revision: 1, replicaSets: sets(2))),
        ]
        let engine = run(configuration, on: try genericMachine(nodes: 3, devices: 4))
        #expect(engine.spans == ["0-100", "5-25", "25-35"])
        #expect(engine.clusterAnswers == [
            .done(revision: 1), .refused(reason: .nodesBusy, wouldFit: sets(1)), .done(revision: 2),
        ])
    }
}
