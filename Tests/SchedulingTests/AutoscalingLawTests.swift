import EventEngine
import Hardware
import Testing
import TraceFormats

@testable import Scheduling

/// What holds for autoscaled nodes whatever the jobs.
@Suite struct AutoscalingLawTests {
    /// Three nodes of four and two of two devices, both of them scaled.
    private func machine() throws -> Machine {
        func node(_ devices: Int) throws -> NodeDescriptor {
            var overrides = NodeTypeOverrides()
            overrides.devicesPerNode = devices
            return try NodeType.named("generic").resolved(overrides)
        }
        return try Machine(
            ClusterSpecification(nodeGroups: [
                NodeGroup(name: "large", node: try node(4), count: 4),
                NodeGroup(name: "small", node: try node(2), count: 3),
            ]))
    }

    private func configuration(_ seed: UInt64, _ whenBlocked: WhenBlocked) -> SchedulingConfiguration {
        var random = RandomStream(seed: seed, name: "autoscaling")
        var jobs = SchedulingLawTests.jobs(seed, count: 50)
        var groups: [PlacementGroup] = []
        for index in jobs.indices {
            jobs[index].submit *= Int64(1 + random.uniform(below: 2) * 4)
            if random.uniform(below: 4) == 0, jobs[index].devices > 1 {
                jobs[index].placementGroup = Int32(groups.count)
                groups.append(PlacementGroup(devices: jobs[index].devices, bundleDevices: 2, .pack))
            }
        }
        jobs.sort { $0.submit < $1.submit }
        var configuration = SchedulingConfiguration(
            name: "law", seed: seed, policy: SchedulingPolicy(whenBlocked: whenBlocked),
            tenants: SchedulingLawTests.tenants, list: list(jobs))
        configuration.placementGroups = groups
        var scaling = Autoscaling(nodeTypes: [
            AutoscaledNodes(
                group: 0, minimum: random.uniform(below: 2), maximum: 3, bootTime: 20 * second, idleTimeout: 15 * second
            ),
            AutoscaledNodes(group: 1, minimum: 0, maximum: 2, bootTime: 5 * second, idleTimeout: 7 * second),
        ])
        scaling.maximumConcurrentLaunches = 1 + random.uniform(below: 4)
        configuration.autoscaling = scaling
        return configuration
    }

    @Test(arguments: WhenBlocked.allCases) func nodesAreThereWhenTheyAreUsed(_ whenBlocked: WhenBlocked) throws {
        var left = 0
        for seed in 0..<8 as Range<UInt64> {
            let configuration = configuration(seed, whenBlocked)
            let scaling = try #require(configuration.autoscaling)
            var engine = run(configuration, on: try machine()) { engine, machine, _ in
                let scaler = engine.scaler
                for (type, nodes) in scaling.nodeTypes.enumerated() {
                    let ready = scaler?.ready[type] ?? 0
                    let booting = scaler?.booting[type] ?? 0
                    #expect(ready >= nodes.minimum && ready + booting <= nodes.maximum)
                    #expect(
                        ready
                            == scaler?.power.indices.count {
                                scaler?.types[$0] == type && scaler?.power[$0] == .ready
                            })
                }
                #expect(scaler?.booting.reduce(0, +) ?? 0 <= scaling.maximumConcurrentLaunches)
                // Nodes that are not ready give nothing, and those that are give what is free.
                for node in 0..<engine.map.nodeCount {
                    let free = scaler?.power[node] == .ready ? machine.cluster.freeDeviceCount(NodeID(node)) : 0
                    #expect(Int(engine.map.free(node)) == free)
                }
            }
            engine.close(at: engine.lastActivity)
            // What the largest cluster can hold is done.
            #expect((0..<50).allSatisfy { [.completed, .rejected].contains(engine.record($0).phase) }, "\(seed)")
            #expect(engine.outcome.completed > 40)
            for segment in engine.segments {
                for share in engine.shares(of: segment) {
                    let lives = engine.nodeLives.filter { $0.node == share.node }
                    #expect(lives.contains { $0.ready <= segment.start && $0.ended >= segment.end })
                }
            }
            // A node that left had been idle for its time-out, and left within a look of it or stayed for a job.
            for life in engine.nodeLives where life.ended < .max {
                left += 1
                let ends = engine.segments.filter { segment in
                    segment.end <= life.ended && segment.start >= life.launched
                        && engine.shares(of: segment).contains { $0.node == life.node }
                }.map(\.end)
                let idle = life.ended - (ends.max() ?? life.ready)
                #expect(idle >= scaling.nodeTypes[life.type].idleTimeout)
                #expect(life.ended % scaling.interval == 0 && life.launched % scaling.interval == 0)
            }
            let hours = engine.autoscaling.reduce(0) { $0 + $1.nodeNanoseconds }
            var counted: Int64 = 0
            for outcome in engine.autoscaling {
                for (place, count) in outcome.counts.enumerated() {
                    let isLast = place + 1 == outcome.counts.count
                    let end = isLast ? engine.lastActivity : outcome.counts[place + 1].time
                    counted += Int64(count.ready + count.booting) * (end - count.time)
                }
            }
            #expect(hours == counted)
        }
        #expect(left > 20)
    }

    /// Nodes that are always there and never leave: the run without an autoscaler.
    @Test func allNodesAlwaysIsNoAutoscaler() throws {
        for whenBlocked in WhenBlocked.allCases {
            var configuration = configuration(3, whenBlocked)
            configuration.autoscaling = nil
            let plain = run(configuration, on: try machine())
            configuration.autoscaling = Autoscaling(nodeTypes: [
                AutoscaledNodes(group: 0, minimum: 4, maximum: 4, bootTime: second, idleTimeout: second),
                AutoscaledNodes(group: 1, minimum: 3, maximum: 3, bootTime: second, idleTimeout: second),
            ])
            let scaled = run(configuration, on: try machine())
            #expect(scaled.segments == plain.segments)
            #expect((0..<50).allSatisfy { scaled.record($0) == plain.record($0) })
        }
    }

    /// Nodes that fail, boot and leave, all at once: every job is done or impossible, and the run ends.
    @Test func failuresAndScaling() throws {
        for seed in 0..<4 as Range<UInt64> {
            var configuration = configuration(seed, .skip)
            configuration.failureRate = FailureRate(meanBetween: 100 * second, meanRepair: 10 * second)
            let engine = run(configuration, on: try machine())
            #expect((0..<50).allSatisfy { [.completed, .rejected].contains(engine.record($0).phase) }, "\(seed)")
        }
    }
}
