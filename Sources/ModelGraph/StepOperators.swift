/// The operators of a forward pass of one model under one partition, from shapes alone.
///
/// Lists are those of **one rank**; a pipeline's stages are listed one after the other, so that their
/// sum is the latency of a pass through all of them. Parts of a step that depend on different
/// quantities are separate, so that their times can be tabulated apart:
///
/// ```swift
/// let operators = StepOperators(model: model, parallelism: Parallelism(tensor: 4))
/// let list = operators.step(StepShape(chunks: [PrefillChunk(tokens: 512, priorContext: 0)], logitRows: 1))
/// let flop = list.reduce(0) { $0 + $1.flop * Double($1.repetitions) }
/// ```
///
/// Formulas: one dense layer costs `2 x parameters` FLOP a token and attention
/// `4 x heads x head size x pairs`; the bytes per cached token are those of the model descriptor.
public struct StepOperators: Sendable {
    /// The model whose layers are listed.
    public let model: ModelDescriptor
    /// How the model is cut over devices, which gives the shapes of one rank.
    public let parallelism: Parallelism
    /// Type of the weights outside routed experts and embeddings; activations are bf16.
    public let weightType: DataType
    /// Type of the weights of routed experts.
    public let expertType: DataType
    /// Type of the cached keys and values.
    public let keyValueType: DataType
    /// Load of the busiest rank's experts over the mean; 1 is a perfect balance.
    public let expertImbalance: Double
    /// The same as real gating found it, by the number of tokens; replaces ``expertImbalance``.
    public var expertLoad: ExpertLoad?

    /// Type of activations, and of attention's arithmetic.
    public static let activationType = DataType.bf16

    /// Creates the operators of a model; types that are not given are the model's own.
    public init(
        model: ModelDescriptor, parallelism: Parallelism, weightType: DataType? = nil,
        keyValueType: DataType? = nil, expertImbalance: Double = 1
    ) {
        self.model = model
        self.parallelism = parallelism
        self.weightType = weightType ?? model.weightType
        self.expertType = weightType ?? model.expertType
        self.keyValueType = keyValueType ?? model.keyValueType
        self.expertImbalance = expertImbalance
    }

    /// Every operator of one step.
    public func step(_ shape: StepShape) -> [StepOperator] {
        linear(tokens: shape.tokens)
            + latentPrefill(tokens: shape.tokens - shape.decodeSequences)
            + latentDecode(sequences: shape.decodeSequences)
            + prefillAttention(shape.chunks)
            + decodeAttention(
                sequences: shape.decodeSequences, contextTokens: shape.decodeContextTokens,
                windowTokens: shape.decodeWindowTokens, squaredContext: shape.decodeSquaredContext)
            + head(rows: shape.logitRows)
    }

    // MARK: Parts that treat all tokens alike

    /// Embedding, projections, feed-forward blocks, norms and their collectives, for `tokens` tokens.
    public func linear(tokens: Int) -> [StepOperator] {
        guard tokens > 0 else { return [] }
        let hiddenBytes = Double(model.hiddenSize) * Double(tokens) * Self.activationType.bytes
        var list = [elementwise("embedding", bytes: 2 * hiddenBytes, repetitions: 1)]
        list += attentionProjections(tokens: tokens)
        for group in model.groups {
            list += feedForward(group, tokens: tokens)
        }
        // Norm with the residual added: reads both, writes both.
        list.append(elementwise("norm", bytes: 4 * hiddenBytes, repetitions: 2 * model.layers))
        if parallelism.tensor > 1 {
            list.append(collective("all_reduce", .allReduce(bytes: hiddenBytes, ranks: parallelism.tensor),
                                   repetitions: 2 * model.layers))
        }
        if parallelism.pipeline > 1 {
            let bytes = hiddenBytes / Double(parallelism.tensor)
            list.append(collective("stage_send", .sendReceive(bytes: bytes), repetitions: parallelism.pipeline - 1))
        }
        return list
    }

