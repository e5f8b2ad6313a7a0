import EventEngine
import Hardware
import Testing

@testable import Scheduling

/// What each tenant held over time.
@Suite struct TenantSharesTests {
    @Test func handWorked() throws {
        var configuration = SchedulingConfiguration(
            name: "shares", policy: SchedulingPolicy(whenBlocked: .skip),
            tenants: ["a", "b", "c"].map { Tenant(name: $0) },
            list: list([job(0, 2, 10), job(5, 1, 15, tenant: 1), job(12, 4, 8)]))
        configuration.seed = 1
        var engine = run(configuration, on: try genericMachine(nodes: 2, devices: 4))
        engine.close(at: engine.lastActivity)
        // Twenty seconds in four stretches of five.
        let shares = try #require(engine.tenantShares(stretches: 4))
        #expect(shares.stretch == 5 * second)
        #expect(shares.devices == [[2, 2, 2.4, 4], [0, 1, 1, 1], [0, 0, 0, 0]])
    }

    /// Mean devices times time is what the tenant was booked.
    @Test func deviceTimeIsConserved() throws {
        for seed in 0..<5 as Range<UInt64> {
            let configuration = SchedulingConfiguration(
                name: "shares", policy: SchedulingPolicy(order: .shortestRemaining, preemption: .byOrder),
                tenants: SchedulingLawTests.tenants, list: list(SchedulingLawTests.jobs(seed)))
            var engine = run(configuration, on: try genericMachine(nodes: 3, devices: 4))
            engine.close(at: engine.lastActivity)
            for stretches in [1, 7, 48] {
                let shares = try #require(engine.tenantShares(stretches: stretches))
                let all = engine.outcome.tenants
                for (tenant, series) in shares.devices.enumerated() {
                    let sum = series.enumerated().reduce(0.0) { sum, stretch in
                        let start = Int64(stretch.offset) * shares.stretch
                        let end = min(engine.lastActivity, start + shares.stretch)
                        return sum + stretch.element * Double(end - start) / 1e9
                    }
                    #expect(abs(sum - all[tenant].deviceSeconds) < 1e-6 * max(1, sum))
                    #expect(series.allSatisfy { $0 >= -1e-9 && $0 <= 12 + 1e-9 })
                }
            }
        }
    }

    @Test func oneTenantHasNone() throws {
        let configuration = SchedulingConfiguration(name: "one", list: list([job(0, 2, 10)]))
        var engine = run(configuration, on: try genericMachine(nodes: 1, devices: 4))
        engine.close(at: engine.lastActivity)
        #expect(engine.tenantShares() == nil)
    }
}
