import EventEngine
import ModelGraph

/// Runs the operators of a step as real kernels on this machine, one at a time, on one thread.
///
/// ```swift
/// let kernels = try StepKernels(arithmetic: .fp32, hiddenSize: 512, seed: 1)
/// let seconds = try kernels.run(operators.step(shape)) { work in
///     let start = threadCPUSeconds()
///     work()
///     return threadCPUSeconds() - start
/// }
/// ```
///
/// Operators run on random numbers of their exact shapes. What the list does not say is filled in thus:
/// prompt attention runs as equal chunks, as many as give the operator's pairs; contexts of decoding
/// sequences are equal to within one token; rows of a grouped product are spread evenly over its active
/// experts; elementwise kernels have the operator's count of numbers, in rows of the hidden size.
/// Activations and caches are in single precision whatever the operator says, weights in `arithmetic`.
///
/// A kernel that is run again finds its data in caches as far as they hold it: where a model's weights are
/// larger than the last cache, give ``run(_:measure:)`` a closure that calls the work once.
public final class StepKernels {
    /// Type in which all matrix products run.
    public let arithmetic: GemmType
    /// Length of the rows of norms.
    public let hiddenSize: Int
    private let gemm: Gemm
    private let data: RandomData

    /// - Parameters:
    ///   - arithmetic: the type of all matrix products; operators' own types are not looked at.
    ///   - hiddenSize: length of the rows of norms.
    public init(
        arithmetic: GemmType, hiddenSize: Int, seed: UInt64, backend: GemmBackend = .preferred
    ) throws(KernelError) {
        precondition(hiddenSize > 0, "a model's hidden size is positive")
        self.arithmetic = arithmetic
        self.hiddenSize = hiddenSize
        gemm = try Gemm(backend: backend)
        data = RandomData(seed: seed)
    }

    /// Seconds of one launch of each operator, as `measure` finds them; nothing for collectives and transfers,
    /// which one machine does not run.
    ///
    /// Memory is filled and products are prepared before `measure` is called; it is given the work, which it
    /// may do as often as it likes.
    public func run(
        _ operators: [StepOperator], measure: (_ work: () -> Void) throws -> Double
    ) throws -> [Double?] {
        try operators.map { operation in
            switch operation.shape {
            case .gemm(let m, let n, let k):
                try product(batches: 1, GemmShape(m: m, n: n, k: k), measure)
            case .batchedGemm(let batches, let m, let n, let k):
                try product(batches: batches, GemmShape(m: m, n: n, k: k), measure)
            case .groupedGemm(let rows, let active, let n, let k):
                try grouped(rows: Int(rows.rounded()), experts: max(1, Int(active.rounded())), n: n, k: k, measure)
            case .prefillAttention(let pairs, _, _, let queries, let keys, let heads):
                try StepAttention(heads: heads, data: data).prefill(
                    pairs: pairs, queries: queries, keys: Int(keys), measure)
            case .decodeAttention(let sequences, let contextTokens, let heads, _):
                try StepAttention(heads: heads, data: data).decode(
                    sequences: sequences, contextTokens: Int(contextTokens), measure)
            case .elementwise(let bytes):
                try StepElementwise(hiddenSize: hiddenSize, data: data).run(operation, bytes: bytes, measure)
            case .allReduce, .allGather, .sendReceive:
                nil
            }
        }
    }

    // MARK: Matrix products

    private func product(
        batches: Int, _ shape: GemmShape, _ measure: (() -> Void) throws -> Double
    ) throws -> Double {
        try products(Array(repeating: shape, count: batches), measure)
    }

    /// As many products as experts, whose rows differ by one at most.
    private func grouped(
        rows: Int, experts: Int, n: Int, k: Int, _ measure: (() -> Void) throws -> Double
    ) throws -> Double {
        let shapes = (0..<experts).map { expert in
            GemmShape(m: rows * (expert + 1) / experts - rows * expert / experts, n: n, k: k)
        }
        return try products(shapes, measure)
    }

