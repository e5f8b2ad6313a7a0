import Serving

extension World {
    /// Why an objective of some workload cannot be attained any more, whatever comes; nil while all still can.
    ///
    /// Exact in one direction: what it says of a run that was stopped holds for the complete run. O(requests).
    /// - Parameter scenario: what the world was made of.
    public func missedObjective(_ scenario: CheckedScenario) -> String? {
        // A run that is cut counts only those that have arrived by then, which nobody knows before.
        guard scenario.untilNanoseconds == nil else { return nil }
        for (engine, plan) in zip(serving, scenario.plans) where plan.objective.isSet {
            let all = engine.requestCount
            let missed = engine.missedRequests(plan.objective, at: engine.lastActivity)
            guard Double(all - missed) < plan.objective.attainment * Double(max(1, all)) else { continue }
            return "\(missed) of \(all) requests of \(engine.configuration.name) have missed the SLO, "
                + "which \(plan.objective.attainment) of them must meet"
        }
        return nil
    }
}
