import ModelGraph

/// What one device keeps of forward passes until their backward passes, in bytes.
///
/// Of one token and one layer in bf16, with fused attention (which keeps its inputs, its output and one
/// fp32 sum per head) and a gated feed-forward network of width `f`:
///
/// | kept | values |
/// |---|---|
/// | inputs of the two norms | 2 h |
/// | outputs of the two norms | 2 h |
/// | queries, keys, values | (heads + 2 key-value heads) x head size |
/// | attention output | heads x value size |
/// | gate and up | 2 f |
/// | their product | f |
///
/// `selective` recomputation drops the second and the last row, `full` keeps the first norm's input only.
/// With tensor parallelism all of it is cut (sequence parallelism between the matrices); the form is that of
/// Korthikanti et al., arXiv 2205.05198, equation 4, for today's layers.
public struct ActivationMemory: Sendable, Equatable {
    /// Bytes of one token on one device, for the layers of one pipeline stage.
    public var bytesPerToken: Double
    /// Bytes of one token while one layer is computed again, on top; zero unless recomputed in full.
    public var workingBytesPerToken: Double
    /// Bytes of one token's logits and their gradient in fp32, on the last stage.
    public var logitBytesPerToken: Double

    /// The activations of a model under a layout.
    public init(model: ModelDescriptor, parallelism: TrainingParallelism, recompute: Recomputation) {
        let tensor = Double(parallelism.tensor)
        let kept = model.groups.reduce(0) {
            $0 + Self.values(of: $1, in: model, recompute) * Double($1.count)
        }
        let largest = model.groups.map { Self.values(of: $0, in: model, .none) }.max() ?? 0
        bytesPerToken = 2 * kept / tensor / Double(parallelism.pipeline)
        workingBytesPerToken = recompute == .full ? 2 * largest / tensor : 0
        logitBytesPerToken = 8 * Double(model.vocabulary) / tensor
    }

    /// The peak of an update.
    /// - Parameters:
    ///   - tokens: tokens of one micro-batch on one rank, context parallelism applied.
    ///   - inFlight: micro-batches whose activations wait on the fullest stage, in units of a whole stage
    ///     (see ``PipelineSchedule/peakInFlight(stages:microBatches:)``).
    public func updateBytes(tokens: Int, inFlight: Double) -> Int64 {
        let each = bytesPerToken * inFlight + workingBytesPerToken + logitBytesPerToken
        return Int64((each * Double(tokens)).rounded(.up))
    }

    /// The peak of a forward pass without a backward pass: one layer at a time, and logits in fp32.
    public func forwardBytes(tokens: Int, model: ModelDescriptor, tensor: Int) -> Int64 {
        let largest = model.groups.map { Self.values(of: $0, in: model, .none) }.max() ?? 0
        let each = 2 * largest / Double(tensor) + logitBytesPerToken / 2
        return Int64((each * Double(tokens)).rounded(.up))
    }

    /// Values kept of one token in one layer of a group, over all tensor-parallel ranks.
    static func values(of group: LayerGroup, in model: ModelDescriptor, _ recompute: Recomputation) -> Double {
        let hidden = Double(model.hiddenSize)
        if recompute == .full { return hidden }
        let query = Double(model.queryHeads * model.headSize)
        let output = Double(model.queryHeads * model.valueHeadSize)
        // With a latent, training expands keys and values of all heads.
        let keyValue = group.attention == .mla
            ? query + output : 2 * Double(model.keyValueHeads * model.headSize)
        var width = Double(model.intermediateSize)
        if group.feedForward == .mixtureOfExperts, let mixture = model.mixtureOfExperts {
            width = Double((mixture.expertsPerToken + mixture.sharedExperts) * mixture.expertIntermediate)
        }
        // One fp32 sum per head of fused attention is two bf16 values.
        let base = 2 * hidden + query + keyValue + output + 2 * Double(model.queryHeads) + 2 * width
        return recompute == .none ? base + 2 * hidden + width : base
    }
}
