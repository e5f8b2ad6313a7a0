/// What a kernel does with a device, which decides the formula and the parameters of its duration.
public enum OperatorClass: String, Sendable, CaseIterable {
    case gemm
    case groupedGemm = "grouped_gemm"
    case prefillAttention = "prefill_attention"
    case decodeAttention = "decode_attention"
    case elementwise
    case collective
}

/// The unpadded shape of one kernel on one rank. Padding to tiles and blocks is a matter of timing.
public enum OperatorShape: Sendable, Equatable {
    /// `[m, k] x [k, n]`; weights `[k, n]` are read once.
    case gemm(m: Int, n: Int, k: Int)
    /// `batches` products `[m, k] x [k, n]`, each with inputs, weights and outputs of its own: one per head.
    case batchedGemm(batches: Int, m: Int, n: Int, k: Int)
    /// `rows` rows in all, spread over `activeExperts` of this rank's experts, each `[rows_e, k] x [k, n]`.
    case groupedGemm(rows: Double, activeExperts: Double, n: Int, k: Int)
    /// Causal attention of prompt chunks against what precedes them.
    /// - `pairs`: query-key pairs of the mathematics; `executedPairs`: with queries padded to whole
    ///   blocks of ``PrefillChunk/queryBlock``, as kernels compute them;
    /// - `lastBlockPairs`: those of the longest block, which one core computes while others may have finished;
    /// - `queries`: new tokens; `keys`: distinct keys read.
    case prefillAttention(
        pairs: Double, executedPairs: Double, lastBlockPairs: Double, queries: Int, keys: Int64,
        heads: AttentionHeads)
    /// One new token for each of `sequences`, against `contextTokens` keys in all. `squaredContext` is the sum of the
    /// squares of the sequences' contexts, which tells few long ones from many short ones; nil where all are equal.
    case decodeAttention(sequences: Int, contextTokens: Int64, heads: AttentionHeads, squaredContext: Int64? = nil)
    /// A memory-bound kernel (norm, rotary, activation, embedding, sampling) that moves `bytes`.
    case elementwise(bytes: Double)
    /// Sum of `bytes` on each of `ranks` ranks, the result everywhere.
    case allReduce(bytes: Double, ranks: Int)
    /// Each of `ranks` ranks gives `bytes` and gets everyone's.
    case allGather(bytes: Double, ranks: Int)
    /// `bytes` from one pipeline stage to the next.
    case sendReceive(bytes: Double)
}

/// Heads of an attention kernel on one rank. For absorbed latent attention all query heads share one
/// key of `keySize` (latent and rotary part) whose first `valueSize` numbers are also the value.
public struct AttentionHeads: Sendable, Equatable {
    /// Query heads.
    public var query: Int
    /// Key-value heads, each shared by a group of query heads.
    public var keyValue: Int
    /// Numbers of one key.
    public var keySize: Int
    /// Numbers of one value.
    public var valueSize: Int
    /// Numbers stored and read per cached token on this rank.
    public var storedPerToken: Int

    public init(query: Int, keyValue: Int, keySize: Int, valueSize: Int, storedPerToken: Int) {
        self.query = query
        self.keyValue = keyValue
        self.keySize = keySize
        self.valueSize = valueSize
        self.storedPerToken = storedPerToken
    }

    /// Heads whose keys and values are stored apart; latent attention stores about two heads' numbers for all.
    public var stored: Double { Double(storedPerToken) / Double(keySize + valueSize) }
}

/// One kind of kernel in a step: its shape, the number types it uses and how often the step runs it.
public struct StepOperator: Sendable, Equatable {
    /// What the kernel computes, such as a projection's name.
    public var name: String
    /// Sizes of one launch.
    public var shape: OperatorShape
    /// Type of the weights and of the matrix arithmetic.
    public var dataType: DataType
    /// Type of what is streamed beside weights: activations, or the KV cache in attention.
    public var streamType: DataType
    /// Identical launches in the step, mostly the number of layers.
    public var repetitions: Int

    public init(
        _ name: String, _ shape: OperatorShape, dataType: DataType, streamType: DataType, repetitions: Int
    ) {
        self.name = name
        self.shape = shape
        self.dataType = dataType
        self.streamType = streamType
        self.repetitions = repetitions
    }

    /// The class whose formula and parameters give its duration.
    public var operatorClass: OperatorClass {
        switch shape {
        case .gemm, .batchedGemm: .gemm
        case .groupedGemm: .groupedGemm
        case .prefillAttention: .prefillAttention
        case .decodeAttention: .decodeAttention
        case .elementwise: .elementwise
        case .allReduce, .allGather, .sendReceive: .collective
        }
    }

    /// Floating-point operations of one launch.
    public var flop: Double {
        switch shape {
        case .gemm(let m, let n, let k):
            2 * Double(m) * Double(n) * Double(k)
        case .batchedGemm(let batches, let m, let n, let k):
            2 * Double(batches) * Double(m) * Double(n) * Double(k)
        case .groupedGemm(let rows, _, let n, let k):
            2 * rows * Double(n) * Double(k)
        case .prefillAttention(let pairs, _, _, _, _, let heads):
            2 * pairs * Double(heads.query * (heads.keySize + heads.valueSize))
        case .decodeAttention(_, let contextTokens, let heads, _):
            2 * Double(contextTokens) * Double(heads.query * (heads.keySize + heads.valueSize))
        case .elementwise, .allReduce, .allGather, .sendReceive:
            0
        }
    }

    /// Bytes that one launch moves between memory and the compute units; zero for what only crosses links.
    public var bytes: Double {
        switch shape {
        case .gemm(let m, let n, let k):
            Double(n) * Double(k) * storedWeightBytes + Double(m) * Double(n + k) * streamType.bytes
        case .batchedGemm(let batches, let m, let n, let k):
            Double(batches)
                * (Double(n) * Double(k) * storedWeightBytes + Double(m) * Double(n + k) * streamType.bytes)
        case .groupedGemm(let rows, let activeExperts, let n, let k):
            activeExperts * Double(n) * Double(k) * storedWeightBytes + rows * Double(n + k) * streamType.bytes
        case .prefillAttention(_, _, _, let queries, let keys, let heads):
            Double(keys) * Double(heads.storedPerToken) * streamType.bytes
                + Double(queries) * Double(heads.query * (heads.keySize + heads.valueSize)) * dataType.bytes
        case .decodeAttention(let sequences, let contextTokens, let heads, _):
            Double(contextTokens) * Double(heads.storedPerToken) * streamType.bytes
                + Double(sequences) * Double(heads.query * (heads.keySize + heads.valueSize)) * dataType.bytes
        case .elementwise(let bytes):
            bytes
        case .allReduce, .allGather, .sendReceive:
            0
        }
    }

    /// Bytes of one weight with its share of the scales of a quantised format.
    private var storedWeightBytes: Double { dataType.bytes + dataType.weightScaleBytes }
}
