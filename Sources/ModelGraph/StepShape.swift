/// How a replica's model is cut over its devices.
public struct Parallelism: Sendable, Equatable {
    /// Ranks that share every matrix and the attention heads.
    public var tensor: Int
    /// Consecutive groups of layers on different ranks.
    public var pipeline: Int
    /// Ranks over which whole experts are spread; 1 cuts each expert over the tensor-parallel ranks instead.
    public var expert: Int

    public init(tensor: Int = 1, pipeline: Int = 1, expert: Int = 1) {
        self.tensor = tensor
        self.pipeline = pipeline
        self.expert = expert
    }

    /// Devices of one replica.
    public var devices: Int { tensor * pipeline }
}

/// A part of one prompt that a step computes.
public struct PrefillChunk: Sendable, Equatable {
    /// Attention kernels work on blocks of this many queries; the rest of a last block is wasted.
    public static let queryBlock = 128

    /// New tokens of this chunk.
    public var tokens: Int
    /// Tokens before it whose keys and values are already there.
    public var priorContext: Int

    public init(tokens: Int, priorContext: Int) {
        self.tokens = tokens
        self.priorContext = priorContext
    }

    /// Query-key pairs of causal attention: query `i` sees `priorContext + i` keys, or the last `window` of them.
    public func pairs(window: Int?) -> Double {
        let first = Double(priorContext + 1), last = Double(priorContext + tokens)
        guard let window, last > Double(window) else { return Double(tokens) * (first + last) / 2 }
        let limit = Double(window)
        let growing = max(0, limit - Double(priorContext))
        return growing * (first + limit) / 2 + (Double(tokens) - growing) * limit
    }

    /// Pairs as the kernel executes them: queries are padded to whole blocks, and every query of a block
    /// is multiplied with all keys that any of them sees.
    public func paddedPairs(window: Int?) -> Double {
        let size = Self.queryBlock
        let blocks = (tokens + size - 1) / size
        guard let window else { return Self.blockPairs(blocks, priorContext: priorContext) }
        // A block sees what precedes its end, or from the first query's window to the last query.
        let limit = window + size - 1
        let growing = min(blocks, max(0, limit - priorContext) / size)
        return Self.blockPairs(growing, priorContext: priorContext)
            + Double(blocks - growing) * Double(size) * Double(limit)
    }

    /// Pairs of `blocks` whole blocks without a window: block `b` sees `priorContext + b queryBlock` keys.
    private static func blockPairs(_ blocks: Int, priorContext: Int) -> Double {
        let count = Double(blocks), size = Double(queryBlock)
        return size * count * (Double(priorContext) + size * (count + 1) / 2)
    }

    /// Pairs of the last block of queries, the longest one.
    public func lastBlockPairs(window: Int?) -> Double {
        let all = priorContext + tokens
        let keys = window.map { min(all, $0 + Self.queryBlock - 1) } ?? all
        return Double(Self.queryBlock) * Double(keys)
    }

    /// Distinct keys read: all there are, or those from the first query's window to the last query.
    public func keys(window: Int?) -> Int64 {
        let all = priorContext + tokens
        guard let window else { return Int64(all) }
        return Int64(min(all, window + tokens - 1))
    }
}

/// What one forward pass of a replica computes: some prompt chunks, and one token for each decoding sequence.
public struct StepShape: Sendable, Equatable {
    /// Parts of prompts, each of another sequence.
    public var chunks: [PrefillChunk]
    /// Sequences that get one token.
    public var decodeSequences: Int
    /// Keys that all decoding sequences read together, the new token's own included.
    public var decodeContextTokens: Int64
    /// The same where a sliding window of the model limits each sequence; equal to
    /// `decodeContextTokens` for models without one.
    public var decodeWindowTokens: Int64
    /// Sum of the squares of the decoding sequences' contexts; nil where all are equal.
    public var decodeSquaredContext: Int64?
    /// Rows for which the vocabulary projection is computed: decoding sequences and finished prompts.
    public var logitRows: Int

    /// Creates a shape; without their own values, window tokens are the context tokens.
    public init(
        chunks: [PrefillChunk] = [], decodeSequences: Int = 0, decodeContextTokens: Int64 = 0,
        decodeWindowTokens: Int64? = nil, decodeSquaredContext: Int64? = nil, logitRows: Int
    ) {
        self.chunks = chunks
        self.decodeSequences = decodeSequences
        self.decodeContextTokens = decodeContextTokens
        self.decodeWindowTokens = decodeWindowTokens ?? decodeContextTokens
        self.decodeSquaredContext = decodeSquaredContext
        self.logitRows = logitRows
    }

    /// Tokens that go through the linear layers.
    public var tokens: Int { chunks.reduce(decodeSequences) { $0 + $1.tokens } }
}
