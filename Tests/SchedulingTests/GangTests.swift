import EventEngine
import Hardware
import Testing

@testable import Scheduling

/// Jobs that start workloads: gangs with parts on several node groups, and the orders that the world gets.
@Suite struct GangTests {
    /// Two groups of servers with so many devices each.
    private func machine(_ groups: [(name: String, nodes: Int, devices: Int)]) throws -> Machine {
        try Machine(ClusterSpecification(nodeGroups: try groups.map { group in
            var overrides = NodeTypeOverrides()
            overrides.devicesPerNode = group.devices
            return NodeGroup(
                name: group.name, node: try NodeType.named("generic").resolved(overrides), count: group.nodes)
        }))
    }

    /// Plays the world: workloads run for their time, and are told off as the scheduler orders.
    private struct World {
        var queue = EventQueue()
        var machine: Machine
        var engine: SchedulingEngine
        var durations: [Int32: Int64]
        var generation: [Int32: Int64] = [:]
        var running: [Int32: (from: Int64, launch: WorkloadLaunch)] = [:]
        var launches: [WorkloadLaunch] = []

        mutating func run(check: (Self) -> Void) {
            engine.start(&queue, &machine)
            while let event = queue.pop() {
                if event.component == 1 {
                    let job = Int32(event.a)
                    guard generation[job] == event.b else { continue }
                    running[job] = nil
                    engine.workloadEnded(job: job, at: event.time, queue: &queue, machine: &machine)
                } else {
                    engine.handle(event, &queue, &machine)
                }
                obey()
                check(self)
            }
            engine.close(at: engine.lastActivity)
        }

        private mutating func obey() {
            let orders = engine.orders
            engine.orders.removeAll()
            for order in orders {
                switch order {
                case .run(let launch):
                    let number = generation[launch.job, default: 0] + 1
                    generation[launch.job] = number
                    running[launch.job] = (queue.now + launch.delay, launch)
                    launches.append(launch)
                    queue.schedule(Event(
                        time: queue.now + launch.delay + durations[launch.job, default: 0], component: 1, kind: 0,
                        phase: .completion, a: Int64(launch.job), b: number))
                case .leave(let job):
                    let start = running[job]?.from ?? queue.now
                    durations[job, default: 0] -= max(0, queue.now - start)
                    generation[job, default: 0] += 1
                    running[job] = nil
                }
            }
        }
    }

    private static let parts = [
        [GangPart(group: 0, devices: 8, unit: 4), GangPart(group: 1, devices: 4, unit: 2)],
        [GangPart(group: 1, devices: 3, unit: 1)],
        [GangPart(group: 0, devices: 4, unit: 4), GangPart(group: 0, devices: 3, unit: 1)],
        [GangPart(group: 1, devices: 6, unit: 3), GangPart(group: 0, devices: 2, unit: 2)],
    ]

    private func world(_ policy: SchedulingPolicy, _ seed: UInt64, _ start: Machine) -> World {
        var random = RandomStream(seed: seed, name: "gangs")
        var jobs = SchedulingLawTests.jobs(seed, count: 30).filter { $0.devices <= 4 }
        var workloads: [Int: JobWorkload] = [:], durations: [Int32: Int64] = [:]
        for (number, parts) in Self.parts.enumerated() {
            let workload = JobWorkload(name: "w\(number)", parts: parts)
            var job = Job(
                submit: Int64(random.uniform(below: 60)) * second, devices: workload.devices, duration: -1)
            job.nodeGroups = workload.nodeGroups
            job.priority = Int32(random.uniform(below: 3))
            job.tenant = Int32(random.uniform(below: 3))
            job.estimate = 20 * second
            workloads[jobs.count] = workload
            jobs.append(job)
        }
        var configuration = SchedulingConfiguration(
            name: "gangs", seed: seed, policy: policy, tenants: SchedulingLawTests.tenants,
            list: JobList(jobs: jobs, names: jobs.indices.map { "J\($0)" }, workloads: workloads))
        configuration.slowdown.acrossNodes = 2
        for index in configuration.list.workloads.keys.sorted() {
            durations[Int32(index)] = Int64(1 + random.uniform(below: 40)) * second
        }
        return World(
            machine: start,
            engine: SchedulingEngine(configuration: configuration, component: 0, cluster: start.cluster),
            durations: durations)
    }

