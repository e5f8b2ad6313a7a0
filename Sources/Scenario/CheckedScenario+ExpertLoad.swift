import ModelGraph
import Serving
import Timing

extension CheckedScenario {
    /// The same scenario with the load of the busiest rank's experts as real gating found it, in pools that spread
    /// whole experts over their ranks. Nothing else changes.
    /// - Parameter load: of a workload's pool, by name; nothing leaves a pool as it is.
    public func withExpertLoad(_ load: (_ workload: String, _ pool: String) -> ExpertLoad?) -> CheckedScenario {
        var loaded = self
        for plan in plans.indices {
            let configuration = plans[plan].configuration
            for (pool, settings) in configuration.pools.enumerated() {
                guard settings.cost.operators.parallelism.expert > 1,
                    let measured = load(configuration.name, settings.name) else { continue }
                loaded.plans[plan].configuration.pools[pool].cost = settings.cost.replacing(expertLoad: measured)
            }
        }
        return loaded
    }
}
