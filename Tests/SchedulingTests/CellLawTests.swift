import EventEngine
import Hardware
import Testing

@testable import Scheduling

/// What HiveD promises: to a tenant with cells the cluster is his private one, whatever others do.
@Suite struct CellLawTests {
    /// Two tenants with cells, one with opportunistic jobs.
    private static let cells = [
        TenantCells(
            tenant: 0,
            cells: [
                CellCount(group: 0, level: .leaf, count: 1), CellCount(group: 0, level: .device, count: 3),
            ]),
        TenantCells(
            tenant: 1,
            cells: [
                CellCount(group: 0, level: .node, count: 2), CellCount(group: 0, level: .device, count: 1),
            ]),
    ]

    private func machine(_ groups: [(devices: Int, nodes: Int)]) throws -> Machine {
        try Machine(
            ClusterSpecification(
                nodeGroups: groups.enumerated().map { index, group in
                    var overrides = NodeTypeOverrides()
                    overrides.devicesPerNode = group.devices
                    let node = try NodeType.named("generic").resolved(overrides)
                    return NodeGroup(name: "g\(index)", node: node, count: group.nodes)
                }, fabric: .leafSpine(nodesPerLeaf: 2, oversubscription: 1)))
    }

    private func configuration(_ policy: SchedulingPolicy, _ jobs: [Job]) -> SchedulingConfiguration {
        var tenants = SchedulingLawTests.tenants
        for index in 0..<2 { tenants[index].partition = index + 1 }
        var configuration = SchedulingConfiguration(name: "law", policy: policy, tenants: tenants, list: list(jobs))
        configuration.partitions = 3
        configuration.cells = Self.cells
        return configuration
    }

    /// All policies but random placement, whose draws others would move, and orders over all tenants.
    private static let policies = SchedulingLawTests.policies.filter {
        $0.placement.name != "random" && $0.order.change != .withTenant
    }

    @Test(arguments: policies.indices) func theClusterIsPrivate(_ index: Int) throws {
        var evicted = 0
        for seed in 0..<4 as Range<UInt64> {
            let jobs = SchedulingLawTests.jobs(seed, count: 80)
            let configuration = configuration(Self.policies[index], jobs)
            var shared = run(configuration, on: try machine([(4, 6)])) { engine, machine, _ in
                // Held devices are those of running jobs, and cells are bound while they are in use.
                let held = engine.running.reduce(0) { $0 + Int(engine.jobs[Int($1)].devices) }
                #expect(held + (0..<6).reduce(0) { $0 + machine.cluster.freeDeviceCount(NodeID($1)) } == 24)
                for node in 0..<6 {
                    #expect(Int(engine.map.free(node)) == machine.cluster.freeDeviceCount(NodeID(node)))
                }
            }
            shared.close(at: shared.lastActivity)
            evicted += shared.outcome.reclaims
            #expect(shared.outcome.bookedNanoseconds == shared.outcome.segmentNanoseconds)
            let privateClusters = [[(1, 3), (4, 2)], [(1, 1), (4, 2)]]
            for tenant in 0..<2 {
                let own = jobs.indices.filter { jobs[$0].tenant == Int32(tenant) }
                var alone = self.configuration(Self.policies[index], own.map { jobs[$0] })
                alone.partitions = 1
                alone.cells = []
                for other in 0..<3 { alone.tenants[other].partition = 0 }
                let engine = run(alone, on: try machine(privateClusters[tenant].map { (devices: $0.0, nodes: $0.1) }))
                for (place, job) in own.enumerated() {
                    let here = shared.runs(of: job).map { [$0.start, $0.end] }
                    #expect(here == engine.runs(of: place).map { [$0.start, $0.end] }, "job \(job) of \(seed)")
                    #expect(shared.record(job).phase == engine.record(place).phase)
                }
            }
            // Nobody else is lost: all that the cluster can hold is done.
            #expect(jobs.indices.allSatisfy { jobs[$0].tenant < 2 || shared.record($0).phase == .completed })
        }
        #expect(evicted > 10)
    }
}
