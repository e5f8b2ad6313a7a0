import JSONText
import Scenario
import Scheduling

extension VariantRun {
    /// What the autoscaler of a workload of jobs did, by node group; nil without one.
    func autoscaling(_ engine: SchedulingEngine) -> JSONValue? {
        let outcomes = engine.autoscaling
        guard !outcomes.isEmpty else { return nil }
        let groups = world.machine.cluster.layout.groups
        return .object(JSONObject(outcomes.map { (groups[$0.nodes.group].name, json($0)) }))
    }

    private func json(_ outcome: AutoscalingOutcome) -> JSONValue {
        [
            "launches": .init(outcome.launches), "terminations": .init(outcome.terminations),
            "peak_nodes": .init(outcome.peakNodes), "node_hours": .real(outcome.nodeHours),
            "boot_node_hours": .real(Double(outcome.bootNanoseconds) / 3.6e12),
            "cost": outcome.cost.map { .real($0) } ?? .null,
            "nodes": .array(
                outcome.counts.map { count in
                    [
                        "from_s": .real(seconds(count.time)), "ready": .init(count.ready),
                        "booting": .init(count.booting),
                    ]
                }),
        ]
    }
}

extension SummaryTable {
    /// A line for each node group that grew and shrank.
    static func autoscaling(_ run: VariantRun, _ engine: SchedulingEngine) -> String {
        let groups = run.world.machine.cluster.layout.groups
        return engine.autoscaling.map { outcome in
            let nodes = outcome.nodes
            var line =
                "\nNodes of \(groups[nodes.group].name), \(run.name): \(nodes.minimum) to \(nodes.maximum), at most "
            line += "\(outcome.peakNodes), \(outcome.launches) launched, \(outcome.terminations) left, "
            line += "\(significant(outcome.nodeHours)) node-hours"
            if let cost = outcome.cost { line += ", cost \(significant(cost))" }
            return line
        }.joined()
    }
}
