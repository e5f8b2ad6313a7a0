import EventEngine
import ModelGraph

@testable import TensorKernels

/// Random numbers from [-1, 1), the same for the same name.
func randomNumbers(_ count: Int, _ name: String) -> [Float] {
    var stream = RandomStream(seed: 7, name: name)
    return (0..<count).map { _ in Float(2 * stream.uniform() - 1) }
}

/// Largest difference over the largest magnitude of the reference.
func relativeError(_ values: some Sequence<Float>, _ reference: [Double]) -> Double {
    let largest = reference.reduce(0) { max($0, $1.magnitude) }
    let difference = zip(values, reference).reduce(0) { max($0, (Double($1.0) - $1.1).magnitude) }
    return largest > 0 ? difference / largest : difference
}

/// `a[m, k] x w[n, k]^T` in double precision.
func referenceProduct(_ a: [Float], _ w: [Float], _ shape: GemmShape) -> [Double] {
    var result: [Double] = []
    for row in 0..<shape.m {
        for column in 0..<shape.n {
            var sum = 0.0
            for index in 0..<shape.k { sum += Double(a[row * shape.k + index]) * Double(w[column * shape.k + index]) }
            result.append(sum)
        }
    }
    return result
}

/// Attention of one query to the keys of `visible` tokens, in double precision.
/// Keys are `[token][head][key size]`, values likewise.
func referenceAttention(
    _ query: ArraySlice<Float>, _ keys: [Float], _ values: [Float], head: Int, _ heads: AttentionHeads,
    visible: Range<Int>, scale: Double
) -> [Double] {
    let scores = visible.map { token in
        zip(query, keys[((token * heads.keyValue + head) * heads.keySize)...]).reduce(0.0) {
            $0 + Double($1.0) * Double($1.1)
        } * scale
    }
    let largest = scores.max() ?? 0
    let weights = scores.map { PortableMath.exp($0 - largest) }
    let total = weights.reduce(0, +)
    return (0..<heads.valueSize).map { column in
        zip(visible, weights).reduce(0.0) { sum, pair in
            sum + pair.1 / total * Double(values[(pair.0 * heads.keyValue + head) * heads.valueSize + column])
        }
    }
}

extension AttentionHeads {
    static func grouped(_ query: Int, _ keyValue: Int, _ keySize: Int, _ valueSize: Int) -> AttentionHeads {
        AttentionHeads(
            query: query, keyValue: keyValue, keySize: keySize, valueSize: valueSize,
            storedPerToken: keyValue * (keySize + valueSize))
    }
}
