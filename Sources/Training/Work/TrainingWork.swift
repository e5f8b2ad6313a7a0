import ModelGraph

/// A pass over a batch.
public enum TrainingPass: String, Sendable, CaseIterable {
    /// Forward only: log-probabilities of the old policy or the reference, values of a critic.
    case forward
    /// Forward, backward and the optimizer's step.
    case update
}

/// Floating-point operations of passes, over all devices.
///
/// Matrices cost 2 FLOP a parameter and token forward and twice that backward (`2 P` and `6 P`, arXiv 2001.08361,
/// section 2.1; `P` counts embedding and head as the usual MFU counters do, and of routed experts only those
/// that a token visits). Causal attention costs `4 x heads x head size` a layer and query-key pair.
public struct TrainingWork: Sendable, Equatable {
    /// Forward FLOP of a token in the matrices.
    public let linearFlopPerToken: Double
    /// Forward FLOP of a query-key pair in all layers.
    public let attentionFlopPerPair: Double

    /// The work of a model; a sliding window is not deducted, as sequences in training fit most windows.
    public init(model: ModelDescriptor) {
        linearFlopPerToken = 2 * Double(model.parameters.active)
        attentionFlopPerPair = 2 * Double(model.layers)
            * Double(model.queryHeads * (model.headSize + model.valueHeadSize))
    }

    /// FLOP that the mathematics needs: what MFU counts.
    public func modelFlop(_ pass: TrainingPass, _ load: TrainingLoad) -> Double {
        forwardFlop(load) * (pass == .forward ? 1 : 3)
    }

    /// FLOP that are computed, recomputation included: `8 P` a token when all layers are computed again.
    public func executedFlop(_ pass: TrainingPass, _ load: TrainingLoad, recompute: Recomputation) -> Double {
        modelFlop(pass, load) + (pass == .update && recompute == .full ? forwardFlop(load) : 0)
    }

    private func forwardFlop(_ load: TrainingLoad) -> Double {
        linearFlopPerToken * Double(load.tokens) + attentionFlopPerPair * load.attentionPairs
    }
}
