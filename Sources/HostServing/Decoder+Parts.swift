import ModelGraph
import TensorKernels

/// What happens to rows of tokens between the products of a step.
extension Decoder {
    /// Embeddings into the residual stream; rows of padding are zero, so that they stay small.
    func embed(_ parts: [DecoderPart], padded rows: Int) {
        var row = 0
        for part in parts {
            for token in part.tokens {
                Elementwise.copy(
                    weights.embedding + Int(token) * shape.hidden, to: work.residual + row * shape.hidden,
                    count: shape.hidden)
                row += 1
            }
        }
        let padding = (rows - row) * shape.hidden
        (work.residual + row * shape.hidden).update(repeating: 0, count: padding)
        (work.projected + row * shape.hidden).update(repeating: 0, count: padding)
    }

    /// The norm before attention; after the first layer it adds what the layer before has left.
    func attentionNorm(_ layer: Int, _ rows: Int) {
        let weight = weights.layers[layer].attentionNorm
        if layer == 0 {
            norm.apply(work.residual, weight: weight, into: work.normalised, rows: rows)
        } else {
            norm.apply(adding: work.projected, to: work.residual, weight: weight, into: work.normalised, rows: rows)
        }
    }

    /// Turns queries and keys by their positions, puts queries side by side and keys and values into the cache.
    func rotateAndStore(_ parts: [DecoderPart], _ positions: [Int], _ layer: Int, _ cache: PagedKeyValues) {
        let heads = shape.heads, size = heads.keySize, width = shape.queryKeyValue
        // Query and key heads follow one another in a row.
        rotary.apply(
            work.queryKeyValue, heads: heads.query + heads.keyValue, headStride: size, tokenStride: width,
            positions: positions)
        var row = 0
        for part in parts {
            part.blocks.withUnsafeBufferPointer { blocks in
                guard let blocks = blocks.baseAddress else { return }
                for offset in 0..<part.tokens.count {
                    let start = work.queryKeyValue + row * width
                    Elementwise.copy(start, to: work.queries + row * shape.queries, count: shape.queries)
                    let key = start + shape.queries
                    cache.store(
                        key: key, value: key + heads.keyValue * size, layer: layer, position: part.prior + offset,
                        blocks: blocks)
                    row += 1
                }
            }
        }
    }

    /// Attention of decoding sequences together, then of each chunk.
    func attend(_ parts: [DecoderPart], _ layer: Int, _ cache: PagedKeyValues) {
        let attention = Attention(heads: shape.heads)
        var row = 0
        let decoding = parts.prefix { !$0.isChunk }
        if !decoding.isEmpty {
            timed(.decodeAttention) {
                // Tables of all sequences in one piece, which outlives the views into it.
                let tables = decoding.flatMap(\.blocks)
                tables.withUnsafeBufferPointer { tables in
                    guard var table = tables.baseAddress else { return }
                    var views: [KeyValueView] = []
                    views.reserveCapacity(decoding.count)
                    for part in decoding {
                        views.append(cache.view(layer: layer, tokens: part.prior + 1, blocks: table))
                        table += part.blocks.count
                    }
                    attention.decode(work.queries, views, into: work.attended)
                }
            }
            row = decoding.count
        }
        for part in parts.dropFirst(decoding.count) {
            timed(.prefillAttention) {
                part.blocks.withUnsafeBufferPointer { blocks in
                    guard let blocks = blocks.baseAddress else { return }
                    attention.prefill(
                        work.queries + row * shape.queries, count: part.tokens.count,
                        cache.view(layer: layer, tokens: part.prior + part.tokens.count, blocks: blocks),
                        into: work.attended + row * shape.queries)
                }
            }
            row += part.tokens.count
        }
    }

    /// The last token's row of each part that wants logits, normalised. Returns how many.
    func gatherLast(_ parts: [DecoderPart]) -> Int {
        var end = 0, wanted = 0
        for part in parts {
            end += part.tokens.count
            guard part.wantsLogits else { continue }
            let from = (end - 1) * shape.hidden, to = wanted * shape.hidden
            Elementwise.copy(work.residual + from, to: work.lastResidual + to, count: shape.hidden)
            Elementwise.copy(work.projected + from, to: work.lastProjected + to, count: shape.hidden)
            wanted += 1
        }
        precondition(wanted <= maximumRows, "\(wanted) rows of logits")
        norm.apply(
            adding: work.lastProjected, to: work.lastResidual, weight: weights.finalNorm, into: work.lastNormalised,
            rows: wanted)
        return wanted
    }
}
