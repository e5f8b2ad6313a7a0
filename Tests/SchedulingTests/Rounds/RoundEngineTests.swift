import EventEngine
import Hardware
import Testing

@testable import Scheduling

@Suite struct RoundEngineTests {
    private func machine(_ groups: [(String, Int)]) throws -> Machine {
        var overrides = NodeTypeOverrides()
        overrides.devicesPerNode = 2
        let node = try NodeType.named("generic").resolved(overrides)
        return try Machine(
            ClusterSpecification(nodeGroups: groups.map { NodeGroup(name: $0.0, node: node, count: $0.1) }))
    }

    private func jobs(_ random: inout RandomStream, apart: Int = 100) -> [RoundJob] {
        var now: Nanoseconds = 0
        return (0..<12).map { index in
            now += Nanoseconds(random.uniform(below: apart)) * second
            return RoundJob(
                name: "\(index)", submitted: now, gang: [1, 1, 2, 4][random.uniform(below: 4)],
                stages: [
                    .init(steps: Int64(50 + random.uniform(below: 500)), stepsPerSecond: [1 + random.uniform(), 0.5])
                ])
        }
    }

    private func run(
        _ workload: RoundWorkload, on start: Machine, check: (RoundEngine, Machine) -> Void = { _, _ in }
    ) -> RoundEngine {
        var (machine, queue) = (start, EventQueue())
        var engine = RoundEngine(workload: workload, component: 0)
        engine.start(&queue, &machine)
        while let event = queue.pop() {
            engine.handle(event, &queue, &machine)
            check(engine, machine)
        }
        return engine
    }

    @Test func eventsGiveWhatTheLoopGives() throws {
        var random = RandomStream(seed: 1, name: "round engine")
        for least: Int64 in [0, 90] {
            let jobs = jobs(&random)
            let configuration = RoundConfiguration(
                round: 60 * second, leastTimeBetweenDivisions: least * second, restart: 5 * second)
            let machine = try machine([("fast", 2), ("slow", 3)])
            let workload = RoundWorkload(
                name: "batch", seed: 7, configuration: configuration, policy: LeastAttainedDivision(), jobs: jobs)
            let engine = run(workload, on: machine) { engine, machine in
                // What the engine's jobs hold is what is not free.
                let running = engine.scheduler.records.indices.filter { engine.scheduler.isRunning($0) }
                let held = running.reduce(0) { $0 + engine.workload.jobs[$1].gang }
                let free = (0..<5).reduce(0) { $0 + machine.cluster.freeDeviceCount(NodeID($1)) }
                #expect(held + free == 10)
            }
            let loop = try RoundSimulation.run(
                jobs,
                on: RoundScheduler(
                    cluster: RoundCluster(kinds: [.init(name: "fast", count: 4), .init(name: "slow", count: 6)]),
                    policy: LeastAttainedDivision(), configuration: configuration,
                    random: RandomStream(seed: 7, name: "batch/kinds")))
            #expect(engine.scheduler.records == loop.records)
            #expect(engine.scheduler.records.allSatisfy { $0.end != nil })
        }
    }

    @Test func devicesOfOthersAreNotDivided() throws {
        var machine = try machine([("fast", 2)])
        let other = try machine.cluster.lease([DeviceID(0)], owner: "other")
        let job = RoundJob(name: "a", submitted: 0, gang: 4, stages: [.init(steps: 10, stepsPerSecond: [1])])
        var small = job
        small.gang = 3
        let workload = RoundWorkload(
            name: "batch", seed: 1, configuration: RoundConfiguration(), policy: LeastAttainedDivision(),
            jobs: [job, small])
        let engine = run(workload, on: machine)
        #expect(engine.scheduler.records.map { $0.end != nil } == [false, true])
        #expect(engine.scheduler.records[1].runs[0].devices == [0, 1, 2])
        #expect(machine.cluster.lease(other.id) != nil)
    }
}
