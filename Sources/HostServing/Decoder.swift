import ModelGraph
import TensorKernels
import Timing

/// A part of a step for one sequence: new tokens behind those whose keys and values are stored already.
struct DecoderPart {
    /// One token of a decoding sequence, or a chunk of a prompt.
    var tokens: ArraySlice<Int32>
    /// Tokens stored before these.
    var prior: Int
    /// Blocks of the sequence, room for the new tokens included.
    var blocks: [Int32]
    /// A prompt's chunk rather than a decoding sequence.
    var isChunk: Bool
    /// Whether the last token's logits are wanted.
    var wantsLogits: Bool
}

/// A small transformer that really computes, on one thread: RMSNorm, rotary positions, grouped-query attention over a
/// paged cache, SwiGLU, with the kernels of ``TensorKernels`` in single precision and random weights.
///
/// The operators and their order are those of ``StepOperators`` for the same descriptor. Products run with rows
/// padded to captured sizes, as an engine's captured graphs do, so that each shape is prepared once.
public final class Decoder {
    /// The model that it runs.
    public let model: ModelDescriptor
    let shape: DecoderShape
    /// Tokens of one step at most.
    public let maximumTokens: Int
    /// Rows of logits of one step at most.
    public let maximumRows: Int
    let weights: DecoderWeights
    let gemm: Gemm
    let rotary: Rotary
    let norm: RMSNorm
    let work: DecoderWorkspace
    /// Counts time by kind of kernel while it is there; reading the clock takes a little time itself.
    var stopwatch: KernelStopwatch?

    /// How rows are padded.
    static let execution = ExecutionMode.graphFull

    /// - Throws: a model that is not dense, or what a library refuses.
    public init(
        _ model: ModelDescriptor, maximumTokens: Int, maximumRows: Int, seed: UInt64, backend: GemmBackend = .preferred
    ) throws {
        self.model = model
        shape = try DecoderShape(model)
        self.maximumTokens = maximumTokens
        self.maximumRows = maximumRows
        weights = DecoderWeights(shape, seed: seed)
        gemm = try Gemm(backend: backend)
        rotary = Rotary(size: shape.heads.keySize, positions: model.maximumContext)
        norm = RMSNorm(width: shape.hidden)
        work = DecoderWorkspace(shape, tokens: Self.execution.paddedTokens(maximumTokens), rows: maximumRows)
    }

    /// Bytes of the weights that a step reads.
    public var weightBytes: Int { Int(model.weightBytes(.fp32)) }

    private var isPrepared = false

    /// Prepares the products of every captured size, so that no step of serving has to; once.
    func prepare() throws {
        guard !isPrepared else { return }
        isPrepared = true
        let sizes = Set((1...maximumTokens).map(Self.execution.paddedTokens)).sorted()
        for rows in sizes { try products(rows, layer: 0) }
        for rows in 1...maximumRows { try head(rows) }
    }

    /// Runs one step: decoding sequences first, then chunks of prompts.
    /// - Returns: logits of the parts that want them, `[row][vocabulary]` in the order of the parts; valid until the
    ///   next step, and free to be overwritten.
    func step(_ parts: [DecoderPart], _ cache: PagedKeyValues) throws -> UnsafeMutablePointer<Float> {
        let tokens = parts.reduce(0) { $0 + $1.tokens.count }
        precondition(tokens > 0 && tokens <= maximumTokens, "a step of \(tokens) tokens")
        let rows = Self.execution.paddedTokens(tokens)
        timed(.elementwise) { embed(parts, padded: rows) }
        let positions = parts.flatMap { part in part.prior..<(part.prior + part.tokens.count) }
        for layer in 0..<shape.layers {
            timed(.elementwise) { attentionNorm(layer, rows) }
            try timed(.gemm) {
                try multiply(work.normalised, weights.layers[layer].queryKeyValue, work.queryKeyValue,
                             rows, shape.queryKeyValue, shape.hidden)
            }
            timed(.elementwise) { rotateAndStore(parts, positions, layer, cache) }
            attend(parts, layer, cache)
            try timed(.gemm) {
                try multiply(work.attended, weights.layers[layer].output, work.projected,
                             rows, shape.hidden, shape.queries)
            }
            timed(.elementwise) {
                norm.apply(adding: work.projected, to: work.residual, weight: weights.layers[layer].feedForwardNorm,
                           into: work.normalised, rows: rows)
            }
            try timed(.gemm) {
                try multiply(work.normalised, weights.layers[layer].gateUp, work.gateUp,
                             rows, 2 * shape.intermediate, shape.hidden)
            }
            timed(.elementwise) {
                Elementwise.swiGLU(work.gateUp, into: work.activated, rows: rows, width: shape.intermediate)
            }
            try timed(.gemm) {
                try multiply(work.activated, weights.layers[layer].down, work.projected,
                             rows, shape.hidden, shape.intermediate)
            }
        }
        let wanted = timed(.elementwise) { gatherLast(parts) }
        try timed(.gemm) { try head(wanted) }
        return work.logits
    }

    /// Runs work and counts its time where a stopwatch is there.
    @inline(__always)
    func timed<Result>(_ operatorClass: OperatorClass, _ work: () throws -> Result) rethrows -> Result {
        guard stopwatch != nil else { return try work() }
        let start = ThreadClock.seconds()
        defer { stopwatch?.add(ThreadClock.seconds() - start, to: operatorClass) }
        return try work()
    }

    // MARK: Products

    private func products(_ rows: Int, layer: Int) throws {
        let matrices = weights.layers[layer]
        try multiply(
            work.normalised, matrices.queryKeyValue, work.queryKeyValue, rows, shape.queryKeyValue, shape.hidden)
        try multiply(work.attended, matrices.output, work.projected, rows, shape.hidden, shape.queries)
        try multiply(work.normalised, matrices.gateUp, work.gateUp, rows, 2 * shape.intermediate, shape.hidden)
        try multiply(work.activated, matrices.down, work.projected, rows, shape.hidden, shape.intermediate)
    }

    private func head(_ rows: Int) throws {
        try multiply(work.lastNormalised, weights.head, work.logits, rows, shape.vocabulary, shape.hidden)
    }

    private func multiply(
        _ a: UnsafePointer<Float>, _ w: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>, _ m: Int, _ n: Int,
        _ k: Int
    ) throws {
        try gemm.multiply(a, w, into: c, GemmShape(m: m, n: n, k: k))
    }
}
