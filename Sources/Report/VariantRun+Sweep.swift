import JSONText
import Scenario
import Studies

extension SweepOutcome {
    /// What a sweep keeps of a world that has run: the metrics of a result, by workload, and whether the objectives
    /// are attained.
    public init(_ scenario: CheckedScenario, _ world: World) {
        let run = VariantRun(name: ScenarioDocument.baseName, scenario: scenario, world: world)
        var metrics = JSONObject(), attained: [Bool] = []
        for workload in scenario.workloads { metrics[workload.name] = .object(run.metrics(of: workload)) }
        for (outcome, plan) in zip(run.outcomes, scenario.plans) {
            if let good = outcome.good {
                attained.append(Double(good) >= plan.objective.attainment * Double(max(1, outcome.arrived)))
            }
        }
        self.init(metrics: metrics, meetsObjective: attained.isEmpty ? nil : attained.allSatisfy { $0 })
    }
}
