/// Kernels that read and write streams of numbers once.
public enum Elementwise {
    /// Copies `count` numbers to memory that does not overlap.
    public static func copy(
        _ input: UnsafePointer<Float>, to result: UnsafeMutablePointer<Float>, count: Int
    ) {
        result.update(from: input, count: count)
    }

    /// `sum[i] += input[i]`: what each rank does with what it receives in an all-reduce.
    public static func add(
        _ input: UnsafePointer<Float>, to sum: UnsafeMutablePointer<Float>, count: Int
    ) {
        var index = 0
        while index + 16 <= count {
            VectorMath.store(VectorMath.load(sum, index) + VectorMath.load(input, index), sum, index)
            index += 16
        }
        while index < count {
            sum[index] += input[index]
            index += 1
        }
    }

    /// The sum over `ranks` buffers of `count` numbers that follow one another, added in the order of ranks.
    public static func reduce(
        _ buffers: UnsafePointer<Float>, ranks: Int, into result: UnsafeMutablePointer<Float>, count: Int
    ) {
        guard ranks > 0 else { return result.update(repeating: 0, count: count) }
        copy(buffers, to: result, count: count)
        for rank in 1..<max(1, ranks) { add(buffers + rank * count, to: result, count: count) }
    }

    /// Copies rows of a table: the embedding of tokens.
    /// - Precondition: every index is a row of the table.
    public static func gather(
        _ table: UnsafePointer<Float>, width: Int, rows: [Int], into result: UnsafeMutablePointer<Float>
    ) {
        for (position, row) in rows.enumerated() {
            copy(table + row * width, to: result + position * width, count: width)
        }
    }

    /// The gated activation of Llama-like models, `silu(gate) x up` with `silu(x) = x / (1 + exp(-x))`
    /// (Shazeer 2020, arXiv:2002.05202).
    ///
    /// - Parameters:
    ///   - gateUp: `[row][gate of width, up of width]`, as one projection gives them.
    ///   - result: `[row][width]`.
    public static func swiGLU(
        _ gateUp: UnsafePointer<Float>, into result: UnsafeMutablePointer<Float>, rows: Int, width: Int
    ) {
        for row in 0..<rows {
            let gate = gateUp + 2 * row * width, up = gate + width, output = result + row * width
            var index = 0
            while index + 16 <= width {
                let product = silu(VectorMath.load(gate, index)) * VectorMath.load(up, index)
                VectorMath.store(product, output, index)
                index += 16
            }
            guard index < width else { continue }
            var rest = VectorMath.Lanes()
            for lane in 0..<(width - index) { rest[lane] = gate[index + lane] }
            rest = silu(rest)
            for lane in 0..<(width - index) { output[index + lane] = rest[lane] * up[index + lane] }
        }
    }

    /// Through the exponential of minus the magnitude, which cannot overflow.
    @inline(__always)
    private static func silu(_ x: VectorMath.Lanes) -> VectorMath.Lanes {
        let isNegative = x .< VectorMath.Lanes()
        let small = VectorMath.exponential((-x).replacing(with: x, where: isNegative))
        let numerator = VectorMath.Lanes(repeating: 1).replacing(with: small, where: isNegative)
        return x * numerator / (1 + small)
    }
}
