import EventEngine
import Scenario
import Scheduling
import Serving

/// What the tenants of a scheduler attain, as a share of what each of them attains alone on the same cluster.
///
/// A tenant's work has parts: each workload of the scenario that he submits, and his other jobs together. He is served
/// as well as the part that is served worst.
public struct SharesOfAlone: Sendable, Equatable {
    /// In the order of the scheduler's tenants; those without jobs are left out.
    public var tenants: [TenantShare]

    /// The share of the tenant who is served worst; nil without tenants.
    public var least: Double? { tenants.map(\.share).min() }
    /// The mean over tenants, which decides between equal least shares.
    public var mean: Double {
        tenants.isEmpty ? 0 : tenants.reduce(0) { $0 + $1.share } / Double(tenants.count)
    }

    /// In a sentence, for results.
    public static let definition = """
        Share of what a tenant attains alone on the same cluster (first in first out, what fits goes ahead, no \
        limits): good requests of serving, steps per second since submission of learning and training, the inverse of \
        the mean time from submission to end of other jobs. A tenant's share is that of his worst-served part; the \
        best policy has the largest share of its worst-served tenant.
        """

    /// Shares that are known.
    public init(tenants: [TenantShare]) { self.tenants = tenants }

    /// Runs each tenant alone and compares.
    /// - Parameters:
    ///   - scenario: what the world was made from.
    ///   - world: with all tenants, to its end.
    ///   - scheduler: index among the workloads of jobs.
    public init(_ scenario: CheckedScenario, _ world: borrowing World, scheduler: Int) {
        let configuration = scenario.jobs[scheduler].configuration
        tenants = []
        for (tenant, name) in configuration.tenants.map(\.name).enumerated() {
            let together = AttainedWork(scenario, world, scheduler: scheduler, tenant: tenant)
            guard !together.parts.isEmpty else { continue }
            let one = scenario.alone(tenant: tenant, of: scheduler)
            var other = one.world()
            other.run()
            let alone = AttainedWork(one, other, scheduler: scheduler, tenant: tenant)
            let parts = zip(together.parts, alone.parts).compactMap { shared, single in
                single.amount > 0
                    ? PartShare(
                        name: shared.name, measure: shared.measure, attained: shared.amount, alone: single.amount)
                    : nil
            }
            if !parts.isEmpty { tenants.append(TenantShare(name: name, parts: parts)) }
        }
    }
}

/// One tenant's shares.
public struct TenantShare: Sendable, Equatable {
    /// The tenant's name in the scenario.
    public var name: String
    /// Workloads in the order of their jobs, then other jobs together.
    public var parts: [PartShare]
    /// That of the part that is served worst.
    public var share: Double { parts.map(\.share).min() ?? 0 }
}

/// What came of a part of a tenant's work.
public struct PartShare: Sendable, Equatable {
    /// The workload's name; of other jobs the scheduler's.
    public var name: String
    /// How the part's work is counted.
    public var measure: WorkMeasure
    /// With the others there, and alone, in the measure.
    public var attained: Double
    /// What the part attains without the other tenants, in the measure.
    public var alone: Double
    /// Can exceed 1 where a policy orders a tenant's own jobs better than first in first out.
    public var share: Double { attained / alone }
}

/// How much is done of a part, larger being better.
public enum WorkMeasure: String, Sendable {
    /// Requests that met the objective.
    case goodRequests = "good_requests"
    /// Steps over the time from submission to the end of the job, or of the run.
    case stepsPerSecond = "steps_per_s"
    /// One over the mean time from submission to the end of the job, or of the run.
    case jobsPerSecond = "inverse_mean_jct_per_s"
}

/// What a tenant attained in one run.
private struct AttainedWork {
    var parts: [(name: String, measure: WorkMeasure, amount: Double)] = []

    init(_ scenario: CheckedScenario, _ world: borrowing World, scheduler: Int, tenant: Int) {
        let list = scenario.jobs[scheduler].configuration.list
        let end = max(world.now, scenario.untilNanoseconds ?? 0)
        var sum = 0.0, count = 0
        for (index, job) in list.jobs.enumerated() where Int(job.tenant) == tenant {
            let record = world.scheduling[scheduler].record(index)
            guard record.phase != .future else { continue }
            let time = Double(max(1, (record.end ?? end) - record.submit)) / 1e9
            guard let workload = list.workloads[index],
                let reference = scenario.workloads.first(where: { $0.name == workload.name })
            else {
                sum += time
                count += 1
                continue
            }
            switch reference.kind {
            case .serving:
                let outcome = world.serving[reference.index].outcome(
                    objective: scenario.plans[reference.index].objective)
                parts.append((workload.name, .goodRequests, Double(outcome.good ?? 0)))
            case .rl:
                let steps = Double(world.learning[reference.index].stepRecords.count)
                parts.append((workload.name, .stepsPerSecond, steps / time))
            case .training:
                parts.append(
                    (workload.name, .stepsPerSecond, Double(world.training[reference.index].outcome.steps) / time))
            case .jobs, .dividedJobs: break
            }
        }
        if count > 0 {
            parts.append((scenario.jobs[scheduler].configuration.name, .jobsPerSecond, Double(count) / sum))
        }
    }
}
