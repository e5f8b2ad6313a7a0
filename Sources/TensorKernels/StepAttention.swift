import ModelGraph

/// Attention operators of a step on random data.
struct StepAttention {
    let heads: AttentionHeads
    let data: RandomData

    func prefill(
        pairs: Double, queries: Int, keys: Int, _ measure: (() -> Void) throws -> Double
    ) throws -> Double {
        guard queries > 0 else { return 0 }
        let chunks = Self.chunks(pairs: pairs, queries: queries, keys: keys)
        // Chunks work one after another on the numbers of the longest.
        let longest = (keys + chunks - 1) / chunks, most = (queries + chunks - 1) / chunks
        let q = data.numbers(most * heads.query * heads.keySize)
        let k = data.numbers(longest * heads.keyValue * heads.keySize * chunks)
        let v = data.numbers(longest * heads.keyValue * heads.valueSize * chunks)
        var result = [Float](repeating: 0, count: most * heads.query * heads.valueSize)
        let attention = Attention(heads: heads)
        return try k.withUnsafeBufferPointer { k in
            try v.withUnsafeBufferPointer { v in
                guard let k = k.baseAddress, let v = v.baseAddress else { return 0 }
                return try measure {
                    for chunk in 0..<chunks {
                        let count = Self.share(chunk, of: queries, chunks)
                        let cache = KeyValueView(
                            keys: k + chunk * longest * heads.keyValue * heads.keySize,
                            values: v + chunk * longest * heads.keyValue * heads.valueSize,
                            keyLayout: KeyValueView.Layout(
                                tokenStride: heads.keySize, headStride: longest * heads.keySize),
                            valueLayout: KeyValueView.Layout(
                                tokenStride: heads.valueSize, headStride: longest * heads.valueSize),
                            tokens: max(count, Self.share(chunk, of: keys, chunks)))
                        attention.prefill(q, count: count, cache, into: &result)
                    }
                }
            }
        }
    }

    func decode(
        sequences: Int, contextTokens: Int, _ measure: (() -> Void) throws -> Double
    ) throws -> Double {
        // Absorbed latent attention stores its value within its key.
        let isLatent = heads.storedPerToken == heads.keyValue * heads.keySize
        let keyWidth = heads.keyValue * heads.keySize, valueWidth = heads.keyValue * heads.valueSize
        let q = data.numbers(sequences * heads.query * heads.keySize)
        let k = data.numbers(contextTokens * keyWidth)
        let v = data.numbers(isLatent ? 1 : contextTokens * valueWidth)
        var result = [Float](repeating: 0, count: sequences * heads.query * heads.valueSize)
        let attention = Attention(heads: heads)
        return try k.withUnsafeBufferPointer { k in
            try v.withUnsafeBufferPointer { v in
                guard let k = k.baseAddress, let v = v.baseAddress else { return 0 }
                // Heads of a sequence follow one another: `[head][token][size]`.
                var caches: [KeyValueView] = []
                var first = 0
                for sequence in 0..<sequences {
                    let tokens = Self.share(sequence, of: contextTokens, sequences)
                    let keyLayout = KeyValueView.Layout(
                        tokenStride: heads.keySize, headStride: tokens * heads.keySize)
                    let valueLayout = KeyValueView.Layout(
                        tokenStride: heads.valueSize, headStride: tokens * heads.valueSize)
                    caches.append(KeyValueView(
                        keys: k + first * keyWidth, values: isLatent ? k + first * keyWidth : v + first * valueWidth,
                        keyLayout: keyLayout, valueLayout: isLatent ? keyLayout : valueLayout, tokens: tokens))
                    first += tokens
                }
                return try measure { attention.decode(q, caches, into: &result) }
            }
        }
    }

    /// How many equal chunks of `queries` among `keys` have `pairs` query-key pairs, to the nearest:
    /// `c` chunks have `(queries x prior + queries^2 / 2) / c + queries / 2`.
    static func chunks(pairs: Double, queries: Int, keys: Int) -> Int {
        let tokens = Double(queries)
        let ofOneChunk = tokens * Double(max(0, keys - queries)) + tokens * tokens / 2
        let rest = pairs - tokens / 2
        guard rest > 0 else { return queries }
        return min(queries, max(1, Int((ofOneChunk / rest).rounded())))
    }

    /// The part of `whole` that falls to one of `parts`.
    static func share(_ part: Int, of whole: Int, _ parts: Int) -> Int {
        whole * (part + 1) / parts - whole * part / parts
    }
}