    private func attentionProjections(tokens: Int) -> [StepOperator] {
        let heads = model.queryHeads / parallelism.tensor
        let layers = model.layers
        if let latent = model.latentAttention {
            let keySize = latent.nopeHeadSize + latent.ropeHeadSize
            let compressed = latent.keyValueRank + latent.ropeHeadSize
            let rotated = Double(tokens * (heads * latent.ropeHeadSize + compressed))
            let query = latent.queryRank == 0
                ? [gemm("q_proj", m: tokens, n: heads * keySize, k: model.hiddenSize, layers)]
                : [
                    gemm("q_down", m: tokens, n: latent.queryRank, k: model.hiddenSize, layers),
                    gemm("q_up", m: tokens, n: heads * keySize, k: latent.queryRank, layers),
                ]
            return query + [
                gemm("kv_down", m: tokens, n: compressed, k: model.hiddenSize, layers),
                elementwise("rotary_and_cache", bytes: 2 * rotated * Self.activationType.bytes, repetitions: layers),
                gemm("o_proj", m: tokens, n: model.hiddenSize, k: heads * latent.valueHeadSize, layers),
            ]
        }
        let keyValueHeads = keyValueHeadsPerRank
        let width = (heads + 2 * keyValueHeads) * model.headSize
        let cached = Double(tokens * 2 * keyValueHeads * model.headSize) * keyValueType.bytes
        let rotated = Double(tokens * (heads + keyValueHeads) * model.headSize) * 2 * Self.activationType.bytes
        return [
            gemm("qkv_proj", m: tokens, n: width, k: model.hiddenSize, layers),
            elementwise("rotary_and_cache", bytes: rotated + cached, repetitions: layers),
            gemm("o_proj", m: tokens, n: model.hiddenSize, k: heads * model.headSize, layers),
        ]
    }

    private func feedForward(_ group: LayerGroup, tokens: Int) -> [StepOperator] {
        switch group.feedForward {
        case .dense:
            return gatedBlock("", tokens: tokens, width: model.intermediateSize, group.count)
        case .mixtureOfExperts:
            guard let moe = model.mixtureOfExperts else { return [] }
            var list = [
                StepOperator("router", .gemm(m: tokens, n: moe.experts, k: model.hiddenSize),
                             dataType: model.embeddingType, streamType: Self.activationType,
                             repetitions: group.count),
                elementwise("gating", bytes: Double(tokens * moe.experts) * 8, repetitions: group.count),
            ]
            list += experts(moe, tokens: tokens, group.count)
            if moe.sharedExperts > 0 {
                list += gatedBlock("shared_", tokens: tokens,
                                   width: moe.sharedExperts * moe.expertIntermediate, group.count)
            }
            return list
        }
    }

    /// Gate and up projection, activation, down projection.
    private func gatedBlock(_ prefix: String, tokens: Int, width: Int, _ layers: Int) -> [StepOperator] {
        let local = width / parallelism.tensor
        return [
            gemm(prefix + "gate_up_proj", m: tokens, n: 2 * local, k: model.hiddenSize, layers),
            elementwise(prefix + "activation",
                        bytes: Double(tokens * 3 * local) * Self.activationType.bytes, repetitions: layers),
            gemm(prefix + "down_proj", m: tokens, n: model.hiddenSize, k: local, layers),
        ]
    }

    /// Routed experts: whole experts on each rank under expert parallelism, else a slice of every one.
    /// Of `E` experts, `E (1 - (1 - k/E)^tokens)` are expected to get a token when routing is uniform.
    private func experts(_ moe: MixtureOfExperts, tokens: Int, _ layers: Int) -> [StepOperator] {
        let ranks = parallelism.expert > 1 ? parallelism.expert : 1
        let width = parallelism.expert > 1 ? moe.expertIntermediate : moe.expertIntermediate / parallelism.tensor
        let localExperts = Double(moe.experts) / Double(ranks)
        let share = Double(moe.expertsPerToken) / Double(moe.experts)
        let active = max(1, localExperts * (1 - Self.power(1 - share, tokens)))
        let rows = Double(tokens * moe.expertsPerToken) / Double(ranks)
            * (ranks > 1 ? expertLoad?.factor(tokens: tokens) ?? expertImbalance : 1)
        func grouped(_ name: String, n: Int, k: Int) -> StepOperator {
            StepOperator(name, .groupedGemm(rows: rows, activeExperts: active, n: n, k: k),
                         dataType: expertType, streamType: Self.activationType, repetitions: layers)
        }
        return [
            grouped("expert_gate_up", n: 2 * width, k: model.hiddenSize),
            elementwise("expert_activation", bytes: rows * Double(3 * width) * Self.activationType.bytes,
                        repetitions: layers),
            grouped("expert_down", n: model.hiddenSize, k: width),
        ]
    }

