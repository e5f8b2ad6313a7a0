import EventEngine
import Hardware
import Testing

@testable import Scheduling

/// What holds whatever the jobs and the policy: random cases on small clusters.
@Suite struct SchedulingLawTests {
    /// Jobs of up to 12 devices and 30 s, with gaps of up to 8 s, of three tenants.
    static func jobs(_ seed: UInt64, count: Int = 60) -> [Job] {
        var random = RandomStream(seed: seed, name: "jobs")
        var time: Int64 = 0
        return (0..<count).map { _ in
            time += Int64(random.uniform(below: 9))
            let size = Int32([1, 1, 1, 2, 3, 4, 8, 12][random.uniform(below: 8)])
            return job(
                time, size, Int64(random.uniform(below: 31)), tenant: Int32(random.uniform(below: 3)),
                priority: Int32(random.uniform(below: 3)))
        }
    }

    static let tenants = ["a", "b", "c"].map { Tenant(name: $0) }

    /// Every queue order with what may be combined with it.
    static let policies: [SchedulingPolicy] = QueueOrder.registry.flatMap { order -> [SchedulingPolicy] in
        var all = WhenBlocked.allCases.map { SchedulingPolicy(order: order, whenBlocked: $0) }
        if order.change != .withTenant {
            all.append(SchedulingPolicy(order: order, whenBlocked: .skip, preemption: .byOrder))
            all.append(SchedulingPolicy(order: order, whenBlocked: .block, preemption: .byOrder))
        }
        if order.change == .whileRunning, !order.usesDurations {
            all.append(SchedulingPolicy(
                order: order, whenBlocked: .skip, preemption: .byQueues(limits: [5 * second, 20 * second])))
        }
        return all
    } + Placement.registry.map { SchedulingPolicy(whenBlocked: .skip, placement: $0) }

    private func configuration(_ policy: SchedulingPolicy, _ seed: UInt64) -> SchedulingConfiguration {
        SchedulingConfiguration(
            name: "law", seed: seed, policy: policy, tenants: Self.tenants, list: list(Self.jobs(seed)))
    }

