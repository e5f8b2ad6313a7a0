import EventEngine
import Hardware
import Testing
import TraceFormats

@testable import Scheduling

@Suite struct ElasticTests {
    private static let second: Nanoseconds = 1_000_000_000

    /// Speeds whose gains fall with each device.
    private static func concave(_ random: inout RandomStream, upTo devices: Int) -> [Double] {
        var (speeds, gain): ([Double], Double) = ([0], 1 + random.uniform() * 3)
        for _ in 0..<devices {
            speeds.append(speeds[speeds.count - 1] + gain)
            gain *= 0.4 + 0.6 * random.uniform()
        }
        return speeds
    }

    private static func problem(_ speeds: [[Double]], devices: Int, restart: Double = 0) -> ElasticProblem {
        ElasticProblem(
            devices: devices, interval: 60, restart: restart,
            entries: speeds.enumerated().map {
                .init(job: $0.offset, speeds: $0.element, left: 100, secondsLeft: nil, devices: 0)
            })
    }

    @Test func noDivisionHasAHigherMeanWhereGainsFall() {
        var random = RandomStream(seed: 2, name: "goodput")
        for _ in 0..<60 {
            let devices = 1 + random.uniform(below: 7)
            let speeds = (0..<1 + random.uniform(below: 3)).map { _ in Self.concave(&random, upTo: devices) }
            let example = Self.problem(speeds, devices: devices)
            let division = GoodputDivision().divide(example)
            #expect(division.reduce(0, +) <= devices)
            guard devices >= speeds.count else {
                #expect(division == (0..<speeds.count).map { $0 < devices ? 1 : 0 })
                continue
            }
            let found = Self.utility(example, division)
            Self.forAll(speeds.count, sum: devices) { other in
                #expect(Self.utility(example, other) <= found + 1e-9, "\(other) beats \(division)")
            }
        }
    }

    private static func utility(_ problem: ElasticProblem, _ division: [Int]) -> Double {
        division.indices.reduce(0) { $0 + GoodputDivision.utility(problem, $1, division[$1]) }
    }

    private static func forAll(_ count: Int, sum: Int, _ body: ([Int]) -> Void) {
        guard count > 0 else { return body([]) }
        for first in 0...sum { forAll(count - 1, sum: sum - first) { body([first] + $0) } }
    }

    @Test func aJumpOverAStepThatGainsNothingIsTaken() {
        // Two devices are no faster than one, four are three times as fast.
        let example = Self.problem([[0, 1, 1, 1, 3]], devices: 4)
        #expect(GoodputDivision().divide(example) == [4])
        #expect(GoodputDivision().divide(Self.problem([[0, 1, 1, 1, 3]], devices: 3)) == [1])
    }

    @Test func aRunningJobIsMovedOnlyWhereItPays() {
        var example = Self.problem([[0, 1, 1.2]], devices: 2, restart: 30)
        example.entries[0].devices = 1
        #expect(GoodputDivision().divide(example) == [1])
        example.restart = 3
        #expect(GoodputDivision().divide(example) == [2])
    }

    @Test func workIsConserved() {
        var random = RandomStream(seed: 8, name: "elastic")
        for _ in 0..<20 {
            let devices = 2 + random.uniform(below: 6)
            var now: Nanoseconds = 0
            let jobs = (0..<6).map { index in
                now += Nanoseconds(random.uniform(below: 200)) * Self.second
                return ElasticJob(
                    name: "\(index)", submitted: now, work: 50 + random.uniform() * 500,
                    speeds: Self.concave(&random, upTo: devices))
            }
            let scheduler = ElasticScheduler(devices: devices, policy: GoodputDivision())
            let records = ElasticSimulation.run(jobs, on: scheduler)
            #expect(ElasticSimulation.run(jobs, on: scheduler) == records)
            for (job, record) in zip(jobs, records) {
                let end = record.end ?? -1
                #expect(end > job.submitted && !record.isRejected)
                // Work done between changes of devices, each of which costs 30 s but the first.
                var work = 0.0
                for (index, part) in record.changes.enumerated() {
                    let until = index + 1 < record.changes.count ? record.changes[index + 1].from : end
                    let lost: Nanoseconds = index == 0 || part.devices == 0 ? 0 : 30 * Self.second
                    work += job.speeds[part.devices] * TimeConversion.seconds(until - part.from - lost)
                }
                #expect(isWithin(1e-6, work, job.work))
            }
        }
    }

