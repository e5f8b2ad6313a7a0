import JSONText
import Metrics
import Scenario
import Scheduling
import Serving

extension VariantRun {
    /// The result of a workload of jobs.
    func jobs(_ index: Int) -> JSONValue {
        var workload: JSONObject = [
            "metrics": .object(jobsMetrics(index)), "policy": .object(policy(scenario.jobs[index])),
            "checks": .array(scheduling[index].checks.map(json)),
        ]
        if let events = jobsEvents(world.scheduling[index]) { workload["events"] = events }
        if let shares = tenantShares(world.scheduling[index]) { workload["tenant_shares"] = shares }
        if let scaling = autoscaling(world.scheduling[index]) { workload["autoscaling"] = scaling }
        return .object(workload)
    }

    /// The metrics of a workload of jobs, and how well its tenants are served where the scenario asks for that.
    func jobsMetrics(_ index: Int) -> JSONObject {
        var metrics = metrics(scheduling[index])
        if let shares = sharesOfAlone[index] {
            metrics["least_share_of_alone"] = shares.least.map { .real($0) } ?? .null
            metrics["shares_of_alone"] = shares.json
        }
        return metrics
    }

    /// The metrics of a workload of jobs under the names that scripts rely on.
    func metrics(_ outcome: SchedulingOutcome) -> JSONObject {
        var metrics: JSONObject = [
            "jobs_arrived": .init(outcome.arrived), "jobs_completed": .init(outcome.completed),
            "jobs_rejected": .init(outcome.rejected), "jobs_unfinished": .init(outcome.unfinished),
            "devices": .integer(outcome.devices), "makespan_s": .real(seconds(outcome.makespan)),
            "utilisation": .real(outcome.utilisation), "allocation_ratio": .real(outcome.allocationRatio),
            "fragmentation": .real(outcome.fragmentation), "preemptions": .init(outcome.preemptions),
            "reclaims": .init(outcome.reclaims), "failures": .init(outcome.failures),
            "node_failures": .init(outcome.nodeFailures), "restart_s": .real(seconds(outcome.restart)),
            "lost_work_s": .real(seconds(outcome.lost)), "mean_queue_length": .real(outcome.meanQueueLength),
            "longest_queue": .init(outcome.longestQueue), "jct_s": json(outcome.completionTime),
            "queueing_s": json(outcome.queueing), "stretch": json(outcome.stretch),
            "finish_time_fairness": json(outcome.finishTimeFairness),
            "jain_index": outcome.jainIndex.map { .real($0) } ?? .null,
        ]
        let waits = outcome.waits.map { ($0.reason.name, JSONValue.real(seconds($0.nanoseconds))) }
        metrics["waiting_s"] = .object(JSONObject(waits))
        metrics["tenants"] = .object(JSONObject(outcome.tenants.map { ($0.name, json($0)) }))
        return metrics
    }

    private func json(_ tenant: TenantOutcome) -> JSONValue {
        [
            "jobs_arrived": .init(tenant.arrived), "jobs_completed": .init(tenant.completed),
            "device_s": .real(tenant.deviceSeconds), "share": .real(tenant.share),
            "quota_devices": tenant.quotaDevices.map { .integer($0) } ?? .null,
            "preemptions": .init(tenant.preemptions), "jct_s": json(tenant.completionTime),
            "queueing_s": json(tenant.queueing),
        ]
    }

    /// How jobs were chosen; a policy that knew the truth about durations says so.
    private func policy(_ plan: JobsPlan) -> JSONObject {
        let policy = plan.configuration.policy
        return [
            "queue": .string(policy.order.name), "when_blocked": .string(policy.whenBlocked.rawValue),
            "preempt": .bool(policy.preemption != .none), "placement": .string(policy.placement.name),
            "durations": policy.usesDurations ? .string(policy.durations.name) : .null,
            "compatibility": .string(policy.compatibility.rawValue),
        ]
    }
}

extension SchedulingOutcome {
    /// What must come out even.
    public var checks: [ConservationCheck] {
        [
            ConservationCheck(
                name: "jobs", expected: Int64(arrived), found: Int64(completed + rejected + unfinished)),
            ConservationCheck(name: "device_ns", expected: bookedNanoseconds, found: segmentNanoseconds),
        ]
    }
}
