import ModelGraph
import Testing

@testable import TensorKernels

@Suite struct AttentionTests {
    static let shapes: [AttentionHeads] = [
        .grouped(4, 4, 16, 16), .grouped(8, 2, 32, 32), .grouped(6, 1, 24, 40), .grouped(5, 5, 7, 9),
        .grouped(7, 1, 20, 12),
    ]

    /// A cache in one piece, `[token][head][size]`.
    private static func view(
        _ keys: UnsafePointer<Float>, _ values: UnsafePointer<Float>, _ heads: AttentionHeads, tokens: Int
    ) -> KeyValueView {
        KeyValueView(
            keys: keys, values: values, keyLayout: .tokens(heads: heads.keyValue, size: heads.keySize),
            valueLayout: .tokens(heads: heads.keyValue, size: heads.valueSize), tokens: tokens)
    }

    private static func prefill(
        _ heads: AttentionHeads, _ q: [Float], _ k: [Float], _ v: [Float], count: Int, tokens: Int,
        window: Int? = nil
    ) -> [Float] {
        var result = [Float](repeating: .nan, count: count * heads.query * heads.valueSize)
        k.withUnsafeBufferPointer { k in
            v.withUnsafeBufferPointer { v in
                guard let k = k.baseAddress, let v = v.baseAddress else { return }
                Attention(heads: heads).prefill(
                    q, count: count, view(k, v, heads, tokens: tokens), into: &result, window: window)
            }
        }
        return result
    }

    private static func reference(
        _ heads: AttentionHeads, _ q: [Float], _ k: [Float], _ v: [Float], count: Int, tokens: Int, window: Int?
    ) -> [Double] {
        var result: [Double] = []
        for query in 0..<count {
            let last = tokens - count + query
            let first = window.map { max(0, last + 1 - $0) } ?? 0
            for head in 0..<heads.query {
                let start = (query * heads.query + head) * heads.keySize
                result += referenceAttention(
                    q[start..<(start + heads.keySize)], k, v, head: head * heads.keyValue / heads.query, heads,
                    visible: first..<(last + 1), scale: 1 / Double(heads.keySize).squareRoot())
            }
        }
        return result
    }

    private static func inputs(_ heads: AttentionHeads, count: Int, tokens: Int) -> ([Float], [Float], [Float]) {
        (
            randomNumbers(count * heads.query * heads.keySize, "q").map { 3 * $0 },
            randomNumbers(tokens * heads.keyValue * heads.keySize, "k").map { 3 * $0 },
            randomNumbers(tokens * heads.keyValue * heads.valueSize, "v")
        )
    }

    @Test(arguments: shapes, [(1, 1), (5, 5), (18, 18), (3, 70), (17, 140)])
    func prefillIsThatOfDoublePrecision(heads: AttentionHeads, size: (count: Int, tokens: Int)) {
        let (q, k, v) = Self.inputs(heads, count: size.count, tokens: size.tokens)
        for window in [nil, 1, 6, 66] {
            let result = Self.prefill(heads, q, k, v, count: size.count, tokens: size.tokens, window: window)
            let exact = Self.reference(
                heads, q, k, v, count: size.count, tokens: size.tokens, window: window)
            #expect(relativeError(result, exact) < 5e-6)
        }
    }

    @Test(arguments: shapes, [[1], [3, 64, 65], [130, 7]])
    func decodeIsThatOfDoublePrecision(heads: AttentionHeads, contexts: [Int]) {
        let most = contexts.max() ?? 0
        let (q, k, v) = Self.inputs(heads, count: contexts.count, tokens: most)
        let width = heads.query * heads.valueSize
        for window in [nil, 5, 65] {
            var result = [Float](repeating: .nan, count: contexts.count * width)
            k.withUnsafeBufferPointer { k in
                v.withUnsafeBufferPointer { v in
                    guard let k = k.baseAddress, let v = v.baseAddress else { return }
                    Attention(heads: heads).decode(
                        q, contexts.map { Self.view(k, v, heads, tokens: $0) }, into: &result, window: window)
                }
            }
            let queryWidth = heads.query * heads.keySize
            for (index, context) in contexts.enumerated() {
                let exact = Self.reference(
                    heads, Array(q[(index * queryWidth)..<((index + 1) * queryWidth)]), k, v, count: 1,
                    tokens: context, window: window)
                #expect(relativeError(result[(index * width)..<((index + 1) * width)], exact) < 5e-6)
            }
        }
    }