    @Test func anAdmittedJobKeepsItsDeadline() {
        var random = RandomStream(seed: 9, name: "deadlines")
        var (admitted, rejected) = (0, 0)
        for round in 0..<40 {
            let devices = 2 + random.uniform(below: 6)
            var now: Nanoseconds = 0
            let jobs = (0..<8).map { index in
                now += Nanoseconds(random.uniform(below: 150)) * Self.second
                return ElasticJob(
                    name: "\(index)", submitted: now, work: 50 + random.uniform() * 1500,
                    speeds: Self.concave(&random, upTo: devices),
                    deadline: random.bernoulli(0.2)
                        ? nil : now + Nanoseconds(60 + random.uniform(below: 900)) * Self.second)
            }
            let restart = Nanoseconds(round % 2) * 10 * Self.second
            let records = ElasticSimulation.run(
                jobs, on: ElasticScheduler(devices: devices, restart: restart, policy: DeadlineDivision()))
            for (job, record) in zip(jobs, records) {
                if record.isRejected {
                    rejected += 1
                    #expect(job.deadline != nil && record.changes.isEmpty)
                } else if let deadline = job.deadline {
                    admitted += 1
                    #expect((record.end ?? .max) <= deadline)
                }
            }
        }
        #expect(admitted > 50 && rejected > 50)
    }

    @Test func aJobThatCannotBeDoneInTimeIsTurnedAway() {
        // One device does 1 unit a second; 100 units in 90 s need two devices, of which the second brings 0.5.
        let speeds = [0, 1, 1.5]
        func job(_ name: String, _ deadline: Int64) -> ElasticJob {
            ElasticJob(name: name, submitted: 0, work: 100, speeds: speeds, deadline: deadline * Self.second)
        }
        func run(_ jobs: [ElasticJob]) -> [ElasticRecord] {
            ElasticSimulation.run(
                jobs,
                on: ElasticScheduler(
                    devices: 2, interval: 10 * Self.second, restart: 0, policy: DeadlineDivision()))
        }
        #expect(run([job("a", 60)])[0].isRejected)
        #expect(run([job("a", 70)])[0].end == TimeConversion.nanoseconds(fromSeconds: 100 / 1.5))
        // Two of them fit side by side when both have 100 s, not when one has 90.
        #expect(run([job("a", 100), job("b", 100)]).map(\.isRejected) == [false, false])
        #expect(run([job("a", 100), job("b", 90)]).map(\.isRejected) == [false, true])
    }

    @Test func goodputFallsShortOfThroughputWhereNoiseIsSmall() throws {
        let steps = [1, 2, 4].flatMap { replicas in
            [10, 20].map { size in
                PolluxFormat.Step(
                    nodes: 1, replicas: replicas, largest: replicas, localBatchSize: size,
                    step: Int64(size) * 100_000_000 + 1_000_000_000, synchronisation: 0)
            }
        }
        let limits = GoodputModel.Limits(initial: 10, largest: 80, largestLocal: 20)
        func speeds(_ noise: Double) throws -> [Double] {
            try #require(GoodputModel(steps: steps, perNode: 4, limits: limits, noiseScale: noise)).speeds(upTo: 5)
        }
        // A step takes 2 s for 10 examples and 3 s for 20. Without bounds on the worth, the larger batch is the better.
        let large = try speeds(1e9)
        #expect(isWithin(1e-6, large[1], 20.0 / 3) && isWithin(1e-6, large[4], 80.0 / 3))
        #expect(large[5] == large[4])
        // With noise of 10 examples a batch of 20 is worth two thirds: 20 / 3 * 2 / 3 < 10 / 2.
        let small = try speeds(10)
        #expect(isWithin(1e-6, small[1], 5))
        #expect(zip(small, large).allSatisfy { $0 <= $1 })
    }
}

@Suite struct ElasticEngineTests {
    @Test func eventsGiveWhatTheLoopGives() throws {
        var random = RandomStream(seed: 12, name: "elastic engine")
        for policy in [GoodputDivision(), DeadlineDivision()] as [any ElasticPolicy] {
            var now: Nanoseconds = 0
            let jobs = (0..<9).map { index in
                now += Nanoseconds(random.uniform(below: 400)) * second
                let deadline = now + Nanoseconds(200 + random.uniform(below: 900)) * second
                return ElasticJob(
                    name: "\(index)", submitted: now, work: 50 + random.uniform() * 900,
                    speeds: [0, 1, 1.8, 2.4, 2.8], deadline: index % 2 == 0 ? deadline : nil)
            }
            var machine = try genericMachine(nodes: 1, devices: 4)
            var queue = EventQueue()
            var engine = ElasticEngine(
                workload: ElasticWorkload(
                    name: "train", interval: 60 * second, restart: 10 * second, policy: policy, jobs: jobs),
                component: 0)
            engine.start(&queue, &machine)
            #expect(machine.cluster.freeDeviceCount(NodeID(0)) == 0)
            while let event = queue.pop() { engine.handle(event, &queue, &machine) }
            let loop = ElasticSimulation.run(
                jobs, on: ElasticScheduler(devices: 4, interval: 60 * second, restart: 10 * second, policy: policy))
            #expect(engine.scheduler.records == loop)
            #expect(loop.contains { $0.end != nil })
            #expect(machine.cluster.freeDeviceCount(NodeID(0)) == 4)
            #expect(engine.lastActivity >= loop.compactMap(\.end).max() ?? 0)
        }
    }
}
