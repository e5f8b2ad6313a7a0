import ModelGraph

/// One step of a run with what real kernels measured of it.
public struct SampledStep: Sendable, Equatable {
    /// Its place among the steps of its pool.
    public var step: Int
    /// The stratum that it was drawn from.
    public var stratum: Int
    /// What strata are made by.
    public var features: StepFeatures
    /// Every operator of the step.
    public var operators: [SampledOperator]
    /// Tokens per expert by the gate; nothing for a model without experts.
    public var experts: ExpertSample?
    /// What keeping the cache in eight bits changes; nothing for a step that reads no cache.
    public var keyValueErrors: [KeyValueErrorSample]

    /// Measured seconds of everything that ran.
    public var seconds: Double { operators.reduce(0) { $0 + ($1.seconds ?? 0) } }
}

/// An operator of a sampled step: what the step asks for, and what ran in its place.
public struct SampledOperator: Sendable, Equatable {
    /// What ran, at the reduced scale.
    public var operation: StepOperator
    /// Nothing for collectives, which one machine does not run.
    public var executed: StepOperator?
    /// CPU time of all launches of ``executed``.
    public var seconds: Double?
}

/// Tokens that the gate of a mixture of experts sent to each expert.
///
/// Tokens follow a Zipf law over a vocabulary; half of the variance of what the gate sees is the token's own and half
/// its context's. Weights are random: how skewed a trained gate is must be measured on that model.
public struct ExpertSample: Sendable, Equatable {
    /// Tokens of the step, each of which visits several experts.
    public var tokens: Int
    /// Ranks over which experts are spread.
    public var ranks: Int
    /// For each sampled layer, rows of each expert.
    public var histograms: [[Int]]

    /// Load of the busiest expert over the mean, mean over layers.
    public var maximumOverMean: Double { Self.mean(histograms.map { Self.imbalance($0, parts: $0.count) }) }

    /// Load of the busiest rank over the mean, mean over layers; experts are spread in order.
    public var rankMaximumOverMean: Double { Self.mean(histograms.map { Self.imbalance($0, parts: ranks) }) }

    private static func imbalance(_ histogram: [Int], parts: Int) -> Double {
        let total = histogram.reduce(0, +)
        guard total > 0, parts > 0 else { return 1 }
        let loads = (0..<parts).map { part in
            histogram[(histogram.count * part / parts)..<(histogram.count * (part + 1) / parts)].reduce(0, +)
        }
        return Double(loads.max() ?? 0) * Double(parts) / Double(total)
    }

    private static func mean(_ values: [Double]) -> Double {
        values.isEmpty ? 1 : values.reduce(0, +) / Double(values.count)
    }
}

/// What quantising the keys and values of a step's cache changes.
public struct KeyValueErrorSample: Sendable, Equatable {
    /// `int8` or `fp8`.
    public var format: String
    /// Relative root mean square of keys and values.
    public var cache: Double
    /// The same of attention's output.
    public var attention: Double
}

/// The samples of one pool.
public struct PoolSamples: Sendable, Equatable {
    /// How the pool's steps are divided.
    public var strata: StepStrata
    /// Steps of the run that was sampled.
    public var population: Int
    /// The steps that were executed.
    public var steps: [SampledStep]

    /// Load of the busiest rank's experts by tokens, where the model has experts.
    public var expertLoad: ExpertLoad? {
        ExpertLoad(steps.compactMap { step in step.experts.map { ($0.tokens, $0.rankMaximumOverMean) } })
    }
}
