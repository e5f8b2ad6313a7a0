/// Weights of one layer, in values, split by what holds them.
///
/// Matrices only: biases and norms (below 0.1 % of any shipped model) are left out.
public struct LayerParameters: Sendable, Equatable {
    /// Projections of queries, keys, values (or their latents) and of the output.
    public var attention: Int64
    /// The dense feed-forward network, 0 in a mixture-of-experts layer.
    public var denseFeedForward: Int64
    /// One routed expert, 0 in a dense layer.
    public var expert: Int64
    /// All routed experts.
    public var experts: Int64
    /// The routed experts that one token visits.
    public var visitedExperts: Int64
    /// All shared experts.
    public var sharedExperts: Int64
    /// The matrix that scores the experts.
    public var router: Int64

    /// Everything the layer stores.
    public var total: Int64 { attention + denseFeedForward + experts + sharedExperts + router }

    /// Everything one token is multiplied with.
    public var active: Int64 { attention + denseFeedForward + visitedExperts + sharedExperts + router }
}

extension ModelDescriptor {
    /// Weights of one layer of `group`.
    public func parameters(ofLayerIn group: LayerGroup) -> LayerParameters {
        var result = LayerParameters(
            attention: attentionParameters(group.attention), denseFeedForward: 0, expert: 0, experts: 0,
            visitedExperts: 0, sharedExperts: 0, router: 0)
        let hidden = Int64(hiddenSize)
        switch (group.feedForward, mixtureOfExperts) {
        case (.mixtureOfExperts, let mixture?):
            result.expert = 3 * hidden * Int64(mixture.expertIntermediate)
            result.experts = result.expert * Int64(mixture.experts)
            result.visitedExperts = result.expert * Int64(mixture.expertsPerToken)
            result.sharedExperts = result.expert * Int64(mixture.sharedExperts)
            result.router = hidden * Int64(mixture.experts)
        default:
            result.denseFeedForward = 3 * hidden * Int64(intermediateSize)
        }
        return result
    }

    /// Values of the embedding matrix.
    public var embeddingParameters: Int64 { Int64(vocabulary) * Int64(hiddenSize) }

    /// Values of the output head; 0 where it is the embedding matrix.
    ///
    /// A tied head still costs its matrix product: that is `embeddingParameters` either way.
    public var headParameters: Int64 { tiedEmbeddings ? 0 : embeddingParameters }

    /// Values of the whole model, and of the part that one token passes through.
    ///
    /// Both count the embedding matrix and the output head (once when tied), as the published names of
    /// models do. Without biases, norms and multi-token prediction.
    public var parameters: (total: Int64, active: Int64) {
        var total = embeddingParameters + headParameters
        var active = total
        for group in groups {
            let layer = parameters(ofLayerIn: group)
            total += layer.total * Int64(group.count)
            active += layer.active * Int64(group.count)
        }
        return (total, active)
    }

    /// Values of the multi-token prediction layers.
    ///
    /// Each is a layer of the last group and a projection of two hidden states to one; embedding and
    /// head are those of the model (DeepSeek-V3, arXiv 2412.19437, section 2.2).
    public var multiTokenPredictionParameters: Int64 {
        guard multiTokenPredictionLayers > 0, let group = groups.last else { return 0 }
        let projection = 2 * Int64(hiddenSize) * Int64(hiddenSize)
        return Int64(multiTokenPredictionLayers) * (parameters(ofLayerIn: group).total + projection)
    }

    /// Bytes of all weights when every one is stored as `type`, with the scales usual for it.
    public func weightBytes(_ type: DataType) -> Int64 {
        Self.storedBytes(parameters.total, type)
    }

    /// Bytes of all weights as published: experts, embeddings and the rest each in their own type.
    public var publishedWeightBytes: Int64 {
        var experts: Int64 = 0
        var routers: Int64 = 0
        for group in groups {
            let layer = parameters(ofLayerIn: group)
            experts += layer.experts * Int64(group.count)
            routers += layer.router * Int64(group.count)
        }
        let unquantised = embeddingParameters + headParameters + routers
        return Self.storedBytes(experts, expertType)
            + Self.storedBytes(unquantised, embeddingType)
            + Self.storedBytes(parameters.total - experts - unquantised, weightType)
    }

    /// Bytes of `count` weights of `type` with their scales, rounded up.
    static func storedBytes(_ count: Int64, _ type: DataType) -> Int64 {
        type.packedBytes(count) + Int64((Double(count) * type.weightScaleBytes).rounded(.up))
    }

    /// Values of the projections of one attention layer.
    private func attentionParameters(_ kind: AttentionKind) -> Int64 {
        let hidden = Int64(hiddenSize)
        let heads = Int64(queryHeads)
        guard kind == .mla, let latent = latentAttention else {
            let query = heads * Int64(headSize)
            let keyValue = 2 * Int64(keyValueHeads) * Int64(headSize)
            return hidden * (2 * query + keyValue)
        }
        let query = heads * Int64(latent.queryKeyHeadSize)
        let rank = Int64(latent.queryRank)
        let queries = rank == 0 ? hidden * query : rank * (hidden + query)
        let compression = hidden * Int64(latent.cachedValues)
        let expansion = Int64(latent.keyValueRank) * heads
            * Int64(latent.nopeHeadSize + latent.valueHeadSize)
        return queries + compression + expansion + heads * Int64(latent.valueHeadSize) * hidden
    }
}
