import ModelGraph
import Scenario
import Serving

/// Runs a variant, chooses steps of it and executes them with real kernels.
public struct StepSampler: Sendable {
    private let scenario: CheckedScenario

    /// Creates a sampler of a checked variant.
    public init(_ scenario: CheckedScenario) { self.scenario = scenario }

    /// What the kernels run of each step.
    public var scale: StepScale { StepScale(scenario.sampling) }

    /// The samples of all serving workloads of the variant.
    /// - Parameter progress: told before each step how many have been executed, of how many.
    /// - Throws: a `KernelError` where a library refuses.
    public func sample(
        variant: String, hash: UInt64, progress: (_ done: Int, _ all: Int) -> Void = { _, _ in }
    ) throws -> SamplesFile.Variant {
        var world = scenario.world()
        world.keepSteps()
        world.run()
        let selections = zip(scenario.plans, world.serving).map { select(of: $0, $1) }
        let all = selections.joined().reduce(0) { $0 + $1.selection.chosen.count }
        var done = 0
        let workloads = try zip(scenario.plans, selections).map { plan, pools in
            let configuration = plan.configuration
            return SamplesFile.Workload(
                name: configuration.name,
                pools: try zip(configuration.pools, pools).map { pool, chosen in
                    let execution = try StepExecution(
                        scale: scale, hiddenSize: pool.cost.operators.model.hiddenSize, seed: scenario.sampling.seed)
                    let steps = try chosen.selection.chosen.map { item in
                        progress(done, all)
                        done += 1
                        return try execution.sample(
                            item.step, stratum: item.stratum, chosen.shapes[item.step], pool.cost.operators,
                            name: "\(configuration.name)/\(pool.name)/\(item.step)")
                    }
                    let samples = PoolSamples(
                        strata: chosen.selection.strata, population: chosen.shapes.count, steps: steps)
                    return (pool.name, samples)
                })
        }
        return SamplesFile.Variant(name: variant, scenarioHash: hash, workloads: workloads)
    }

    /// The chosen steps of each pool, and the shapes of all of its steps.
    private func select(
        of plan: ServingPlan, _ engine: ServingEngine
    ) -> [(selection: StepSelection, shapes: [StepShape])] {
        let sampling = scenario.sampling
        let pools = plan.configuration.pools
        let perPool = max(StepSelection.fewestPerStratum, sampling.steps / pools.count)
        return pools.indices.map { pool in
            let steps = engine.stepLog?.steps(ofPool: pool) ?? []
            let selection = StepSelection(
                of: steps.map { StepFeatures($0.shape) }, times: steps.map { Double($0.duration) }, count: perPool,
                strata: sampling.strata, seed: sampling.seed, name: "\(plan.configuration.name)/\(pools[pool].name)")
            return (selection, steps.map(\.shape))
        }
    }
}

extension StepScale {
    /// What a scenario says.
    public init(_ sampling: SamplingSpecification) {
        self.init(layers: sampling.layers, width: sampling.width, memoryBytes: sampling.memoryBytes)
    }
}

extension StepLog {
    /// The steps of one pool, in order.
    func steps(ofPool pool: Int) -> [(shape: StepShape, duration: Int64)] {
        steps.filter { $0.pool == Int32(pool) }.map { (shape(of: $0), $0.duration) }
    }
}

extension StepFeatures {
    /// The features of a step.
    public init(_ shape: StepShape) {
        self.init(
            hasPrefill: !shape.chunks.isEmpty, batch: Int64(shape.decodeSequences + shape.chunks.count),
            tokens: Int64(shape.tokens),
            keyValueTokens: shape.decodeContextTokens + shape.chunks.reduce(0) { $0 + Int64($1.priorContext) })
    }
}

extension StepExecution {
    /// Everything that is measured of one step.
    func sample(
        _ step: Int, stratum: Int, _ shape: StepShape, _ operators: StepOperators, name: String
    ) throws -> SampledStep {
        let features = StepFeatures(shape)
        let longest = shape.chunks.map { $0.tokens + $0.priorContext }.max() ?? 0
        let mean = shape.decodeSequences > 0 ? Int(shape.decodeContextTokens) / shape.decodeSequences : 0
        return SampledStep(
            step: step, stratum: stratum, features: features, operators: try self.operators(of: operators.step(shape)),
            experts: try experts(
                operators.model, ranks: operators.parallelism.expert, tokens: shape.tokens, name: name),
            keyValueErrors: try keyValueErrors(operators.decodeHeads, context: max(longest, mean), name: name))
    }
}
