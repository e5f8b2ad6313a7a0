import EventEngine
import ModelGraph
import TensorKernels

/// Runs sampled steps with the host's kernels, on one thread, and measures them in CPU time of that thread.
public final class StepExecution {
    private let scale: StepScale
    private let seed: UInt64
    private let kernels: StepKernels
    private let gemm: Gemm

    /// - Parameter hiddenSize: of the model; norms run on rows of its scaled size.
    /// - Throws: a ``KernelError`` where a library refuses.
    public init(scale: StepScale, hiddenSize: Int, seed: UInt64) throws {
        self.scale = scale
        self.seed = seed
        gemm = try Gemm()
        kernels = try StepKernels(
            arithmetic: .fp32, hiddenSize: max(1, Int((Double(hiddenSize) * scale.width).rounded())), seed: seed)
    }

    /// The operators of a step, each timed.
    public func operators(of list: [StepOperator]) throws -> [SampledOperator] {
        try list.map { operation in
            guard let executed = scale.executed(operation) else {
                return SampledOperator(operation: operation, executed: nil, seconds: nil)
            }
            let seconds = try kernels.run([executed]) { work in
                // Each layer's launch is measured, so that a step that is disturbed shows it.
                (0..<executed.repetitions).reduce(0) { sum, _ in sum + ThreadClock.seconds(of: work) }
            }
            return SampledOperator(operation: operation, executed: executed, seconds: seconds[0])
        }
    }

    // MARK: Experts

    /// Tokens per expert of as many layers as run, through a router and the gate.
    /// - Parameter name: of the random stream of the step's tokens.
    public func experts(_ model: ModelDescriptor, ranks: Int, tokens: Int, name: String) throws -> ExpertSample? {
        guard let moe = model.mixtureOfExperts, tokens > 0 else { return nil }
        let width = max(16, Int((Double(model.hiddenSize) * scale.width).rounded()))
        let gating = ExpertGating(experts: moe.experts, expertsPerToken: moe.expertsPerToken)
        let layers = model.groups.filter { $0.feedForward == .mixtureOfExperts }.reduce(0) { $0 + $1.count }
        let hidden = TokenStates(seed: seed, name: name, vocabulary: model.vocabulary, width: width)
        let histograms = try (0..<min(scale.layers, layers)).map { layer in
            let states = hidden.states(tokens: tokens, layer: layer)
            let router = RandomMatrix(rows: moe.experts, columns: width, seed: seed, name: "router/\(layer)").values
            var logits = [Float](repeating: 0, count: tokens * moe.experts)
            try gemm.multiply(states, router, into: &logits, GemmShape(m: tokens, n: moe.experts, k: width))
            return gating.route(logits, tokens: tokens).tokensPerExpert
        }
        return ExpertSample(tokens: tokens, ranks: ranks, histograms: histograms)
    }

    // MARK: Cache

    /// Contexts longer than this are measured on their newest part: the error does not depend on their length.
    private static let longestContext = 1024

    /// Error of caches in eight bits for one new token that reads `context` tokens, in the model's own head size.
    public func keyValueErrors(_ heads: AttentionHeads, context: Int, name: String) throws -> [KeyValueErrorSample] {
        let tokens = min(context, Self.longestContext)
        guard tokens > 0 else { return [] }
        let width = 256
        let states = TokenStates(seed: seed, name: name, vocabulary: 32_768, width: width)
            .states(tokens: tokens, layer: 0)
        func projected(_ size: Int, _ name: String) throws -> [Float] {
            let weights = RandomMatrix(rows: size, columns: width, seed: seed, name: "projection/\(name)").values
            var result = [Float](repeating: 0, count: tokens * size)
            try gemm.multiply(states, weights, into: &result, GemmShape(m: tokens, n: size, k: width))
            return result
        }
        let isLatent = heads.keyValue == 1 && heads.storedPerToken == heads.keySize
        let one = AttentionHeads(
            query: 1, keyValue: 1, keySize: heads.keySize, valueSize: heads.valueSize,
            storedPerToken: isLatent ? heads.keySize : heads.keySize + heads.valueSize)
        let keys = try projected(heads.keySize, "key")
        // Absorbed latent attention stores its value within its key.
        let values = isLatent ? keys : try projected(heads.valueSize, "value")
        let query = Array(try projected(heads.keySize, "query").suffix(heads.keySize))
        let exact = attention(one, query, keys, values, isLatent)
        return KeyValueFormat.allCases.map { format in
            let narrow = [(keys, heads.keySize), (values, isLatent ? heads.keySize : heads.valueSize)].map {
                QuantisedKeyValues($0.0, rows: tokens, width: $0.1, format: format)
            }
            let restored = zip(narrow, [keys, values]).map { codes, numbers in
                var result = [Float](repeating: 0, count: numbers.count)
                codes.dequantise(into: &result)
                return result
            }
            let changed = attention(one, query, restored[0], restored[1], isLatent)
            return KeyValueErrorSample(
                format: format.rawValue,
                cache: QuantisationError(restored[0] + restored[1], against: keys + values,
                                         count: keys.count + values.count).relativeRootMeanSquare,
                attention: QuantisationError(changed, against: exact, count: exact.count).relativeRootMeanSquare)
        }
    }

    /// One query head over one sequence.
    private func attention(
        _ heads: AttentionHeads, _ query: [Float], _ keys: [Float], _ values: [Float], _ isLatent: Bool
    ) -> [Float] {
        var result = [Float](repeating: 0, count: heads.valueSize)
        keys.withUnsafeBufferPointer { keys in
            values.withUnsafeBufferPointer { values in
                guard let k = keys.baseAddress, let v = values.baseAddress else { return }
                let stride = isLatent ? heads.keySize : heads.valueSize
                let view = KeyValueView(
                    keys: k, values: v, keyLayout: .tokens(heads: 1, size: heads.keySize),
                    valueLayout: .tokens(heads: 1, size: stride), tokens: keys.count / heads.keySize)
                Attention(heads: heads).decode(query, [view], into: &result)
            }
        }
        return result
    }
}
