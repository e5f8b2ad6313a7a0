import EventEngine
import Testing

@testable import Scheduling

@Suite struct RoundSchedulerTests {
    private static let second: Nanoseconds = 1_000_000_000

    /// Policies by name, made anew for each run.
    private static let policies: [(name: String, make: @Sendable () -> any DivisionPolicy)] = [
        ("fifo", { FirstInFirstOutDivision(knowsKinds: false, random: RandomStream(seed: 1, name: "kinds")) }),
        ("las", { LeastAttainedDivision() }), ("max-min", { MaxMinFairness() }),
        ("water", { MaxMinFairness(fillsWater: true) }), ("finish-time", { FinishTimeFairness(knowsKinds: true) }),
        ("isolated", { IsolatedShare() }), ("allox", { AlloX() }),
    ]

    @Test(arguments: policies.indices)
    func roundsKeepTheLaws(policy: Int) throws {
        var random = RandomStream(seed: 11, name: "rounds")
        for _ in 0..<6 {
            let cluster = RoundCluster(kinds: [.init(name: "fast", count: 4), .init(name: "slow", count: 5)])
            let jobs = Self.randomJobs(&random)
            var configuration = RoundConfiguration(round: 60 * Self.second)
            configuration.leastTimeBetweenDivisions = Nanoseconds(random.uniform(below: 3)) * 90 * Self.second
            configuration.restart = Nanoseconds(random.uniform(below: 2)) * 5 * Self.second
            configuration.endsEarly = random.bernoulli(0.5)
            let run = {
                try RoundSimulation.run(
                    jobs,
                    on: RoundScheduler(
                        cluster: cluster, policy: Self.policies[policy].make(), configuration: configuration,
                        random: RandomStream(seed: 2, name: "order")))
            }
            let scheduler = try run()
            try Self.check(scheduler, jobs, cluster)
            #expect(try run().records == scheduler.records, "\(Self.policies[policy].name) is deterministic")
        }
    }

    private static func check(_ scheduler: RoundScheduler, _ jobs: [RoundJob], _ cluster: RoundCluster) throws {
        var uses: [(start: Nanoseconds, end: Nanoseconds, device: Int)] = []
        var busy: Int64 = 0
        for (job, record) in zip(jobs, scheduler.records) {
            let end = try #require(record.end)
            #expect(record.runs.last?.end == end)
            #expect(record.preemptions == record.runs.count - 1)
            var ready = job.submitted
            for run in record.runs {
                #expect(run.start >= ready, "no run starts before the job arrives or before its last run ends")
                #expect(run.devices.count == job.gang, "a gang is whole")
                #expect(run.devices.allSatisfy { (0..<cluster.kinds[run.kind].count).contains($0) })
                ready = run.end
                busy += (run.end - run.start) * Int64(job.gang)
                for device in run.devices { uses.append((run.start, run.end, run.kind * 100 + device)) }
            }
            let steps = job.stages.reduce(0) { $0 + $1.steps }
            let fastest = job.stages.flatMap(\.stepsPerSecond).max() ?? 1
            #expect(TimeConversion.seconds(end - job.submitted) >= Double(steps) / fastest - 1e-6)
        }
        // A device runs one job at a time.
        uses.sort { ($0.device, $0.start) < ($1.device, $1.start) }
        for (use, next) in zip(uses, uses.dropFirst()) where use.device == next.device {
            #expect(use.end <= next.start)
        }
        // What goes on over an early round's end is idle until then.
        #expect(scheduler.busy <= busy)
    }

    private static func randomJobs(_ random: inout RandomStream) -> [RoundJob] {
        var (now, jobs): (Nanoseconds, [RoundJob]) = (0, [])
        for index in 0..<(3 + random.uniform(below: 10)) {
            now += Nanoseconds(random.uniform(below: 200)) * second
            let stages = (0..<1 + random.uniform(below: 2)).map { _ in
                RoundJob.Stage(
                    steps: Int64(50 + random.uniform(below: 500)), stepsPerUnit: 1 + random.uniform(),
                    stepsPerSecond: [1 + random.uniform(), 0.5 + random.uniform()])
            }
            jobs.append(
                RoundJob(
                    name: "\(index)", submitted: now, gang: [1, 1, 2, 4][random.uniform(below: 4)], stages: stages))
        }
        return jobs
    }

    @Test func twoJobsTakeTurnsOnOneDevice() throws {
        // Each needs three rounds. The book says who is behind, so that they alternate; ties go to the older one.
        let jobs = (0...1).map {
            RoundJob(name: "\($0)", submitted: 0, gang: 1, stages: [.init(steps: 180, stepsPerSecond: [1])])
        }
        let scheduler = try RoundSimulation.run(
            jobs,
            on: RoundScheduler(
                cluster: RoundCluster(kinds: [.init(name: "card", count: 1)]), policy: LeastAttainedDivision(),
                configuration: RoundConfiguration(round: 60 * Self.second), random: RandomStream(seed: 1, name: "")))
        #expect(scheduler.records.map { $0.runs.map { $0.start / Self.second } } == [[0, 120, 240], [60, 180, 300]])
        #expect(scheduler.completionSeconds == [300, 360])
        #expect(scheduler.records.map(\.preemptions) == [2, 2])
        #expect(scheduler.rounds == 6 && scheduler.leaseExtensions == 0)
    }

    @Test func aRestartCostsTimeOfItsRound() throws {
        // As above, with 10 s for each restart but the first start: 60 + 50 + 50 + 20 s of work.
        let jobs = (0...1).map {
            RoundJob(name: "\($0)", submitted: 0, gang: 1, stages: [.init(steps: 180, stepsPerSecond: [1])])
        }
        let scheduler = try RoundSimulation.run(
            jobs,
            on: RoundScheduler(
                cluster: RoundCluster(kinds: [.init(name: "card", count: 1)]), policy: LeastAttainedDivision(),
                configuration: RoundConfiguration(round: 60 * Self.second, restart: 10 * Self.second),
                random: RandomStream(seed: 1, name: "")))
        #expect(scheduler.records.map(\.restart) == [30 * Self.second, 30 * Self.second])
        #expect(scheduler.records.map(\.rounds) == [4, 4])
        #expect(scheduler.completionSeconds == [390, 420])
    }

    @Test func aJobOfTwoStagesIsToldByItsPresentOne() {
        let job = RoundJob(
            name: "", submitted: 0, gang: 1,
            stages: [
                .init(steps: 100, stepsPerUnit: 10, stepsPerSecond: [1]),
                .init(steps: 50, stepsPerUnit: 5, stepsPerSecond: [1]),
            ])
        #expect(RoundProgress().stepsLeft(of: job) == 200)
        #expect(RoundProgress(stage: 0, steps: 40).stepsLeft(of: job) == 160)
        #expect(RoundProgress(stage: 1, steps: 20).stepsLeft(of: job) == 30)
        let step = RoundProgress(stage: 0, steps: 95).advanced(job, kind: 0, from: 0, until: 20 * Self.second)
        #expect(step.progress == RoundProgress(stage: 1, steps: 15) && step.end == 20 * Self.second)
    }
}
