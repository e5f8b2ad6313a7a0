import Hardware
import JSONText
import Scenario
import Serving
import Timing

/// What samples say of a run that took them as an input.
public struct SampledOutcome: Sendable {
    /// One pool.
    public struct Pool: Sendable {
        /// The pool's name in the scenario.
        public var name: String
        /// What was measured of the pool's steps.
        public var samples: PoolSamples
        /// Steps of this run and their time by the model in seconds, for each stratum.
        public var strata: [(steps: Int, modelSeconds: Double)]
        /// Steps of this run that no stratum holds.
        public var outsideSteps: Int
        /// Time of all steps of this run by the model, in seconds.
        public var modelSeconds: Double
        /// Extrapolation of the measured time; only where the device is the host that was measured.
        public var time: RatioEstimate?
        /// Whether the measured load of experts changed the model's times.
        public var usesExpertLoad: Bool
    }

    /// Of the samples file.
    public var hash: String
    /// At which steps were executed.
    public var scale: StepScale
    /// Of the choice of steps and of random data.
    public var seed: UInt64
    /// The pools of each serving workload.
    public var workloads: [[Pool]]

    /// - Parameter world: of the scenario with the samples' expert load; it has run and kept its steps.
    public init(_ file: SamplesFile, variant: String, _ scenario: CheckedScenario, _ world: World) {
        (hash, scale, seed) = (file.hash, file.scale, file.seed)
        workloads = zip(scenario.plans, world.serving).map { plan, engine in
            plan.configuration.pools.indices.compactMap { pool in
                let name = plan.configuration.pools[pool].name
                return file.samples(variant: variant, workload: plan.configuration.name, pool: name).map {
                    Pool(name: name, $0, plan, pool, engine, seed: file.seed)
                }
            }
        }
    }
}

extension SampledOutcome.Pool {
    fileprivate init(
        name: String, _ samples: PoolSamples, _ plan: ServingPlan, _ pool: Int, _ engine: ServingEngine, seed: UInt64
    ) {
        self.name = name
        self.samples = samples
        var strata = samples.strata.strata.map { _ in (steps: 0, modelSeconds: 0.0) }
        (outsideSteps, modelSeconds) = (0, 0)
        for step in engine.stepLog?.steps(ofPool: pool) ?? [] {
            let seconds = Double(step.duration) / 1e9
            modelSeconds += seconds
            if let stratum = samples.strata.index(of: StepFeatures(step.shape)) {
                strata[stratum].steps += 1
                strata[stratum].modelSeconds += seconds
            } else {
                outsideSteps += 1
            }
        }
        self.strata = strata
        let cost = plan.configuration.pools[pool].cost
        usesExpertLoad = cost.operators.expertLoad != nil
        // A host's time says nothing of an accelerator's.
        guard plan.pools[pool].device.vendor == .host else { return }
        time = RatioEstimate(
            samples.steps.map {
                RatioEstimate.Sample(
                    stratum: $0.stratum, model: $0.modelSeconds(cost.timer), measured: $0.seconds)
            }, sizes: strata.map(\.steps), seed: seed)
    }
}

extension SampledStep {
    /// What the model says of the operators that ran, in seconds.
    public func modelSeconds(_ timer: OperatorTimer) -> Double {
        operators.reduce(0) { sum, item in
            sum + (item.executed.map { Double(timer.duration(of: $0)) * Double($0.repetitions) } ?? 0)
        } / 1e9
    }
}

extension SamplesFile {
    /// The scenario as the measured load of experts has it.
    public func applied(to scenario: CheckedScenario, variant: String) -> CheckedScenario {
        scenario.withExpertLoad { workload, pool in
            samples(variant: variant, workload: workload, pool: pool)?.expertLoad
        }
    }

    /// Why the samples are not of a variant; nothing where they are.
    public func mismatch(variant: String, of document: ScenarioDocument) -> String? {
        guard let sampled = variants.first(where: { $0.name == variant }) else {
            return "it has no samples of variant \(variant), only of \(variants.map(\.name).joined(separator: ", "))"
        }
        let hash = document.sampledHash(variant: variant)
        return hash == sampled.scenarioHash
            ? nil
            : "variant \(variant) has changed since its steps were sampled "
                + "(it was \(Self.hexadecimal(sampled.scenarioHash)), it is \(Self.hexadecimal(hash)))"
    }
}
