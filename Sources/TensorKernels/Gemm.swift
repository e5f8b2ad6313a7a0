/// Who computes matrix products.
public enum GemmBackend: String, Sendable, CaseIterable {
    case oneDNN
    /// Swift of this module, anywhere.
    case plain

    /// oneDNN where the program was built with it.
    public static var preferred: GemmBackend {
        #if oneDNN
        .oneDNN
        #else
        .plain
        #endif
    }
}

/// The shape of `c[m, n] = a[m, k] x w[n, k]^T`.
public struct GemmShape: Sendable, Hashable {
    /// Rows of activations and of the result.
    public var m: Int
    /// Rows of weights, columns of the result.
    public var n: Int
    /// Length of the sums.
    public var k: Int

    public init(m: Int, n: Int, k: Int) {
        precondition(m >= 0 && n >= 0 && k >= 0, "a matrix has no negative side")
        self.m = m
        self.n = n
        self.k = k
    }

    /// Floating-point operations: one multiplication and one addition for each term.
    public var flop: Double { 2 * Double(m) * Double(n) * Double(k) }
}

/// Matrix products `c[m, n] = a[m, k] x w[n, k]^T` on one thread: activations in rows, weights with one
/// row for each output, as models store them; all matrices dense and row-major.
///
/// ```swift
/// let gemm = try Gemm()
/// try gemm.multiply(activations, weights, into: &outputs, GemmShape(m: 4, n: 1024, k: 512))
/// ```
///
/// Prepared products are kept by shape and type, 512 of them, so the first product of a shape takes longer
/// than the next. An instance belongs to one thread. Pointers must hold as many numbers as the shape says.
public final class Gemm {
    /// The library that computes.
    public let backend: GemmBackend
    #if oneDNN
    private let engine: OneDNNEngine?
    #endif

    /// - Throws: ``KernelError/withoutOneDNN`` when oneDNN is asked for and not there.
    public init(backend: GemmBackend = .preferred) throws(KernelError) {
        self.backend = backend
        #if oneDNN
        engine = backend == .oneDNN ? try OneDNNEngine() : nil
        #else
        if backend == .oneDNN { throw .withoutOneDNN }
        #endif
    }

    /// In single precision.
    public func multiply(
        _ a: UnsafePointer<Float>, _ w: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>,
        _ shape: GemmShape
    ) throws(KernelError) {
        guard shape.m > 0, shape.n > 0 else { return }
        #if oneDNN
        if let engine, shape.k > 0 {
            return try engine.product(shape, .fp32).execute(a, w, c)
        }
        #endif
        PlainGemm.multiply(shape, a, into: c) { row, start, _, _ in w + row * shape.k + start }
    }

    /// Factors in bfloat16, sums in single precision.
    public func multiply(
        _ a: UnsafePointer<BFloat16>, _ w: UnsafePointer<BFloat16>, into c: UnsafeMutablePointer<Float>,
        _ shape: GemmShape
    ) throws(KernelError) {
        guard shape.m > 0, shape.n > 0 else { return }
        #if oneDNN
        if let engine, shape.k > 0, engine.acceptsBFloat16 {
            return try engine.product(shape, .bf16).execute(a, w, c)
        }
        #endif
        let wide = UnsafeMutablePointer<Float>.allocate(capacity: max(1, shape.m * shape.k))
        defer { wide.deallocate() }
        BFloat16.convert(a, to: wide, count: shape.m * shape.k)
        PlainGemm.multiply(shape, wide, into: c) { row, start, count, scratch in
            BFloat16.convert(w + row * shape.k + start, to: scratch, count: count)
            return UnsafePointer(scratch)
        }
    }

    /// Factors in eight-bit integers, sums in 32-bit integers (exact), the result scaled to single precision.
    ///
    /// `sums` is room for `m x n` whole numbers.
    /// - Precondition: `k` is below 65,536, beyond which sums may not fit.
    public func multiply(
        _ a: QuantisedActivations, _ w: QuantisedWeights, into c: UnsafeMutablePointer<Float>,
        sums: UnsafeMutablePointer<Int32>
    ) throws(KernelError) {
        precondition(a.width == w.width, "rows of both matrices have the same length")
        precondition(a.width < 65_536, "sums of so many products may not fit 32 bits")
        let shape = GemmShape(m: a.rows, n: w.rows, k: a.width)
        guard shape.m > 0, shape.n > 0 else { return }
        try integerSums(a, w, into: sums, shape)
        PlainGemm.rescale(sums, a, w, into: c)
    }

    private func integerSums(
        _ a: QuantisedActivations, _ w: QuantisedWeights, into sums: UnsafeMutablePointer<Int32>, _ shape: GemmShape
    ) throws(KernelError) {
        #if oneDNN
        if let engine, shape.k > 0, HostInstructions.areNative(for: .int8) {
            return try engine.product(shape, .int8).execute(a.codes, w.codes, sums)
        }
        #endif
        PlainGemm.multiply(shape, a.codes, w.codes, into: sums)
    }

    /// `batches` products, each with matrices of its own that follow one another in memory.
    public func multiply(
        batches: Int, _ a: UnsafePointer<Float>, _ w: UnsafePointer<Float>, into c: UnsafeMutablePointer<Float>,
        _ shape: GemmShape
    ) throws(KernelError) {
        for batch in 0..<batches {
            try multiply(
                a + batch * shape.m * shape.k, w + batch * shape.n * shape.k, into: c + batch * shape.m * shape.n,
                shape)
        }
    }
}
