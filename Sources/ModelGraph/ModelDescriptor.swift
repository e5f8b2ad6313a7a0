/// The shape of a transformer: all that the operators, weights and caches of a model follow from.
///
/// Decoder-only, with gated feed-forward networks; text only (a vision tower is not part of it).
/// Reading one from a file reports all that does not fit together (``jsonType``); a value that is put
/// together in code is not checked.
public struct ModelDescriptor: Sendable, Equatable {
    /// Name in scenarios, lower case, e.g. `qwen2.5-32b`.
    public var name: String
    /// Width of the residual stream.
    public var hiddenSize: Int
    /// Heads of queries.
    public var queryHeads: Int
    /// Heads of keys and values; 1 with latent attention, whose one latent serves all heads.
    public var keyValueHeads: Int
    /// Size of a query and key head; with latent attention both of its parts together.
    public var headSize: Int
    /// Width of the dense feed-forward layers, 0 when the model has none.
    public var intermediateSize: Int
    /// Rows of the embedding matrix.
    public var vocabulary: Int
    /// Whether the output head is the embedding matrix itself.
    public var tiedEmbeddings: Bool
    /// Longest context as trained, in tokens.
    public var maximumContext: Int
    /// Longest context with rescaled positions (YaRN), where the publisher supports it.
    public var extendedContext: Int?
    /// Storage of attention, dense feed-forward and shared-expert weights as published.
    public var weightType: DataType
    /// Storage of routed experts as published.
    public var expertType: DataType
    /// Storage of the embedding matrix, output head and routers as published.
    public var embeddingType: DataType
    /// Storage of cached keys and values unless a scenario says otherwise.
    public var keyValueType: DataType
    /// Shape of the layers of kind `mixtureOfExperts`, nil when there are none.
    public var mixtureOfExperts: MixtureOfExperts?
    /// Shape of the layers of kind `mla`, nil when there are none.
    public var latentAttention: LatentAttention?
    /// All layers but those for multi-token prediction.
    public var groups: [LayerGroup]
    /// Extra layers published for multi-token prediction; in no count unless it names them.
    public var multiTokenPredictionLayers: Int
    /// Where the figures are from.
    public var source: ModelSource

    /// A descriptor of these figures; nothing is checked.
    ///
    /// Without `expertType` the experts are stored as the other weights.
    public init(
        name: String, hiddenSize: Int, queryHeads: Int, keyValueHeads: Int, headSize: Int,
        intermediateSize: Int, vocabulary: Int, tiedEmbeddings: Bool = false,
        maximumContext: Int, extendedContext: Int? = nil,
        weightType: DataType = .bf16, expertType: DataType? = nil,
        embeddingType: DataType = .bf16, keyValueType: DataType = .bf16,
        mixtureOfExperts: MixtureOfExperts? = nil, latentAttention: LatentAttention? = nil,
        groups: [LayerGroup], multiTokenPredictionLayers: Int = 0, source: ModelSource
    ) {
        self.name = name
        self.hiddenSize = hiddenSize
        self.queryHeads = queryHeads
        self.keyValueHeads = keyValueHeads
        self.headSize = headSize
        self.intermediateSize = intermediateSize
        self.vocabulary = vocabulary
        self.tiedEmbeddings = tiedEmbeddings
        self.maximumContext = maximumContext
        self.extendedContext = extendedContext
        self.weightType = weightType
        self.expertType = expertType ?? weightType
        self.embeddingType = embeddingType
        self.keyValueType = keyValueType
        self.mixtureOfExperts = mixtureOfExperts
        self.latentAttention = latentAttention
        self.groups = groups
        self.multiTokenPredictionLayers = multiTokenPredictionLayers
        self.source = source
    }

    /// Number of layers, without those for multi-token prediction.
    public var layers: Int { groups.reduce(0) { $0 + $1.count } }

    /// Longest context that the publisher supports by any means, in tokens.
    public var longestContext: Int { max(maximumContext, extendedContext ?? 0) }

    /// Size of a value head.
    public var valueHeadSize: Int { latentAttention?.valueHeadSize ?? headSize }
}

/// Where the figures of a descriptor are from.
public struct ModelSource: Sendable, Equatable {
    /// How far a descriptor may be trusted as a whole.
    public enum Provenance: String, Sendable, CaseIterable {
        /// Read from the publisher's configuration or a public copy of it.
        case published
        /// From memory or a guess, not checked against the publisher's files.
        case assumed
    }

    /// How far the descriptor may be trusted.
    public var provenance: Provenance
    /// The configuration or page, in words.
    public var text: String
    /// Keys of the descriptor file that are only assumed although the rest is published.
    public var assumedKeys: [String]

    /// A source in words.
    public init(provenance: Provenance, text: String, assumedKeys: [String] = []) {
        self.provenance = provenance
        self.text = text
        self.assumedKeys = assumedKeys
    }
}
