import ModelGraph
import Timing

/// Times of one micro-batch on one pipeline stage, in nanoseconds.
public struct StageTimes: Sendable, Equatable {
    /// Forward pass.
    public var forward: Double
    /// Gradients of inputs, with the forward pass again where it is recomputed.
    public var inputBackward: Double
    /// Gradients of weights.
    public var weightBackward: Double

    /// Times as given.
    public init(forward: Double, inputBackward: Double, weightBackward: Double) {
        self.forward = forward
        self.inputBackward = inputBackward
        self.weightBackward = weightBackward
    }

    /// All three.
    public var update: Double { forward + inputBackward + weightBackward }
}

/// Operators of a micro-batch in training, timed one by one, for an average stage of a pipeline.
///
/// Forward: the operators of a prompt pass, attention over the batch's pairs, and the output head for every
/// token. Backward: each matrix product has two of its size, one for the gradient of its input and one for that
/// of its weights; fused attention computes 5 products for 2 of the forward pass (arXiv 2307.08691, section
/// 3.1), all for its inputs; collectives of the forward pass come again; memory-bound kernels move twice as
/// much. Selective recomputation repeats memory-bound kernels, full recomputation the whole forward pass.
struct MicroBatchTimer {
    let operators: StepOperators
    let timer: OperatorTimer
    let configuration: TrainingConfiguration

    init(_ configuration: TrainingConfiguration, timer: OperatorTimer) {
        let layout = configuration.parallelism
        operators = StepOperators(
            model: configuration.model,
            parallelism: Parallelism(tensor: layout.tensor, pipeline: 1, expert: layout.expert))
        self.timer = timer
        self.configuration = configuration
    }

    /// Times of one micro-batch.
    /// - Parameter load: the micro-batch of one copy; context-parallel ranks share it evenly.
    func times(of load: TrainingLoad) -> StageTimes {
        let layout = configuration.parallelism
        let parts = Double(layout.pipeline)
        let tokens = max(1, Int((Double(load.tokens) / Double(layout.context)).rounded(.up)))
        let pairs = load.attentionPairs / Double(layout.context)
        let passes = classTimes(tokens: tokens, pairs: pairs)
        let exchange = expertExchange(tokens: tokens) + contextExchange(tokens: tokens, attention: passes.attention)
        let forward = passes.matrices + passes.attention + passes.memory + passes.collectives + exchange
        var backward = passes.matrices + 2.5 * passes.attention + 2 * passes.memory + passes.collectives
            + exchange
        switch configuration.recompute {
        case .none: break
        case .selective: backward += passes.memory
        case .full: backward += forward
        }
        return StageTimes(
            forward: forward / parts, inputBackward: backward / parts,
            weightBackward: passes.matrices / parts)
    }

    /// Nanoseconds of a forward pass through all stages, by what backward passes do with them.
    private func classTimes(
        tokens: Int, pairs: Double
    ) -> (matrices: Double, attention: Double, memory: Double, collectives: Double) {
        var result = (matrices: 0.0, attention: 0.0, memory: 0.0, collectives: 0.0)
        let attention = operators.attentionLayers.map { kind in
            StepOperator(
                "attention",
                .prefillAttention(
                    pairs: pairs, executedPairs: pairs,
                    // The last block of a sequence sees all of it: twice what its average query sees.
                    lastBlockPairs: Double(PrefillChunk.queryBlock) * 2 * pairs / Double(tokens), queries: tokens,
                    keys: Int64(tokens),
                    heads: operators.prefillHeads),
                dataType: StepOperators.activationType, streamType: StepOperators.activationType,
                repetitions: kind.layers)
        }
        let list = operators.linear(tokens: tokens) + operators.latentPrefill(tokens: tokens) + attention
            + operators.head(rows: tokens).filter { $0.operatorClass != .collective }
        for operation in list {
            let time = Double(timer.duration(of: operation)) * Double(operation.repetitions)
            switch operation.operatorClass {
            case .gemm, .groupedGemm: result.matrices += time
            case .prefillAttention, .decodeAttention: result.attention += time
            case .elementwise: result.memory += time
            case .collective: result.collectives += time
            }
        }
        return result
    }

    /// Dispatch of tokens to the ranks of their experts and back, in all layers with experts.
    private func expertExchange(tokens: Int) -> Double {
        let layout = configuration.parallelism
        guard layout.expert > 1, let mixture = configuration.model.mixtureOfExperts else { return 0 }
        let layers = configuration.model.groups.filter { $0.feedForward == .mixtureOfExperts }
            .reduce(0) { $0 + $1.count }
        let width = Double(configuration.model.hiddenSize) * StepOperators.activationType.bytes
        let bytes = Double(tokens * mixture.expertsPerToken) * width / Double(layout.tensor)
        return 2 * Double(layers)
            * configuration.links.exchangeNanoseconds(bytes: bytes, ranks: layout.expert, stride: layout.tensor)
    }

    /// What passing keys and values around the ring of context-parallel ranks takes beyond the attention
    /// that it runs beside (ring attention, arXiv 2310.01889).
    private func contextExchange(tokens: Int, attention: Double) -> Double {
        let layout = configuration.parallelism
        guard layout.context > 1 else { return 0 }
        let model = configuration.model
        let values = model.latentAttention == nil
            ? 2 * max(1, model.keyValueHeads / layout.tensor) * model.headSize
            : model.queryHeads / layout.tensor * (model.headSize + model.valueHeadSize)
        let bytes = Double(tokens * values * model.layers * layout.context) * StepOperators.activationType.bytes
        let ring = configuration.links.gatherNanoseconds(
            bytes: bytes, ranks: layout.context, stride: layout.tensor)
        return max(0, ring - attention)
    }
}
