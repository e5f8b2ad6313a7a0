/// Which experts see which tokens, with the rows of tokens in the order of experts.
public struct ExpertRouting: Sendable, Equatable {
    /// Experts in all, those without tokens included.
    public let experts: Int
    /// Experts that each token sees.
    public let expertsPerToken: Int
    /// The experts of each token, `expertsPerToken` for each, the best first.
    public let chosen: [Int]
    /// The weights that go with them.
    public let weights: [Float]
    /// Rows `firstRow[e] ..< firstRow[e + 1]` belong to expert `e`.
    public let firstRow: [Int]
    /// For each row, where in ``chosen`` it comes from; its token is that divided by `expertsPerToken`.
    /// Within an expert, rows are in the order of tokens.
    public let rowSource: [Int]

    init(experts: Int, expertsPerToken: Int, chosen: [Int], weights: [Float]) {
        self.experts = experts
        self.expertsPerToken = expertsPerToken
        self.chosen = chosen
        self.weights = weights
        var firstRow = [Int](repeating: 0, count: experts + 1)
        for expert in chosen { firstRow[expert + 1] += 1 }
        for expert in 0..<experts { firstRow[expert + 1] += firstRow[expert] }
        var next = firstRow
        var rowSource = [Int](repeating: 0, count: chosen.count)
        for (source, expert) in chosen.enumerated() {
            rowSource[next[expert]] = source
            next[expert] += 1
        }
        self.firstRow = firstRow
        self.rowSource = rowSource
    }

    /// Pairs of a token and one of its experts.
    public var rows: Int { rowSource.count }

    /// Tokens that each expert sees.
    public var tokensPerExpert: [Int] { (0..<experts).map { firstRow[$0 + 1] - firstRow[$0] } }

    /// Load of the busiest expert over the mean; 1 is a perfect balance, and the value without tokens.
    public var imbalance: Double {
        rows == 0 ? 1 : Double(tokensPerExpert.max() ?? 0) * Double(experts) / Double(rows)
    }

    /// Copies the rows of tokens into the order of experts: `[token][width]` to `[row][width]`.
    public func gather(
        _ tokens: UnsafePointer<Float>, width: Int, into result: UnsafeMutablePointer<Float>
    ) {
        for (row, source) in rowSource.enumerated() {
            Elementwise.copy(tokens + source / expertsPerToken * width, to: result + row * width, count: width)
        }
    }

    /// Each expert with its first row and how many it has.
    func forEachExpert(
        _ body: (_ expert: Int, _ firstRow: Int, _ rows: Int) throws(KernelError) -> Void
    ) throws(KernelError) {
        for expert in 0..<experts { try body(expert, firstRow[expert], firstRow[expert + 1] - firstRow[expert]) }
    }

    /// Sums the weighted rows of each token: `[row][width]` to `[token][width]`.
    public func combine(
        _ rows: UnsafePointer<Float>, width: Int, into result: UnsafeMutablePointer<Float>
    ) {
        result.update(repeating: 0, count: chosen.count / expertsPerToken * width)
        for (row, source) in rowSource.enumerated() {
            let token = result + source / expertsPerToken * width, weight = weights[source]
            for column in 0..<width { token[column] += rows[row * width + column] * weight }
        }
    }
}

extension Gemm {
    /// The product of each expert's rows with its weights.
    ///
    /// - Parameters:
    ///   - rows: `[row][k]` in the order of experts.
    ///   - weights: `[expert][n][k]`; those of experts without rows are not read.
    ///   - result: `[row][n]`.
    public func multiply(
        grouped rows: UnsafePointer<Float>, _ routing: ExpertRouting, weights: UnsafePointer<Float>,
        into result: UnsafeMutablePointer<Float>, n: Int, k: Int
    ) throws(KernelError) {
        try routing.forEachExpert { expert, first, count throws(KernelError) in
            try multiply(
                rows + first * k, weights + expert * n * k, into: result + first * n,
                GemmShape(m: count, n: n, k: k))
        }
    }

    /// The same with factors in bfloat16.
    public func multiply(
        grouped rows: UnsafePointer<BFloat16>, _ routing: ExpertRouting, weights: UnsafePointer<BFloat16>,
        into result: UnsafeMutablePointer<Float>, n: Int, k: Int
    ) throws(KernelError) {
        try routing.forEachExpert { expert, first, count throws(KernelError) in
            try multiply(
                rows + first * k, weights + expert * n * k, into: result + first * n,
                GemmShape(m: count, n: n, k: k))
        }
    }
}
