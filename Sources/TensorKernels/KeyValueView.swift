/// The cached keys and values of one sequence, in one piece or in blocks of a pool.
///
/// Token `t` lies in block `blocks[t / blockTokens]`, in place `t mod blockTokens` there; a cache in one piece
/// is one block. Absorbed latent attention caches one row a token, whose first numbers are also the value:
/// `values` is then the same address as `keys`, in the same layout.
///
/// A view does not own memory: it is valid as long as what it points to.
public struct KeyValueView {
    /// How far apart things lie, in numbers.
    public struct Layout: Sendable, Equatable {
        /// From one token to the next within a block.
        public var tokenStride: Int
        /// From one head to the next.
        public var headStride: Int
        /// From one block of the pool to the next; of no account for a cache in one piece.
        public var blockStride: Int

        public init(tokenStride: Int, headStride: Int, blockStride: Int = 0) {
            self.tokenStride = tokenStride
            self.headStride = headStride
            self.blockStride = blockStride
        }

        /// `[token][head][size]`, as projections write it.
        public static func tokens(heads: Int, size: Int) -> Layout {
            Layout(tokenStride: heads * size, headStride: size)
        }

        /// `[block][head][token][size]`, which attention reads in longer runs.
        public static func blocks(of tokens: Int, heads: Int, size: Int) -> Layout {
            Layout(tokenStride: size, headStride: tokens * size, blockStride: heads * tokens * size)
        }
    }

    /// The first key of the sequence, or of the pool of blocks.
    public var keys: UnsafePointer<Float>
    /// The first value of the sequence, or of the pool of blocks.
    public var values: UnsafePointer<Float>
    /// How keys lie in memory.
    public var keyLayout: Layout
    /// How values lie in memory.
    public var valueLayout: Layout
    /// Cached tokens, the newest included.
    public var tokens: Int
    /// The places of blocks in the pool, or nothing when all tokens are in one piece.
    public var blocks: UnsafePointer<Int32>?
    /// Tokens of one block.
    public var blockTokens: Int

    /// - Precondition: `blockTokens` is positive.
    public init(
        keys: UnsafePointer<Float>, values: UnsafePointer<Float>, keyLayout: Layout, valueLayout: Layout,
        tokens: Int, blocks: UnsafePointer<Int32>? = nil, blockTokens: Int = 1
    ) {
        precondition(blockTokens > 0, "a block holds at least one token")
        self.keys = keys
        self.values = values
        self.keyLayout = keyLayout
        self.valueLayout = valueLayout
        self.tokens = tokens
        self.blocks = blocks
        self.blockTokens = blockTokens
    }

    /// The addresses of the key and value of a head of a token.
    @inline(__always)
    public func address(token: Int, head: Int) -> (key: UnsafePointer<Float>, value: UnsafePointer<Float>) {
        var block = 0, place = token
        if let blocks {
            block = Int(blocks[token / blockTokens])
            place = token % blockTokens
        }
        return (
            keys + (block * keyLayout.blockStride + head * keyLayout.headStride + place * keyLayout.tokenStride),
            values
                + (block * valueLayout.blockStride + head * valueLayout.headStride + place * valueLayout.tokenStride)
        )
    }
}
