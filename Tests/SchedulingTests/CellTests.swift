import EventEngine
import Hardware
import Testing

@testable import Scheduling

/// Guaranteed cells and opportunistic jobs.
@Suite struct CellTests {
    /// Nodes of four devices under leaves of two.
    private func machine(_ nodes: Int) throws -> Machine {
        try genericMachine(nodes: nodes, devices: 4, fabric: .leafSpine(nodesPerLeaf: 2, oversubscription: 1))
    }

    @Test func largerCellsAreSplitLast() throws {
        var tree = CellTree(try machine(4).cluster)
        // Two leaves of two nodes of four devices. Used devices do not matter here.
        func bind(_ level: CellLevel) -> Range<Int>? {
            tree.bind(level, group: 0) { _ in 0 }.map { tree.devices(of: $0) }
        }
        #expect(bind(.device) == 0..<1)
        #expect(bind(.node) == 4..<8, "of the leaf that is split already")
        #expect(bind(.leaf) == 8..<16)
        #expect(bind(.leaf) == nil)
        #expect(bind(.device) == 1..<2 && bind(.device) == 2..<3 && bind(.device) == 3..<4)
        #expect(bind(.device) == nil)
    }

    @Test func cellsWithTheFewestUsersAreTaken() throws {
        var tree = CellTree(try machine(4).cluster)
        let cell = tree.bind(.node, group: 0) { $0.count { $0 < 12 } }
        #expect(cell.map { tree.devices(of: $0) } == 12..<16)
    }

    /// Packages of two dies on nodes of sixteen.
    @Test func packagesAreCells() throws {
        let node = try NodeType.named("atlas-800t-a3").resolved()
        let machine = try Machine(ClusterSpecification(nodeGroups: [NodeGroup(name: "a3", node: node, count: 1)]))
        var tree = CellTree(machine.cluster)
        #expect(tree.size(.package, group: 0) == 2 && !tree.has(.leaf, group: 0))
        let cells = [CellLevel.device, .package, .device, .package].map { level in
            tree.bind(level, group: 0) { _ in 0 }.map { tree.devices(of: $0) }
        }
        #expect(cells == [0..<1, 2..<4, 1..<2, 4..<6])
    }

    @Test func whatDoesNotFitIsTold() throws {
        let tree = CellTree(try machine(5).cluster)
        func shortage(_ cells: [(CellLevel, Int)]) -> Int? {
            tree.shortage(of: cells.map { CellCount(group: 0, level: $0.0, count: $0.1) })?.fits
        }
        #expect(shortage([(.leaf, 2), (.node, 1)]) == nil)
        #expect(shortage([(.leaf, 2), (.node, 2)]) == 1)
        #expect(shortage([(.leaf, 1), (.node, 2), (.device, 4)]) == nil)
        #expect(shortage([(.leaf, 1), (.node, 3), (.device, 1)]) == 0)
    }

    /// The safety of buddy cells: what fits at once can be bound at any time, whatever came and went before.
    @Test func legalRequestsAreNeverRefused() throws {
        let node = try NodeType.named("atlas-800t-a3").resolved()
        let fabric = Fabric.leafSpine(nodesPerLeaf: 2, oversubscription: 1)
        let cluster = try Machine(
            ClusterSpecification(nodeGroups: [NodeGroup(name: "a3", node: node, count: 5)], fabric: fabric)
        ).cluster
        var random = RandomStream(seed: 5, name: "cells")
        var bound = 0
        for _ in 0..<40 {
            var wanted: [CellCount] = []
            for _ in 0..<12 {
                let level = CellLevel.allCases[random.uniform(below: 4)]
                let more = wanted + [CellCount(group: 0, level: level, count: 1 + random.uniform(below: 6))]
                if CellTree(cluster).shortage(of: more) == nil { wanted = more }
            }
            var tree = CellTree(cluster)
            let virtual = wanted.flatMap { Array(repeating: $0.level, count: $0.count) }
            var cells: [Int?] = Array(repeating: nil, count: virtual.count)
            for _ in 0..<300 where !virtual.isEmpty {
                let index = random.uniform(below: virtual.count)
                if let cell = cells[index] {
                    tree.release(cell)
                    cells[index] = nil
                } else {
                    // Which devices others use decides where, and never whether.
                    let used = random.uniform(below: 80)
                    cells[index] = tree.bind(virtual[index], group: 0) { $0.contains(used) ? 3 : 0 }
                    #expect(cells[index] != nil)
                    bound += 1
                }
                let held = cells.compactMap { $0 }.map { tree.devices(of: $0) }
                #expect(held.reduce(0) { $0 + $1.count } == Set(held.flatMap { Array($0) }).count)
            }
        }
        #expect(bound > 3000)
    }

    /// A tenant with a node, and opportunistic jobs on everything else and on what he does not use.
    @Test func opportunisticJobsGiveWay() throws {
        var owner = Tenant(name: "owner")
        owner.partition = 1
        var configuration = SchedulingConfiguration(
            name: "cells", policy: SchedulingPolicy(whenBlocked: .skip, restartCost: .free),
            tenants: [Tenant(name: "guest"), owner],
            list: list([job(0, 4, 100), job(0, 4, 20), job(10, 2, 10, tenant: 1), job(12, 4, 10, tenant: 1)]))
        configuration.partitions = 2
        configuration.cells = [TenantCells(tenant: 1, cells: [CellCount(group: 0, level: .node, count: 1)])]
        var engine = run(configuration, on: try machine(2))
        engine.close(at: engine.lastActivity)
        // Both nodes are equally used; the first one is taken, and its job goes on where the other guest ends. The
        // owner has one node, and waits for himself.
        #expect(engine.spans == ["0-10,20-110", "0-20", "10-20", "20-30"])
        #expect(engine.outcome.reclaims > 0 && engine.outcome.completed == 4)
        #expect(
            engine.waits(0).first == WaitSegment(start: 10 * second, end: 20 * second, reason: .reclaimed, blocker: 2))
        #expect(engine.runs(of: 0)[0].isBorrowed && !engine.runs(of: 2)[0].isBorrowed)
        // Records name nodes of the cluster.
        #expect(engine.segments.allSatisfy { engine.shares(of: $0).allSatisfy { $0.node < 2 } })
    }
}
