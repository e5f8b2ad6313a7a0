import EventEngine

/// What the layers of a sampled step see of its tokens: normalised random rows of which half of the variance is the
/// token's own and half its context's, tokens following a Zipf law.
///
/// Frequent tokens make rows alike, as in a text, so that a gate's choice is skewed; nothing of it is a trained model.
struct TokenStates {
    let seed: UInt64
    let name: String
    let vocabulary: Int
    let width: Int

    /// `[token][width]` at a layer; the tokens of a step are the same at all layers.
    func states(tokens: Int, layer: Int) -> [Float] {
        var choice = RandomStream(seed: seed, name: "sampling/tokens/\(name)")
        var context = RandomStream(seed: seed, name: "sampling/context/\(name)/\(layer)")
        var result: [Float] = []
        result.reserveCapacity(tokens * width)
        for _ in 0..<tokens {
            let word = zipf(&choice)
            var own = RandomStream(seed: seed, name: "sampling/embedding/\(layer)/\(word)")
            for _ in 0..<width {
                result.append(Float(0.5.squareRoot() * (normal(&own) + normal(&context))))
            }
        }
        return result
    }

    /// A rank from 1 to the vocabulary's size with a probability in inverse proportion to it, by inverting the
    /// continuous law `(V + 1)^u`.
    private func zipf(_ stream: inout RandomStream) -> Int {
        min(vocabulary, Int(PortableMath.pow(Double(vocabulary + 1), stream.uniform())))
    }

    /// Sum of four uniform numbers, scaled to variance one: near enough to normal, and quick.
    private func normal(_ stream: inout RandomStream) -> Double {
        let bits = stream.next()
        let sum = (0..<4).reduce(0.0) { $0 + Double(bits >> ($1 * 16) & 0xFFFF) }
        return (sum / 65_536 - 2) * 3.0.squareRoot()
    }
}

/// A random weight matrix, rows of unit length on average.
struct RandomMatrix {
    let values: [Float]

    init(rows: Int, columns: Int, seed: UInt64, name: String) {
        var stream = RandomStream(seed: seed, name: "sampling/weights/\(name)")
        let size = (3 / Double(columns)).squareRoot()
        values = (0..<(rows * columns)).map { _ in Float((2 * stream.uniform() - 1) * size) }
    }
}