    /// What tells the experts' kernels of one rank apart, as kernel tables have it: hidden size, width of an expert on
    /// this rank, experts of all ranks, experts of a token, ranks, tokens; nil for models without experts.
    public func expertNumbers(tokens: Int) -> [Int]? {
        guard let moe = model.mixtureOfExperts else { return nil }
        let isSpread = parallelism.expert > 1
        return [
            model.hiddenSize, isSpread ? moe.expertIntermediate : moe.expertIntermediate / parallelism.tensor,
            moe.experts, moe.expertsPerToken, isSpread ? parallelism.expert : 1, tokens,
        ]
    }

    // MARK: Latent attention

    /// Expansion of the latent of new prompt tokens to keys and values (multi-head form).
    public func latentPrefill(tokens: Int) -> [StepOperator] {
        guard let latent = model.latentAttention, tokens > 0 else { return [] }
        let width = model.queryHeads / parallelism.tensor * (latent.nopeHeadSize + latent.valueHeadSize)
        return [gemm("kv_up", m: tokens, n: width, k: latent.keyValueRank, model.layers)]
    }

    /// Query into the latent space and values out of it (absorbed form), for decoding sequences.
    public func latentDecode(sequences: Int) -> [StepOperator] {
        guard let latent = model.latentAttention, sequences > 0 else { return [] }
        let heads = model.queryHeads / parallelism.tensor
        return [
            perHead("q_absorb", heads, m: sequences, n: latent.keyValueRank, k: latent.nopeHeadSize),
            perHead("v_absorb", heads, m: sequences, n: latent.valueHeadSize, k: latent.keyValueRank),
        ]
    }

    private func perHead(_ name: String, _ heads: Int, m: Int, n: Int, k: Int) -> StepOperator {
        StepOperator(name, .batchedGemm(batches: heads, m: m, n: n, k: k), dataType: weightType,
                     streamType: Self.activationType, repetitions: model.layers)
    }

    // MARK: Attention

    /// Attention of prompt chunks, one kernel a layer for all chunks of the step.
    public func prefillAttention(_ chunks: [PrefillChunk]) -> [StepOperator] {
        guard !chunks.isEmpty else { return [] }
        return attentionLayers.map { kind in
            var pairs = 0.0, executed = 0.0, last = 0.0, queries = 0, keys: Int64 = 0
            for chunk in chunks {
                pairs += chunk.pairs(window: kind.window)
                executed += chunk.paddedPairs(window: kind.window)
                last = max(last, chunk.lastBlockPairs(window: kind.window))
                queries += chunk.tokens
                keys += chunk.keys(window: kind.window)
            }
            let shape = OperatorShape.prefillAttention(
                pairs: pairs, executedPairs: executed, lastBlockPairs: last, queries: queries, keys: keys,
                heads: prefillHeads)
            return StepOperator("attention", shape, dataType: Self.activationType,
                                streamType: keyValueType, repetitions: kind.layers)
        }
    }

    /// Attention of decoding sequences; sliding-window layers read `windowTokens` keys, the others `contextTokens`.
    /// - Parameter squaredContext: sum of the squares of the sequences' contexts; nil where all are equal.
    public func decodeAttention(
        sequences: Int, contextTokens: Int64, windowTokens: Int64, squaredContext: Int64? = nil
    ) -> [StepOperator] {
        guard sequences > 0 else { return [] }
        return attentionLayers.map { kind in
            let shape = OperatorShape.decodeAttention(
                sequences: sequences, contextTokens: kind.window == nil ? contextTokens : windowTokens,
                heads: decodeHeads,
                // No context in a window is longer than it.
                squaredContext: kind.window.map { windowTokens * Int64($0) } ?? squaredContext)
            return StepOperator(
                "attention", shape, dataType: Self.activationType, streamType: keyValueType, repetitions: kind.layers)
        }
    }

