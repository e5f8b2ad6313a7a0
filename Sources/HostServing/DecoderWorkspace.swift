/// Memory for the activations of one step, taken once.
final class DecoderWorkspace {
    let residual: UnsafeMutablePointer<Float>
    let normalised: UnsafeMutablePointer<Float>
    let queryKeyValue: UnsafeMutablePointer<Float>
    let queries: UnsafeMutablePointer<Float>
    let attended: UnsafeMutablePointer<Float>
    let projected: UnsafeMutablePointer<Float>
    let gateUp: UnsafeMutablePointer<Float>
    let activated: UnsafeMutablePointer<Float>
    // Of rows that want logits.
    let lastResidual: UnsafeMutablePointer<Float>
    let lastProjected: UnsafeMutablePointer<Float>
    let lastNormalised: UnsafeMutablePointer<Float>
    let logits: UnsafeMutablePointer<Float>
    private let memory: UnsafeMutablePointer<Float>

    /// - Parameters:
    ///   - tokens: rows of a step at most, padding included.
    ///   - rows: rows of logits at most.
    init(_ shape: DecoderShape, tokens: Int, rows: Int) {
        let sizes = [
            shape.hidden, shape.hidden, shape.queryKeyValue, shape.queries, shape.queries, shape.hidden,
            2 * shape.intermediate, shape.intermediate,
        ].map { $0 * tokens } + [shape.hidden, shape.hidden, shape.hidden, shape.vocabulary].map { $0 * rows }
        let count = sizes.reduce(0, +)
        memory = .allocate(capacity: count)
        memory.initialize(repeating: 0, count: count)
        var next = memory
        var pieces: [UnsafeMutablePointer<Float>] = []
        for size in sizes {
            pieces.append(next)
            next += size
        }
        (residual, normalised, queryKeyValue, queries) = (pieces[0], pieces[1], pieces[2], pieces[3])
        (attended, projected, gateUp, activated) = (pieces[4], pieces[5], pieces[6], pieces[7])
        (lastResidual, lastProjected, lastNormalised, logits) = (pieces[8], pieces[9], pieces[10], pieces[11])
    }

    deinit { memory.deallocate() }
}
