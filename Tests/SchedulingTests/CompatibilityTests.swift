import Scheduling
import Testing

/// Where another simulator differs, and what that changes.
@Suite struct CompatibilityTests {
    private func spans(_ policy: SchedulingPolicy, _ jobs: [Job]) throws -> [String] {
        let configuration = SchedulingConfiguration(name: "compatibility", policy: policy, list: list(jobs))
        return run(configuration, on: try genericMachine(nodes: 1, devices: 2)).spans
    }

    /// The second job comes at 2 s, and with it the fall of the first is expected again: as if its 2 s so far had
    /// counted once, at 2 + (8 - 2) / 2 = 5 s instead of 4 s.
    @Test func tiresiasLetsJobsFallLate() throws {
        let jobs = [job(0, 2, 10), job(2, 2, 3)]
        var policy = SchedulingPolicy(
            order: .leastAttainedService, whenBlocked: .skip, preemption: .byQueues(limits: [8 * second], tick: second),
            restartCost: .free)
        #expect(try spans(policy, jobs) == ["0-4,7-13", "4-7"])
        policy.compatibility = .tiresiasDemotion
        #expect(try spans(policy, jobs) == ["0-5,8-13", "5-8"])
    }

    @Test func heliosEndsASecondLate() throws {
        let jobs = [job(0, 2, 10), job(2, 1, 3)]
        var policy = SchedulingPolicy(
            order: .shortestRemaining, whenBlocked: .skip, preemption: .byOrder, restartCost: .free)
        #expect(try spans(policy, jobs) == ["0-2,5-13", "2-5"])
        policy.compatibility = .heliosSRTF
        #expect(try spans(policy, jobs) == ["0-2,6-15", "2-6"])
    }
}