    /// Layers by what they attend to: full (or latent) attention first, then each window size.
    public var attentionLayers: [(window: Int?, layers: Int)] {
        var result: [(window: Int?, layers: Int)] = []
        for group in model.groups {
            let window: Int? = if case .window(let size) = group.attention { size } else { nil }
            if let index = result.firstIndex(where: { $0.window == window }) {
                result[index].layers += group.count
            } else {
                result.append((window, group.count))
            }
        }
        return result.sorted { ($0.window ?? -1) < ($1.window ?? -1) }
    }

    /// Key and value heads on each rank; fewer heads than ranks are replicated.
    public var keyValueHeadsPerRank: Int { max(1, model.keyValueHeads / parallelism.tensor) }

    /// Heads of one rank in prefill attention.
    public var prefillHeads: AttentionHeads {
        let query = model.queryHeads / parallelism.tensor
        guard let latent = model.latentAttention else { return groupedHeads(query: query) }
        return AttentionHeads(
            query: query, keyValue: query, keySize: latent.nopeHeadSize + latent.ropeHeadSize,
            valueSize: latent.valueHeadSize,
            storedPerToken: latent.keyValueRank + latent.ropeHeadSize)
    }

    /// Heads of one rank in decode attention; latent attention in its absorbed form.
    public var decodeHeads: AttentionHeads {
        let query = model.queryHeads / parallelism.tensor
        guard let latent = model.latentAttention else { return groupedHeads(query: query) }
        return AttentionHeads(
            query: query, keyValue: 1, keySize: latent.keyValueRank + latent.ropeHeadSize,
            valueSize: latent.keyValueRank, storedPerToken: latent.keyValueRank + latent.ropeHeadSize)
    }

    private func groupedHeads(query: Int) -> AttentionHeads {
        let keyValue = keyValueHeadsPerRank
        return AttentionHeads(query: query, keyValue: keyValue, keySize: model.headSize,
                              valueSize: model.headSize, storedPerToken: 2 * keyValue * model.headSize)
    }

    // MARK: Vocabulary

    /// Final norm, vocabulary projection, gathering of the logits and sampling, for `rows` rows.
    public func head(rows: Int) -> [StepOperator] {
        guard rows > 0 else { return [] }
        let local = (model.vocabulary + parallelism.tensor - 1) / parallelism.tensor
        let hiddenBytes = Double(rows * model.hiddenSize) * Self.activationType.bytes
        var list = [
            elementwise("final_norm", bytes: 4 * hiddenBytes, repetitions: 1),
            StepOperator("lm_head", .gemm(m: rows, n: local, k: model.hiddenSize), dataType: model.embeddingType,
                         streamType: Self.activationType, repetitions: 1),
            elementwise("sampling", bytes: Double(rows * model.vocabulary) * 8, repetitions: 1),
        ]
        if parallelism.tensor > 1 {
            let bytes = Double(rows * local) * Self.activationType.bytes
            list.append(collective("logit_gather", .allGather(bytes: bytes, ranks: parallelism.tensor), repetitions: 1))
        }
        return list
    }

    // MARK: Construction

    private func gemm(_ name: String, m: Int, n: Int, k: Int, _ layers: Int) -> StepOperator {
        StepOperator(name, .gemm(m: m, n: n, k: k), dataType: weightType,
                     streamType: Self.activationType, repetitions: layers)
    }

    private func elementwise(_ name: String, bytes: Double, repetitions: Int) -> StepOperator {
        StepOperator(name, .elementwise(bytes: bytes), dataType: Self.activationType,
                     streamType: Self.activationType, repetitions: repetitions)
    }

    private func collective(_ name: String, _ shape: OperatorShape, repetitions: Int) -> StepOperator {
        StepOperator(name, shape, dataType: Self.activationType, streamType: Self.activationType,
                     repetitions: repetitions)
    }

    /// `base^exponent` by squaring: the same bits on every machine.
    private static func power(_ base: Double, _ exponent: Int) -> Double {
        var result = 1.0, factor = base, rest = exponent
        while rest > 0 {
            if rest & 1 == 1 { result *= factor }
            factor *= factor
            rest >>= 1
        }
        return result
    }
}