    /// Blocks in any order give the bits of a cache in one piece.
    @Test(arguments: shapes)
    func blocksDoNotChangeAnything(heads: AttentionHeads) {
        let tokens = 83, blockTokens = 16, count = 9
        let (q, k, v) = Self.inputs(heads, count: count, tokens: tokens)
        let whole = Self.prefill(heads, q, k, v, count: count, tokens: tokens)
        let places: [Int32] = [7, 2, 5, 0, 3, 6]
        let keyLayout = KeyValueView.Layout.blocks(of: blockTokens, heads: heads.keyValue, size: heads.keySize)
        let valueLayout = KeyValueView.Layout.blocks(of: blockTokens, heads: heads.keyValue, size: heads.valueSize)
        var keyPool = [Float](repeating: .nan, count: 8 * keyLayout.blockStride)
        var valuePool = [Float](repeating: .nan, count: 8 * valueLayout.blockStride)
        for token in 0..<tokens {
            let block = Int(places[token / blockTokens]), place = token % blockTokens
            for head in 0..<heads.keyValue {
                for index in 0..<heads.keySize {
                    keyPool[
                        block * keyLayout.blockStride + head * keyLayout.headStride + place * heads.keySize + index
                    ] = k[(token * heads.keyValue + head) * heads.keySize + index]
                }
                for index in 0..<heads.valueSize {
                    valuePool[
                        block * valueLayout.blockStride + head * valueLayout.headStride + place * heads.valueSize
                            + index
                    ] = v[(token * heads.keyValue + head) * heads.valueSize + index]
                }
            }
        }
        var paged = [Float](repeating: .nan, count: whole.count)
        keyPool.withUnsafeBufferPointer { keys in
            valuePool.withUnsafeBufferPointer { values in
                places.withUnsafeBufferPointer { places in
                    guard let keys = keys.baseAddress, let values = values.baseAddress else { return }
                    let view = KeyValueView(
                        keys: keys, values: values, keyLayout: keyLayout, valueLayout: valueLayout, tokens: tokens,
                        blocks: places.baseAddress, blockTokens: blockTokens)
                    Attention(heads: heads).prefill(q, count: count, view, into: &paged)
                }
            }
        }
        #expect(paged == whole)
    }

    /// No token sees what comes after it.
    @Test func laterKeysChangeNothing() {
        let heads = AttentionHeads.grouped(4, 2, 16, 16)
        let (q, k, v) = Self.inputs(heads, count: 20, tokens: 20)
        var changed = k
        for index in (12 * 32)..<changed.count { changed[index] = 100 }
        let before = Self.prefill(heads, q, k, v, count: 20, tokens: 20)
        let after = Self.prefill(heads, q, changed, v, count: 20, tokens: 20)
        #expect(before[..<(12 * 64)] == after[..<(12 * 64)])
        #expect(before[(12 * 64)...] != after[(12 * 64)...])
    }

    /// Latent attention: absorbed into the query and read back out of the latent, it is multi-head attention
    /// on expanded keys and values.
    @Test func absorbedLatentAttentionIsTheExpandedOne() throws {
        let queryHeads = 3, rank = 24, nope = 8, rope = 4, valueSize = 6, tokens = 30
        let latent = randomNumbers(tokens * (rank + rope), "latent"), q = randomNumbers(queryHeads * (nope + rope), "q")
        let keyUp = randomNumbers(queryHeads * nope * rank, "key up")
        let valueUp = randomNumbers(queryHeads * valueSize * rank, "value up")
        func latentPart(_ token: Int, _ index: Int) -> Float { latent[token * (rank + rope) + index] }
        let expanded = AttentionHeads.grouped(queryHeads, queryHeads, nope + rope, valueSize)
        var k: [Float] = [], v: [Float] = []
        for token in 0..<tokens {
            for head in 0..<queryHeads {
                for row in 0..<nope {
                    k.append((0..<rank).reduce(0) {
                        $0 + keyUp[(head * nope + row) * rank + $1] * latentPart(token, $1)
                    })
                }
                for index in 0..<rope { k.append(latentPart(token, rank + index)) }
                for row in 0..<valueSize {
                    v.append((0..<rank).reduce(0) {
                        $0 + valueUp[(head * valueSize + row) * rank + $1] * latentPart(token, $1)
                    })
                }
            }
        }
        let exact = Self.reference(expanded, q, k, v, count: 1, tokens: tokens, window: nil)
        var absorbedQuery: [Float] = []
        for head in 0..<queryHeads {
            for column in 0..<rank {
                absorbedQuery.append((0..<nope).reduce(0) {
                    $0 + q[head * (nope + rope) + $1] * keyUp[(head * nope + $1) * rank + column]
                })
            }
            absorbedQuery += q[(head * (nope + rope) + nope)..<((head + 1) * (nope + rope))]
        }
        let heads = AttentionHeads(
            query: queryHeads, keyValue: 1, keySize: rank + rope, valueSize: rank, storedPerToken: rank + rope)
        var mixed = [Float](repeating: 0, count: queryHeads * rank)
        latent.withUnsafeBufferPointer { latent in
            guard let start = latent.baseAddress else { return }
            let layout = KeyValueView.Layout.tokens(heads: 1, size: rank + rope)
            let view = KeyValueView(
                keys: start, values: start, keyLayout: layout, valueLayout: layout, tokens: tokens)
            Attention(heads: heads, scale: 1 / Float(nope + rope).squareRoot())
                .decode(absorbedQuery, [view], into: &mixed)
        }
        var result = [Float](repeating: 0, count: queryHeads * valueSize)
        try Gemm(backend: .plain).multiply(
            batches: queryHeads, mixed, valueUp, into: &result, GemmShape(m: 1, n: valueSize, k: rank))
        #expect(relativeError(result, exact) < 1e-5)
    }

    @Test func oneKeyGivesItsValue() {
        let heads = AttentionHeads.grouped(2, 1, 4, 3)
        let result = Self.prefill(heads, randomNumbers(8, "q"), [1, 2, 3, 4], [5, 6, 7], count: 1, tokens: 1)
        #expect(result == [5, 6, 7, 5, 6, 7])
    }
}
