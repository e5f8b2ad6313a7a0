import JSONText
import Metrics
import Scenario
import Scheduling
import Serving

extension VariantRun {
    /// The result of a workload of jobs that divide the cluster.
    func dividedJobs(_ index: Int) -> JSONValue {
        [
            "metrics": .object(metrics(dividing[index])),
            "division": ["divides": .string(scenario.dividing[index].words)],
            "checks": .array(dividing[index].checks.map(json)),
        ]
    }

    /// The metrics of such a workload, under the names that jobs have elsewhere; those of one kind of policy alone
    /// stand at the end.
    func metrics(_ outcome: DividingOutcome) -> JSONObject {
        var metrics: JSONObject = [
            "jobs_arrived": .init(outcome.arrived), "jobs_completed": .init(outcome.completed),
            "jobs_rejected": .init(outcome.rejected), "jobs_unfinished": .init(outcome.unfinished),
            "devices": .init(outcome.devices), "makespan_s": .real(seconds(outcome.makespan)),
            "utilisation": .real(outcome.utilisation), "allocation_ratio": .real(outcome.allocationRatio),
            "preemptions": .init(outcome.preemptions), "restart_s": .real(seconds(outcome.restart)),
            "jct_s": json(outcome.completionTime), "queueing_s": json(outcome.queueing),
            "finish_time_fairness": json(outcome.finishTimeFairness),
        ]
        metrics["waiting_s"] = .object(JSONObject(outcome.waits.map {
            ($0.reason.rawValue, JSONValue.real(seconds($0.nanoseconds)))
        }))
        for figure in outcome.own { metrics[figure.name] = .real(figure.value) }
        return metrics
    }
}

extension DividingOutcome {
    /// What must come out even.
    public var checks: [ConservationCheck] {
        [
            ConservationCheck(
                name: "jobs", expected: Int64(arrived), found: Int64(completed + rejected + unfinished)),
            ConservationCheck(name: "divisions_without_answer", expected: 0, found: failure == nil ? 0 : 1),
        ]
    }
}

extension DividingWorkload {
    /// What divides the cluster, in words.
    var words: String {
        switch self {
        case .rounds(let workload): "rounds of \(time(seconds(workload.configuration.round)))"
        case .elastic(let workload): "elastic jobs every \(time(seconds(workload.interval)))"
        case .fractions(let workload): "fractions of devices, \(workload.policy.rawValue)"
        }
    }
}
