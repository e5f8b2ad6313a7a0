import EventEngine
import Hardware
import Testing
import TraceFormats

@testable import Scheduling

/// Bundles that a job gets all at once, as Ray's placement groups.
@Suite struct PlacementGroupTests {
    /// The shares of a group on empty nodes of four devices, `node:devices`; "pending" where it has none for ever.
    private func places(_ bundles: [Int32], _ strategy: PlacementStrategy, nodes: Int = 2) throws -> String {
        let group = PlacementGroup(bundles.map { Bundle(devices: $0) }, strategy)
        var request = job(0, group.devices, 10)
        request.placementGroup = 0
        var configuration = SchedulingConfiguration(
            name: "group", policy: SchedulingPolicy(whenBlocked: .skip), list: list([request, job(1, 1, 100)]))
        configuration.placementGroups = [group]
        var engine = run(configuration, on: try genericMachine(nodes: nodes, devices: 4))
        engine.close(at: engine.lastActivity)
        guard let first = engine.runs(of: 0).first else {
            // The other job comes and goes meanwhile; the reason is the group's all the time.
            #expect(engine.waits(0).map(\.reason).allSatisfy { $0 == .placementGroup || $0 == .devices })
            #expect(engine.waits(0).reduce(0) { $0 + $1.end - $1.start } == 101 * second)
            #expect(engine.waits(0).first?.reason == .placementGroup)
            #expect(engine.record(0).phase == .waiting && engine.record(1).phase == .completed)
            return "pending"
        }
        #expect(engine.spans[0] == "0-10")
        return engine.shares(of: first).map { "\($0.node):\($0.devices)" }.joined(separator: " ")
    }

    /// Two nodes of four devices, as in the documentation of Ray.
    @Test func handWorkedRows() throws {
        #expect(try places([2, 2], .pack) == "0:4")
        #expect(try places([2, 2], .strictPack) == "0:4")
        #expect(try places([2, 2], .spread) == "0:2 1:2")
        #expect(try places([2, 2], .strictSpread) == "0:2 1:2")
        #expect(try places([3, 3], .strictPack) == "pending")
        #expect(try places([3, 3], .pack) == "0:3 1:3")
        #expect(try places([1, 1, 1], .strictSpread) == "pending")
        #expect(try places([1, 1, 1], .spread) == "0:2 1:1")
        #expect(try places([5], .pack, nodes: 4) == "pending", "a bundle lies on one node")
        #expect(try places([1, 3, 2], .pack) == "0:4 1:2")
    }

    /// A group that waits does not keep others waiting where they may go ahead, and starts whole when there is room.
    @Test func aGroupWaitsForAllOfItsBundles() throws {
        var request = job(1, 4, 10)
        request.placementGroup = 0
        var configuration = SchedulingConfiguration(
            name: "group", policy: SchedulingPolicy(whenBlocked: .skip, placement: .pack),
            list: list([job(0, 1, 20), job(0, 4, 30), request, job(2, 1, 5)]))
        configuration.placementGroups = [PlacementGroup([2, 2].map { Bundle(devices: $0) }, .strictPack)]
        let engine = run(configuration, on: try genericMachine(nodes: 2, devices: 4))
        #expect(engine.spans == ["0-20", "0-30", "20-30", "2-7"])
        var closed = engine
        closed.close(at: engine.lastActivity)
        #expect(
            closed.waits(2) == [
                WaitSegment(start: second, end: 20 * second, reason: .devices, blocker: 0)
            ])
    }

    /// Bundles that name node groups lie there, and only then several of them: a gang over two kinds of cards.
    @Test func bundlesNameNodeGroups() throws {
        let node = try NodeType.named("generic").resolved(
            {
                var own = NodeTypeOverrides()
                own.devicesPerNode = 2
                return own
            }())
        let groups = ["a", "b"].map { NodeGroup(name: $0, node: node, count: 2) }
        let machine = try Machine(ClusterSpecification(nodeGroups: groups))
        func spans(_ bundles: [Bundle]) throws -> (String, [NodeShare]) {
            var request = job(0, 4, 10)
            request.placementGroup = 0
            var configuration = SchedulingConfiguration(name: "kinds", list: list([request]))
            configuration.placementGroups = [PlacementGroup(bundles, .pack)]
            let engine = run(configuration, on: machine)
            return (engine.spans[0], engine.runs(of: 0).first.map { Array(engine.shares(of: $0)) } ?? [])
        }
        #expect(
            try spans([Bundle(devices: 2, nodeGroups: 1), Bundle(devices: 2, nodeGroups: 2)])
                == ("0-10", [NodeShare(node: 0, devices: 2), NodeShare(node: 2, devices: 2)]))
        #expect(
            try spans([Bundle(devices: 2), Bundle(devices: 2)])
                == ("0-10", [NodeShare(node: 0, devices: 2), NodeShare(node: 1, devices: 2)]))
    }

    /// Tasks run in the bundles that no actor holds, as many at once as find room.
    @Test func tasksRunInBundles() {
        let group = PlacementGroup(
            [Bundle(devices: 4, holdsActor: true), Bundle(devices: 4), Bundle(devices: 3)], .pack)
        #expect(BundleTasks(count: 7, devices: 2, duration: 10).slots(in: group) == 3)
        #expect(BundleTasks(count: 7, devices: 2, duration: 10).makespan(in: group) == 30)
        #expect(BundleTasks(count: 6, devices: 2, duration: 10).makespan(in: group) == 20)
        #expect(BundleTasks(count: 1, devices: 5, duration: 10).makespan(in: group) == nil)
        #expect(PlacementGroup(devices: 10, bundleDevices: 4, .spread).bundles.map(\.devices) == [4, 4, 2])
    }

    /// A queue of equal tasks on slots, one by one, takes the time that the closed form says.
    @Test func theClosedFormIsListScheduling() {
        var random = RandomStream(seed: 3, name: "tasks")
        for _ in 0..<50 {
            let group = PlacementGroup(
                (0...random.uniform(below: 4)).map { _ in
                    Bundle(devices: Int32(1 + random.uniform(below: 8)))
                }, .spread)
            let tasks = BundleTasks(
                count: 1 + random.uniform(below: 30), devices: Int32(1 + random.uniform(below: 3)), duration: 7)
            var free = Array(repeating: Int64(0), count: tasks.slots(in: group))
            guard !free.isEmpty else {
                #expect(tasks.makespan(in: group) == nil)
                continue
            }
            for _ in 0..<tasks.count {
                let slot = free.indices.min { (free[$0], $0) < (free[$1], $1) } ?? 0
                free[slot] += tasks.duration
            }
            #expect(tasks.makespan(in: group) == free.max())
        }
    }
}
