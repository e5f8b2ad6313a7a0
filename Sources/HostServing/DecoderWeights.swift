import EventEngine

/// The weights of a decoder: random, from a seed, rows of about unit length, so that activations keep their size.
///
/// Matrices have one row for each output, `[outputs][inputs]`, as ``Gemm`` takes them.
final class DecoderWeights {
    struct Layer {
        let queryKeyValue: UnsafePointer<Float>
        let output: UnsafePointer<Float>
        let gateUp: UnsafePointer<Float>
        let down: UnsafePointer<Float>
        let attentionNorm: UnsafePointer<Float>
        let feedForwardNorm: UnsafePointer<Float>
    }

    let embedding: UnsafePointer<Float>
    let layers: [Layer]
    let finalNorm: UnsafePointer<Float>
    let head: UnsafePointer<Float>
    private let memory: UnsafeMutablePointer<Float>

    init(_ shape: DecoderShape, seed: UInt64) {
        let sizes = Self.sizes(shape)
        memory = .allocate(capacity: sizes.reduce(0) { $0 + $1.rows * $1.columns })
        var next = memory
        var pieces: [UnsafePointer<Float>] = []
        for (index, size) in sizes.enumerated() {
            Self.fill(next, size, RandomStream(seed: seed, name: "host decoder/\(index)"))
            pieces.append(UnsafePointer(next))
            next += size.rows * size.columns
        }
        embedding = pieces[0]
        layers = (0..<shape.layers).map { layer in
            let first = 1 + 6 * layer
            return Layer(
                queryKeyValue: pieces[first], output: pieces[first + 1], gateUp: pieces[first + 2],
                down: pieces[first + 3], attentionNorm: pieces[first + 4], feedForwardNorm: pieces[first + 5])
        }
        finalNorm = pieces[pieces.count - 2]
        head = pieces[pieces.count - 1]
    }

    deinit { memory.deallocate() }

    /// Rows and columns of every piece in order; norms are single rows around 1.
    private static func sizes(_ shape: DecoderShape) -> [(rows: Int, columns: Int, isNorm: Bool)] {
        var list = [(shape.vocabulary, shape.hidden, false)]
        for _ in 0..<shape.layers {
            list += [
                (shape.queryKeyValue, shape.hidden, false), (shape.hidden, shape.queries, false),
                (2 * shape.intermediate, shape.hidden, false), (shape.hidden, shape.intermediate, false),
                (1, shape.hidden, true), (1, shape.hidden, true),
            ]
        }
        return list + [(1, shape.hidden, true), (shape.vocabulary, shape.hidden, false)]
    }

    private static func fill(
        _ start: UnsafeMutablePointer<Float>, _ size: (rows: Int, columns: Int, isNorm: Bool),
        _ stream: consuming RandomStream
    ) {
        // Uniform numbers from [-a, a] have variance a^2 / 3.
        let width = Float((3 / Double(size.columns)).squareRoot())
        for index in 0..<(size.rows * size.columns) {
            let number = Float(2 * stream.uniform() - 1)
            start[index] = size.isNorm ? 1 + number / 4 : number * width
        }
    }
}
