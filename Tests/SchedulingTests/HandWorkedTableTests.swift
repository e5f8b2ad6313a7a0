import Scheduling
import Testing

/// One pool of four devices and eight jobs, worked out by hand for each policy.
@Suite struct HandWorkedTableTests {
    static let jobs = [
        job(0, 2, 10), job(1, 4, 4), job(2, 1, 3), job(3, 2, 8), job(4, 1, 2), job(5, 3, 5), job(6, 1, 12), job(7, 2, 1),
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
}
