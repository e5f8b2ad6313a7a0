import JSONText
import Scenario
import Studies

extension VariantRun {
    /// What is uncertain in a workload's metrics, its three kinds apart; null where no parameters were drawn.
    func intervals(_ workload: Int) -> JSONValue {
        guard let drawn else { return .null }
        return [
            "common_mode": [
                "draws": .init(drawn.draws.count), "seed": .integer(Int64(clamping: drawn.draws.seed)),
                "metrics": .object(metricIntervals(drawn, workload)),
            ],
            "scatter": .object(scatter(scenario.plans[workload])),
            // Steps that real kernels sampled have an error of their own.
            "sampling": sampledTimes(workload),
        ]
    }

    /// The time of sampled steps with its interval, by pool; null where no time was extrapolated.
    private func sampledTimes(_ workload: Int) -> JSONValue {
        guard let pools = sampled?.workloads[workload], pools.contains(where: { $0.time != nil }) else { return .null }
        return .object(JSONObject(pools.map { ($0.name, ["busy_s": time($0)]) }))
    }

    /// As `metrics` is laid out: a distribution's figures inside it.
    private func metricIntervals(_ drawn: DrawnOutcomes, _ workload: Int) -> JSONObject {
        var metrics = JSONObject()
        for metric in HeadlineMetric.all where metric.value(of: outcomes[workload]) != nil {
            metrics.set(drawn.interval(of: metric, workload: workload).map(json) ?? .null, at: metric.path)
        }
        return metrics
    }

    func json(_ interval: DrawnInterval) -> JSONValue {
        [
            "p5": .real(interval.p5), "p95": .real(interval.p95),
            "draws": .array(interval.values.map { $0.map { .real($0) } ?? .null }),
        ]
    }

    /// Per pool and operator class: standard deviation of the logarithm of one operator's time.
    private func scatter(_ plan: ServingPlan) -> JSONObject {
        JSONObject(plan.pools.map { pool in
            let classes = pool.profile.operatorScatter(on: pool.device)
            return (pool.name, .object(JSONObject(classes.map { ($0.operatorClass, .real($0.logDeviation)) })))
        })
    }
}

extension JSONObject {
    /// Sets a member of a path with one or two parts, as `metrics` is laid out.
    mutating func set(_ value: JSONValue, at path: String) {
        let parts = path.split(separator: ".").map(String.init)
        guard parts.count == 2 else { return self[path] = value }
        var distribution = self[parts[0]]?.objectValue ?? JSONObject()
        distribution[parts[1]] = value
        self[parts[0]] = .object(distribution)
    }
}
