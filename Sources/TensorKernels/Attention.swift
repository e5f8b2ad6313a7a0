import ModelGraph

/// Attention of new tokens to cached keys and values, in single precision.
///
/// Query head `h` reads key-value head `h / (query heads / key-value heads)`: grouped-query attention, with
/// multi-head and multi-query attention at its ends. Latent attention is the same kernel: as multi-head
/// attention on expanded keys while prompts are read, and absorbed, with one key for all query heads, while
/// decoding (see ``KeyValueView``).
public struct Attention: Sendable {
    /// Numbers and sizes of heads.
    public let heads: AttentionHeads
    /// Factor on scores. Absorbed latent attention keeps that of the key it stands for.
    public let scale: Float

    /// - Parameter scale: nothing for one over the square root of the key size.
    /// - Precondition: the key-value heads divide the query heads.
    public init(heads: AttentionHeads, scale: Float? = nil) {
        precondition(
            heads.keyValue > 0 && heads.query % heads.keyValue == 0, "key-value heads must divide query heads")
        self.heads = heads
        self.scale = scale ?? 1 / Float(heads.keySize).squareRoot()
    }

    private var group: Int { heads.query / heads.keyValue }

    /// One new token for each sequence, whose key and value are in the cache already.
    ///
    /// - Parameters:
    ///   - queries: `[sequence][query head][key size]`.
    ///   - caches: one for each sequence.
    ///   - result: `[sequence][query head][value size]`.
    ///   - window: how many of the newest tokens are seen; nothing for all.
    public func decode(
        _ queries: UnsafePointer<Float>, _ caches: [KeyValueView], into result: UnsafeMutablePointer<Float>,
        window: Int? = nil
    ) {
        let tile = AttentionTile(
            capacity: group, keySize: heads.keySize, valueSize: heads.valueSize, scale: scale)
        defer { tile.deallocate() }
        for (sequence, cache) in caches.enumerated() {
            let first = window.map { max(0, cache.tokens - $0) } ?? 0
            for head in 0..<heads.keyValue {
                let query = sequence * heads.query + head * group
                tile.start(queries: group)
                tiles(of: cache, head: head, tokens: first..<cache.tokens) { keys, values, start, count in
                    tile.take(
                        queries: queries + query * heads.keySize, stride: heads.keySize, count: group,
                        keys: keys, values: values, tileKeys: count, visible: { _ in 0..<count })
                }
                for member in 0..<group {
                    tile.finish(member, into: result + (query + member) * heads.valueSize)
                }
            }
        }
    }

    /// A chunk of new tokens of one sequence, the last of those in the cache, each seeing itself and what
    /// precedes it.
    ///
    /// - Parameters:
    ///   - queries: `[token][query head][key size]`.
    ///   - count: new tokens; their keys and values are the last `count` of the cache.
    ///   - result: `[token][query head][value size]`.
    ///   - window: how many of the newest tokens each token sees, itself included; nothing for all.
    /// - Precondition: the cache holds at least `count` tokens.
    public func prefill(
        _ queries: UnsafePointer<Float>, count: Int, _ cache: KeyValueView,
        into result: UnsafeMutablePointer<Float>, window: Int? = nil
    ) {
        precondition(count <= cache.tokens, "keys of new tokens must be in the cache")
        let block = 16
        let tile = AttentionTile(
            capacity: block, keySize: heads.keySize, valueSize: heads.valueSize, scale: scale)
        defer { tile.deallocate() }
        let prior = cache.tokens - count
        for first in stride(from: 0, to: count, by: block) {
            let tokens = first..<min(first + block, count)
            let oldest = window.map { max(0, prior + first + 1 - $0) } ?? 0
            for head in 0..<heads.query {
                tile.start(queries: tokens.count)
                tiles(
                    of: cache, head: head / group, tokens: oldest..<(prior + tokens.upperBound)
                ) { keys, values, start, keyCount in
                    tile.take(
                        queries: queries + (first * heads.query + head) * heads.keySize,
                        stride: heads.query * heads.keySize, count: tokens.count, keys: keys, values: values,
                        tileKeys: keyCount
                    ) { query in
                        let last = prior + first + query
                        let seen = window.map { max(0, last + 1 - $0) } ?? 0
                        let from = min(max(seen - start, 0), keyCount)
                        return from..<max(from, min(last + 1 - start, keyCount))
                    }
                }
                for query in 0..<tokens.count {
                    tile.finish(query, into: result + ((first + query) * heads.query + head) * heads.valueSize)
                }
            }
        }
    }

    /// Calls `body` with the addresses of keys and values, the first token and the number of tokens, tile by tile.
    @inline(__always)
    private func tiles(
        of cache: KeyValueView, head: Int, tokens: Range<Int>,
        _ body: (UnsafePointer<UnsafePointer<Float>>, UnsafePointer<UnsafePointer<Float>>, Int, Int) -> Void
    ) {
        let size = AttentionTile.keys
        withUnsafeTemporaryAllocation(of: UnsafePointer<Float>.self, capacity: 2 * size) { addresses in
            guard let keys = addresses.baseAddress else { return }
            let values = keys + size
            var start = tokens.lowerBound
            while start < tokens.upperBound {
                let count = min(size, tokens.upperBound - start)
                for index in 0..<count {
                    (keys[index], values[index]) = cache.address(token: start + index, head: head)
                }
                body(keys, values, start, count)
                start += count
            }
        }
    }
}
