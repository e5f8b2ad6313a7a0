import Hardware
import Scheduling
import Testing

/// Quotas, borrowing and fair shares, worked out by hand.
@Suite struct TenantTableTests {
    /// Two tenants with half of eight devices each.
    private func spans(borrow: Bool, reclaim: Bool) throws -> SchedulingEngine {
        var tenants = [Tenant(name: "A"), Tenant(name: "B")]
        for index in tenants.indices {
            tenants[index].quotaDevices = 4
            tenants[index].mayBorrow = borrow
            tenants[index].reclaims = reclaim
        }
        let jobs = [
            job(0, 4, 10), job(0, 4, 10), job(1, 2, 4), job(3, 2, 5, tenant: 1), job(4, 2, 6, tenant: 1),
        ]
        let configuration = SchedulingConfiguration(
            name: "quota", policy: SchedulingPolicy(whenBlocked: .skip, restartCost: .free), tenants: tenants,
            list: list(jobs))
        return run(configuration, on: try genericMachine(nodes: 1, devices: 8))
    }

    @Test func hardQuota() throws {
        #expect(try spans(borrow: false, reclaim: false).spans == ["0-10", "10-20", "20-24", "3-8", "4-10"])
    }

    @Test func borrowing() throws {
        #expect(try spans(borrow: true, reclaim: false).spans == ["0-10", "0-10", "10-14", "10-15", "10-16"])
    }

    @Test func borrowingAndReclaim() throws {
        let engine = try spans(borrow: true, reclaim: true)
        #expect(engine.spans == ["0-10", "0-3,10-17", "3-4,8-11", "3-8", "4-10"])
        #expect((0..<5).reduce(0) { $0 + engine.record($1).preemptions } == 2)
        let lost = engine.waits(1)
        #expect(lost == [
            WaitSegment(start: 3 * second, end: 4 * second, reason: .reclaimed, blocker: 3),
            WaitSegment(start: 4 * second, end: 10 * second, reason: .devices, blocker: nil),
        ])
    }

    /// 9 processors and 18 GB; tasks of A take (1, 4), tasks of B (3, 1).
    @Test func dominantResourceFairness() throws {
        var jobs: [Job] = []
        for index in 0..<12 {
            var task = job(0, 0, 100, tenant: index < 6 ? 0 : 1)
            (task.cpuMilli, task.memoryBytes) = index < 6 ? (1000, 4) : (3000, 1)
            jobs.append(task)
        }
        var configuration = SchedulingConfiguration(
            name: "drf", policy: SchedulingPolicy(order: .dominantShare),
            tenants: [Tenant(name: "A"), Tenant(name: "B")],
            list: list(jobs))
        configuration.hosts = HostResources(cpuMilli: [9000], memoryBytes: [18])
        let engine = run(configuration, on: try genericMachine(nodes: 1, devices: 1))
        let first = engine.segments.filter { $0.start == 0 }
        // Runs that end together are written down in the order in which they began.
        #expect(first.map { $0.job < 6 ? "A" : "B" } == ["A", "B", "A", "B", "A"])
    }
}