    /// Products with matrices of their own, one after another in memory. All have the same `n` and `k`.
    private func products(_ shapes: [GemmShape], _ measure: (() -> Void) throws -> Double) throws -> Double {
        guard let first = shapes.first else { return 0 }
        let rows = shapes.reduce(0) { $0 + $1.m }
        let a = data.numbers(rows * first.k), w = data.numbers(shapes.count * first.n * first.k)
        let c = UnsafeMutablePointer<Float>.allocate(capacity: max(1, rows * first.n))
        defer { c.deallocate() }
        switch arithmetic {
        case .fp32:
            return try a.withUnsafeBufferPointer { a in
                try w.withUnsafeBufferPointer { w in
                    try measured(shapes, a.baseAddress, w.baseAddress, c, measure) {
                        try gemm.multiply($0, $1, into: $2, $3)
                    }
                }
            }
        case .bf16:
            let narrowA = a.map(BFloat16.init), narrowW = w.map(BFloat16.init)
            return try narrowA.withUnsafeBufferPointer { a in
                try narrowW.withUnsafeBufferPointer { w in
                    try measured(shapes, a.baseAddress, w.baseAddress, c, measure) {
                        try gemm.multiply($0, $1, into: $2, $3)
                    }
                }
            }
        case .int8:
            return try quantisedProducts(shapes, a, w, c, measure)
        }
    }

    /// Runs the products once to prepare them, then hands them to `measure`.
    private func measured<Element>(
        _ shapes: [GemmShape], _ a: UnsafePointer<Element>?, _ w: UnsafePointer<Element>?,
        _ c: UnsafeMutablePointer<Float>, _ measure: (() -> Void) throws -> Double,
        _ multiply: (
            UnsafePointer<Element>, UnsafePointer<Element>, UnsafeMutablePointer<Float>, GemmShape
        ) throws -> Void
    ) throws -> Double {
        guard let a, let w else { return 0 }
        return try measured(measure) {
            var row = 0
            for (index, shape) in shapes.enumerated() {
                try multiply(a + row * shape.k, w + index * shape.n * shape.k, c + row * shape.n, shape)
                row += shape.m
            }
        }
    }

    /// Activations are quantised within the measured work, as a step would; weights before it.
    private func quantisedProducts(
        _ shapes: [GemmShape], _ a: [Float], _ w: [Float], _ c: UnsafeMutablePointer<Float>,
        _ measure: (() -> Void) throws -> Double
    ) throws -> Double {
        let largest = shapes.reduce(0) { max($0, $1.m * $1.n) }
        let sums = UnsafeMutablePointer<Int32>.allocate(capacity: max(1, largest))
        defer { sums.deallocate() }
        return try w.withUnsafeBufferPointer { w in
            try a.withUnsafeBufferPointer { a in
                guard let a = a.baseAddress, let w = w.baseAddress else { return 0 }
                let weights = shapes.enumerated().map { index, shape in
                    QuantisedWeights(w + index * shape.n * shape.k, rows: shape.n, width: shape.k)
                }
                return try measured(measure) {
                    var row = 0
                    for (shape, weights) in zip(shapes, weights) {
                        let codes = QuantisedActivations(a + row * shape.k, rows: shape.m, width: shape.k)
                        try gemm.multiply(codes, weights, into: c + row * shape.n, sums: sums)
                        row += shape.m
                    }
                }
            }
        }
    }

    /// Measures work that may fail; a failure ends the run.
    private func measured(
        _ measure: (() -> Void) throws -> Double, _ work: () throws -> Void
    ) throws -> Double {
        try work()
        var failure: (any Error)?
        let seconds = try withoutActuallyEscaping(work) { work in
            try measure {
                do { try work() } catch { failure = error }
            }
        }
        if let failure { throw failure }
        return seconds
    }
}