    @Test(arguments: policies.indices) func gangsAreWholeAndNothingIsLost(_ index: Int) throws {
        for seed in 0..<4 as Range<UInt64> {
            let configuration = configuration(Self.policies[index], seed)
            let jobs = configuration.list.jobs
            let engine = run(configuration, on: try genericMachine(nodes: 3, devices: 4)) { engine, machine, _ in
                // Free devices of scheduler and cluster agree, and those that are held are held by gangs that run.
                var held = 0
                for job in engine.running {
                    let lease = engine.leases[Int(job)].flatMap { machine.cluster.lease($0) }
                    #expect(lease?.devices.count == Int(jobs[Int(job)].devices))
                    held += lease?.devices.count ?? 0
                }
                let free = (0..<3).reduce(0) { $0 + machine.cluster.freeDeviceCount(NodeID($1)) }
                #expect(free + held == 12)
                #expect(
                    (0..<3).allSatisfy { engine.map.free($0) == Int32(machine.cluster.freeDeviceCount(NodeID($0))) })
            }
            var closed = engine
            closed.close(at: engine.lastActivity)
            let outcome = closed.outcome
            #expect(outcome.completed == jobs.count)
            #expect(outcome.segmentNanoseconds == outcome.bookedNanoseconds)
            for (number, job) in jobs.enumerated() {
                let runs = closed.runs(of: number), record = closed.record(number)
                #expect(runs.allSatisfy { $0.start >= job.submit })
                #expect(zip(runs, runs.dropFirst()).allSatisfy { $0.end <= $1.start })
                #expect(runs.reduce(0) { $0 + $1.end - $1.start - $1.overhead } == job.duration)
                for segment in runs {
                    #expect(closed.shares(of: segment).reduce(0) { $0 + $1.devices } == job.devices)
                }
                // The reasons cover the time in the queue, and nothing else.
                let waits = closed.waits(number)
                #expect(waits.reduce(0) { $0 + $1.end - $1.start } == record.waiting)
                #expect(zip(waits, waits.dropFirst()).allSatisfy { $0.end <= $1.start })
            }
        }
    }

    /// Where others may go ahead, no job that fits waits.
    @Test func workIsConserved() throws {
        for seed in 0..<10 as Range<UInt64> {
            let policy = SchedulingPolicy(whenBlocked: .skip, placement: .pack)
            _ = run(configuration(policy, seed), on: try genericMachine(nodes: 3, devices: 4)) { engine, _, event in
                guard event.kind == SchedulingEvent.pass else { return }
                let free = engine.map.free(partition: 0, groups: .max)
                let waiting = engine.states.indices.filter { engine.states[$0].phase == .waiting }
                #expect(waiting.allSatisfy { Int64(engine.jobs[$0].devices) > free })
            }
        }
    }

    /// A start once promised is kept: to the first job by EASY, to all by conservative backfill; a duration that is
    /// known and a queue in order of submission assumed.
    @Test(arguments: [WhenBlocked.reserveHead, .reserveAll]) func promisesAreKept(_ whenBlocked: WhenBlocked) throws {
        var promises = 0
        for seed in 0..<30 as Range<UInt64> {
            let policy = SchedulingPolicy(whenBlocked: whenBlocked, placement: .pack)
            // A job that takes no time takes no devices out of the plan.
            let jobs = Self.jobs(seed).filter { $0.duration > 0 }
            let configuration = SchedulingConfiguration(
                name: "law", seed: seed, policy: policy, tenants: Self.tenants, list: list(jobs))
            let engine = run(configuration, on: try genericMachine(nodes: 3, devices: 4))
            for index in jobs.indices {
                let record = engine.record(index)
                guard let promise = record.promise else { continue }
                promises += 1
                #expect(record.firstStart ?? .max <= promise, "job \(index) of \(seed)")
            }
        }
        #expect(promises > 100)
    }

    /// EASY with consolidated gangs keeps its promises too: it looks at nodes, not numbers.
    @Test func promisesOfPlacesAreKept() throws {
        for seed in 0..<30 as Range<UInt64> {
            let policy = SchedulingPolicy(whenBlocked: .reserveHead)
            let engine = run(configuration(policy, seed), on: try genericMachine(nodes: 3, devices: 4))
            for index in 0..<60 {
                let record = engine.record(index)
                if let promise = record.promise {
                    #expect(record.firstStart ?? .max <= promise, "job \(index) of \(seed)")
                }
            }
        }
    }

    @Test(arguments: [false, true]) func quotasHold(_ mayBorrow: Bool) throws {
        var wereBorrowed = false
        for seed in 0..<10 as Range<UInt64> {
            var configuration = configuration(SchedulingPolicy(whenBlocked: .skip), seed)
            for index in 0..<3 {
                configuration.tenants[index].quotaDevices = 4
                configuration.tenants[index].mayBorrow = mayBorrow
                configuration.tenants[index].reclaims = mayBorrow
            }
            let engine = run(configuration, on: try genericMachine(nodes: 3, devices: 4)) { engine, _, event in
                guard event.kind == SchedulingEvent.pass else { return }
                for tenant in 0..<3 where engine.tenants[tenant].devices > 4 {
                    wereBorrowed = true
                    #expect(mayBorrow)
                }
            }
            let jobs = configuration.list.jobs
            for index in jobs.indices {
                let mustBeImpossible = !mayBorrow && jobs[index].devices > 4
                #expect((engine.record(index).phase == .rejected) == mustBeImpossible)
            }
        }
        #expect(wereBorrowed == mayBorrow)
    }

    /// Jobs that are alike go in the order of submission, then of the trace; and the same seed gives the same run.
    @Test func tiesAreDeterministic() throws {
        for order in QueueOrder.registry {
            let jobs = (0..<12).map { _ in job(0, 4, 10) }
            let configuration = SchedulingConfiguration(
                name: "ties", policy: SchedulingPolicy(order: order), list: list(jobs))
            let engine = run(configuration, on: try genericMachine(nodes: 1, devices: 4))
            #expect(engine.spans == (0..<12).map { "\($0 * 10)-\($0 * 10 + 10)" })
        }
        let random = configuration(SchedulingPolicy(whenBlocked: .skip, placement: .random), 5)
        let machine = try genericMachine(nodes: 3, devices: 4)
        #expect(run(random, on: machine).segments == run(random, on: machine).segments)
    }

    /// An estimate is no knowledge: with errors jobs still all run, and promises may slip.
    @Test func estimatesMayBeWrong() throws {
        for whenBlocked in [WhenBlocked.reserveHead, .reserveAll] {
            for seed in 0..<5 as Range<UInt64> {
                let policy = SchedulingPolicy(
                    order: .shortestJob, whenBlocked: whenBlocked, durations: .lognormal(sigma: 1))
                let engine = run(configuration(policy, seed), on: try genericMachine(nodes: 3, devices: 4))
                #expect((0..<60).allSatisfy { engine.record($0).phase == .completed })
            }
        }
    }
}
