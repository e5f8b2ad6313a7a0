import EventEngine
import ModelGraph

@testable import HostServing

/// The same transformer in double precision, written from its definition, without cache, batches or kernels.
struct ReferenceDecoder {
    let shape: DecoderShape
    let weights: DecoderWeights

    init(_ decoder: Decoder) { (shape, weights) = (decoder.shape, decoder.weights) }

    /// Logits of the last of `tokens`.
    func logits(_ tokens: [Int32]) -> [Double] {
        var states = tokens.map { row(weights.embedding, Int($0), shape.hidden) }
        for layer in weights.layers {
            let normalised = states.map { norm($0, layer.attentionNorm) }
            let projected = normalised.map { product($0, layer.queryKeyValue, shape.queryKeyValue) }
            let mixed = attention(projected)
            for token in tokens.indices { add(product(mixed[token], layer.output, shape.hidden), to: &states[token]) }
            for token in tokens.indices {
                let both = product(norm(states[token], layer.feedForwardNorm), layer.gateUp, 2 * shape.intermediate)
                let gated = (0..<shape.intermediate).map { index in
                    both[index] / (1 + PortableMath.exp(-both[index])) * both[shape.intermediate + index]
                }
                add(product(gated, layer.down, shape.hidden), to: &states[token])
            }
        }
        return product(norm(states[tokens.count - 1], weights.finalNorm), weights.head, shape.vocabulary)
    }

    private func attention(_ rows: [[Double]]) -> [[Double]] {
        let heads = shape.heads, size = heads.keySize, group = heads.query / heads.keyValue
        let turned = rows.enumerated().map { position, row in
            (0..<(heads.query + heads.keyValue)).map { head in
                turn(Array(row[(head * size)..<((head + 1) * size)]), position)
            }
        }
        return rows.indices.map { token in
            (0..<heads.query).flatMap { head -> [Double] in
                let key = heads.query + head / group
                let scores = (0...token).map { other in
                    zip(turned[token][head], turned[other][key]).reduce(0) { $0 + $1.0 * $1.1 }
                        / Double(size).squareRoot()
                }
                let largest = scores.max() ?? 0
                let weights = scores.map { PortableMath.exp($0 - largest) }
                let total = weights.reduce(0, +)
                let value = (heads.query + heads.keyValue + head / group) * size
                return (0..<size).map { column in
                    (0...token).reduce(0) { $0 + weights[$1] / total * rows[$1][value + column] }
                }
            }
        }
    }

    private func turn(_ head: [Double], _ position: Int) -> [Double] {
        let half = head.count / 2
        var result = head
        for index in 0..<half {
            let angle = Double(position) * PortableMath.pow(10_000, -2 * Double(index) / Double(head.count))
            let (cosine, sine) = (PortableMath.cos(angle), PortableMath.sin(angle))
            result[index] = head[index] * cosine - head[index + half] * sine
            result[index + half] = head[index + half] * cosine + head[index] * sine
        }
        return result
    }

    private func norm(_ x: [Double], _ weight: UnsafePointer<Float>) -> [Double] {
        let mean = x.reduce(0) { $0 + $1 * $1 } / Double(x.count)
        return x.indices.map { x[$0] / (mean + 1e-6).squareRoot() * Double(weight[$0]) }
    }

    private func product(_ x: [Double], _ w: UnsafePointer<Float>, _ rows: Int) -> [Double] {
        (0..<rows).map { row in
            x.indices.reduce(0) { $0 + x[$1] * Double(w[row * x.count + $1]) }
        }
    }

    private func row(_ table: UnsafePointer<Float>, _ index: Int, _ width: Int) -> [Double] {
        (0..<width).map { Double(table[index * width + $0]) }
    }

    private func add(_ x: [Double], to sum: inout [Double]) {
        for index in x.indices { sum[index] += x[index] }
    }
}
