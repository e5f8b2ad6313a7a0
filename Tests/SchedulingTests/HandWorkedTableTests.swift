import Scheduling
import Testing

/// One pool of four devices and eight jobs, worked out by hand for each policy.
@Suite struct HandWorkedTableTests {
    static let jobs = [
        job(0, 2, 10), job(1, 4, 4), job(2, 1, 3), job(3, 2, 8), job(4, 1, 2), job(5, 3, 5), job(6, 1, 12),
        job(7, 2, 1),
    ]

    private func spans(_ policy: SchedulingPolicy, jobs: [Job] = Self.jobs) throws -> [String] {
        let configuration = SchedulingConfiguration(name: "table", policy: policy, list: list(jobs))
        return run(configuration, on: try genericMachine(nodes: 1, devices: 4)).spans
    }

    @Test func fifoThatBlocks() throws {
        #expect(try spans(SchedulingPolicy()) == [
            "0-10", "10-14", "14-17", "14-22", "14-16", "22-27", "22-34", "27-28",
        ])
    }

    @Test func fifoThatSkips() throws {
        #expect(try spans(SchedulingPolicy(whenBlocked: .skip)) == [
            "0-10", "22-26", "2-5", "6-14", "4-6", "14-19", "10-22", "19-20",
        ])
    }

    @Test func shortestJobThatBlocks() throws {
        #expect(try spans(SchedulingPolicy(order: .shortestJob)) == [
            "0-10", "10-14", "2-5", "19-27", "4-6", "14-19", "19-31", "7-8",
        ])
    }

    @Test func shortestJobThatSkips() throws {
        #expect(try spans(SchedulingPolicy(order: .shortestJob, whenBlocked: .skip)) == [
            "0-10", "23-27", "2-5", "6-14", "4-6", "14-19", "11-23", "10-11",
        ])
    }

    @Test func fewestDevices() throws {
        #expect(try spans(SchedulingPolicy(order: .fewestDevices)) == [
            "0-10", "24-28", "2-5", "10-18", "4-6", "19-24", "6-18", "18-19",
        ])
    }

    @Test(arguments: [WhenBlocked.reserveHead, .reserveAll]) func backfill(_ whenBlocked: WhenBlocked) throws {
        #expect(try spans(SchedulingPolicy(whenBlocked: whenBlocked)) == [
            "0-10", "10-14", "2-5", "14-22", "4-6", "22-27", "14-26", "7-8",
        ])
    }

    @Test func onlyConservativeBackfillKeepsEveryPromise() throws {
        let jobs = [job(0, 3, 4), job(1, 2, 3), job(2, 2, 4), job(3, 1, 2)]
        let late = ["0-4", "4-7", "4-8", "7-9"]
        #expect(try spans(SchedulingPolicy(), jobs: jobs) == late)
        #expect(try spans(SchedulingPolicy(whenBlocked: .reserveAll), jobs: jobs) == late)
        #expect(try spans(SchedulingPolicy(whenBlocked: .reserveHead), jobs: jobs) == ["0-4", "4-7", "5-9", "3-5"])
    }

    @Test func shortestRemainingTakesDevicesAway() throws {
        #expect(try spans(.free(.shortestRemaining)) == [
            "0-1,19-28", "1-5", "5-8", "5-7,13-19", "5-7", "8-13", "7-19", "7-8",
        ])
    }

    @Test func shortestServiceTakesDevicesAway() throws {
        #expect(try spans(.free(.shortestService)) == [
            "0-1,2-11", "1-2,24-27", "2-5", "16-24", "4-6", "11-16", "6-7,8-19", "7-8",
        ])
    }

    @Test func priorityTakesDevicesAway() throws {
        var jobs = Self.jobs
        for (index, priority) in [(1, 1), (3, 2), (5, 1), (6, 2)] { jobs[index].priority = Int32(priority) }
        #expect(try spans(.free(.priority), jobs: jobs) == [
            "0-1,3-6,16-18,20-24", "1-3,18-20", "6-9", "3-11", "9-11", "11-16", "6-18", "20-21",
        ])
    }

    @Test func leastAttainedInTwoQueues() throws {
        #expect(try spans(.free(.leastAttained, .byQueues(limits: [4 * second]))) == [
            "0-4,17-23", "12-16", "2-5", "4-8,22-26", "4-6", "8-12,26-27", "6-12,16-22", "16-17",
        ])
    }

    @Test func leastAttainedServiceInTwoQueues() throws {
        #expect(try spans(.free(.leastAttainedService, .byQueues(limits: [8 * second], tick: second))) == [
            "0-4,12-14,16-20", "14-16,24-26", "2-5", "4-8,16-20", "4-6", "8-11,20-22", "6-14,20-24", "11-12",
        ])
    }
}

extension SchedulingPolicy {
    /// A policy whose preemptions cost nothing, as the tables assume.
    fileprivate static func free(_ order: QueueOrder, _ preemption: PreemptionRule = .byOrder) -> SchedulingPolicy {
        SchedulingPolicy(order: order, whenBlocked: .skip, preemption: preemption, restartCost: .free)
    }
}
