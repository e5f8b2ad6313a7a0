/// How the tokens of one layer look back at earlier tokens.
public enum AttentionKind: Sendable, Equatable {
    /// Every earlier token, with multi-head or grouped-query keys and values.
    case full
    /// The last `tokens` tokens, itself included; keys and values as in `full`.
    case window(Int)
    /// Multi-head latent attention: every earlier token, cached as one latent vector for all heads.
    case mla

    /// Tokens whose keys and values a layer keeps, and a decode step reads, at a context of `context`.
    public func cachedTokens(context: Int) -> Int {
        if case .window(let tokens) = self { return min(context, tokens) }
        return context
    }
}

/// What follows attention in a layer; both kinds are gated (three matrices: gate, up, down).
public enum FeedForwardKind: String, Sendable, CaseIterable {
    /// One network for every token.
    case dense
    /// Many networks of which a router picks a few per token.
    case mixtureOfExperts = "moe"
}

/// `count` layers that are alike.
///
/// A model is a list of groups. Groups need not be contiguous: a model that alternates two kinds of
/// layer has two groups, so the order of groups says nothing about the order of layers.
public struct LayerGroup: Sendable, Equatable {
    /// How these layers look back.
    public var attention: AttentionKind
    /// What follows attention in these layers.
    public var feedForward: FeedForwardKind
    /// Number of layers, at least 1.
    public var count: Int

    /// A group of layers; nothing is checked.
    public init(attention: AttentionKind, feedForward: FeedForwardKind, count: Int) {
        self.attention = attention
        self.feedForward = feedForward
        self.count = count
    }
}

/// Shape of the mixture-of-experts layers of a model.
public struct MixtureOfExperts: Sendable, Equatable {
    /// Routed experts of a layer.
    public var experts: Int
    /// Routed experts that one token visits.
    public var expertsPerToken: Int
    /// Experts that every token visits, each as wide as a routed one.
    public var sharedExperts: Int
    /// Width of one expert between its up and down matrices.
    public var expertIntermediate: Int

    /// A shape; nothing is checked.
    public init(experts: Int, expertsPerToken: Int, sharedExperts: Int, expertIntermediate: Int) {
        self.experts = experts
        self.expertsPerToken = expertsPerToken
        self.sharedExperts = sharedExperts
        self.expertIntermediate = expertIntermediate
    }
}

/// Shape of multi-head latent attention (DeepSeek-V2, arXiv 2405.04434, section 2.1).
public struct LatentAttention: Sendable, Equatable {
    /// Rank of the compressed query; 0 where queries are projected directly.
    public var queryRank: Int
    /// Rank of the latent from which keys and values of all heads are expanded.
    public var keyValueRank: Int
    /// Part of a query or key head without position.
    public var nopeHeadSize: Int
    /// Part of a query or key head with rotary position; its key is shared by all heads.
    public var ropeHeadSize: Int
    /// Size of a value head.
    public var valueHeadSize: Int

    /// A shape; nothing is checked.
    public init(
        queryRank: Int, keyValueRank: Int, nopeHeadSize: Int, ropeHeadSize: Int, valueHeadSize: Int
    ) {
        self.queryRank = queryRank
        self.keyValueRank = keyValueRank
        self.nopeHeadSize = nopeHeadSize
        self.ropeHeadSize = ropeHeadSize
        self.valueHeadSize = valueHeadSize
    }

    /// Size of a whole query or key head.
    public var queryKeyHeadSize: Int { nopeHeadSize + ropeHeadSize }

    /// Values that one token leaves in the cache of one layer: the latent and the shared rotary key.
    public var cachedValues: Int { keyValueRank + ropeHeadSize }
}