    /// Under every policy: parts lie on their groups, units on one node, leases and books agree after every event,
    /// every workload ends after its own time on devices, and in the end everything is free.
    @Test(arguments: SchedulingLawTests.policies.indices) func partsAreWholeAndComeBack(_ index: Int) throws {
        let start = try machine([("a", 3, 8), ("b", 3, 6)])
        let layout = start.cluster.layout
        for seed in 0..<3 as Range<UInt64> {
            var world = world(SchedulingLawTests.policies[index], seed, start)
            world.run { world in
                var held = 0
                for job in world.engine.running {
                    let lease = world.engine.leases[Int(job)].flatMap { world.machine.cluster.lease($0) }
                    held += lease?.devices.count ?? 0
                    #expect(
                        world.engine.jobs[Int(job)].duration >= 0
                            || world.running[job]?.launch.devices == lease?.devices)
                }
                let free = (0..<layout.nodeCount).map { world.machine.cluster.freeDeviceCount(NodeID($0)) }
                #expect(free.reduce(held, +) == layout.deviceCount)
                #expect(free.indices.allSatisfy { world.engine.map.free($0) == Int32(free[$0]) })
            }
            #expect(world.engine.isDone && world.running.isEmpty)
            #expect((0..<layout.nodeCount).allSatisfy { world.engine.map.isIdle($0) })
            for launch in world.launches {
                var rest = launch.devices[...]
                for part in world.engine.parts(of: launch.job) {
                    let own = Array(rest.prefix(Int(part.devices)))
                    rest = rest.dropFirst(Int(part.devices))
                    #expect(own.allSatisfy { layout.group(of: layout.node(of: $0)) == part.group })
                    for unit in stride(from: 0, to: own.count, by: Int(part.unit)) {
                        #expect(Set(own[unit..<unit + Int(part.unit)].map { layout.node(of: $0) }).count == 1)
                    }
                }
                #expect(rest.isEmpty && Set(launch.devices).count == launch.devices.count)
            }
            let outcome = world.engine.outcome
            #expect(outcome.segmentNanoseconds == outcome.bookedNanoseconds)
        }
    }

    /// A gang on two groups waits for the one that is taken, and does not hold the other meanwhile.
    @Test func aGangTakesNothingWhileAPartIsMissing() throws {
        let start = try machine([("a", 1, 8), ("b", 1, 8)])
        var blocker = job(0, 8, 30), other = job(2, 8, 10)
        blocker.nodeGroups = 2
        other.nodeGroups = 1
        let workload = JobWorkload(
            name: "chat", parts: [GangPart(group: 0, devices: 4, unit: 4), GangPart(group: 1, devices: 4, unit: 4)])
        var gang = Job(submit: second, devices: 8, duration: -1)
        gang.nodeGroups = 3
        let list = JobList(jobs: [blocker, gang, other], names: ["blocker", "chat", "other"], workloads: [1: workload])
        for (whenBlocked, expected) in [(WhenBlocked.skip, (30, 2)), (.block, (30, 40)), (.reserveHead, (30, 2))] {
            var world = World(
                machine: start,
                engine: SchedulingEngine(
                    configuration: SchedulingConfiguration(
                        name: "gang", policy: SchedulingPolicy(whenBlocked: whenBlocked), list: list),
                    component: 0, cluster: start.cluster), durations: [1: 10 * second])
            world.run { _ in }
            #expect(world.engine.record(1).firstStart == Int64(expected.0) * second, "\(whenBlocked)")
            #expect(world.engine.record(2).firstStart == Int64(expected.1) * second, "\(whenBlocked)")
            #expect(world.engine.waits(1).map(\.reason).first == .devices)
            #expect(world.launches.map(\.devices.count) == [8])
        }
    }

    /// A tenant takes his quota back for a gang: the youngest borrowers give way on the kinds that it lacks, no more of
    /// them than it takes, and none of those on other kinds.
    @Test func reclaimTakesTheKindsThatAreMissing() throws {
        let start = try machine([("a", 1, 8), ("b", 1, 8)])
        // Tenant 0 fills everything, youngest on group a; tenant 1 wants 4 of each group and may have 8.
        var jobs: [Job] = [], workloads: [Int: JobWorkload] = [:]
        for (time, group) in [(0, 2), (1, 2), (2, 1), (3, 1), (4, 1), (5, 1)] as [(Int64, UInt64)] {
            var one = job(time, group == 2 ? 4 : 2, 100)
            one.nodeGroups = group
            jobs.append(one)
        }
        let workload = JobWorkload(
            name: "w", parts: [GangPart(group: 0, devices: 4, unit: 4), GangPart(group: 1, devices: 4, unit: 4)])
        var gang = Job(submit: 10 * second, devices: 8, duration: -1)
        gang.nodeGroups = 3
        gang.tenant = 1
        workloads[jobs.count] = workload
        jobs.append(gang)
        var tenants = [Tenant(name: "t"), Tenant(name: "u")]
        for index in tenants.indices {
            tenants[index].quotaDevices = 8
            tenants[index].mayBorrow = true
            tenants[index].reclaims = true
        }
        let configuration = SchedulingConfiguration(
            name: "reclaim", policy: SchedulingPolicy(whenBlocked: .skip, restartCost: .free, placement: .pack),
            tenants: tenants, list: JobList(jobs: jobs, names: jobs.indices.map { "J\($0)" }, workloads: workloads))
        var world = World(
            machine: start,
            engine: SchedulingEngine(configuration: configuration, component: 0, cluster: start.cluster),
            durations: [6: 10 * second])
        world.run { _ in }
        #expect(world.engine.record(6).firstStart == 10 * second)
        let reclaimed = (0..<6).filter { world.engine.runs(of: $0).first?.ending == .reclaimed }
        #expect(reclaimed == [1, 4, 5])
    }

    /// Units are aligned to multiples of their size where that costs none of them.
    @Test func unitsKeepToPackages() throws {
        var start = try machine([("a", 1, 8)])
        _ = try start.cluster.lease([DeviceID(0)], owner: "somebody")
        let workload = JobWorkload(name: "w", parts: [GangPart(group: 0, devices: 4, unit: 2)])
        let list = JobList(
            jobs: [Job(submit: 0, devices: 4, duration: -1)], names: ["w"], workloads: [0: workload])
        var world = World(
            machine: start,
            engine: SchedulingEngine(
                configuration: SchedulingConfiguration(name: "units", list: list), component: 0,
                cluster: start.cluster), durations: [0: second])
        world.run { _ in }
        #expect(world.launches.map { $0.devices.map(\.index) } == [[2, 3, 4, 5]])
    }
}
