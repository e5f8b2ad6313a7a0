import EventEngine
import ModelGraph
import TensorKernels

/// The host's kernels on data as a server has it: weights and caches that the last call did not touch.
final class HostKernels {
    /// One kernel of one shape.
    struct Case {
        let name: String
        let kernel: KernelOperator
        let operation: StepOperator
        let work: () throws -> Void
    }

    private let plan: HostPlan
    private let gemm: Gemm
    private let pool: [Float]
    private var results: [Float]
    private static let blockTokens = 16

    init(_ plan: HostPlan) throws {
        self.plan = plan
        gemm = try Gemm()
        var stream = RandomStream(seed: 1, name: "host kernels")
        let pattern = (0..<65_537).map { _ in Float(stream.uniform()) - 0.5 }
        pool = (0..<plan.poolNumbers).map { pattern[$0 % 65_537] }
        let widest = plan.matrices.map(\.outputs).max() ?? 1
        let heads = plan.heads.map { $0.query * $0.valueSize }.max() ?? 1
        let rows = plan.rows + plan.prefills.map(\.tokens) + plan.decodes.map(\.sequences)
        results = Array(repeating: 0, count: (rows.max() ?? 1) * max(widest, heads))
    }

    /// Every kernel of the plan.
    func cases() throws -> [Case] {
        var cases: [Case] = []
        for (outputs, inputs) in plan.matrices {
            for rows in plan.rows { cases.append(product(GemmShape(m: rows, n: outputs, k: inputs))) }
        }
        for heads in plan.heads {
            for (sequences, context) in plan.decodes { cases.append(decode(heads, sequences, context)) }
            for (tokens, prior) in plan.prefills { cases.append(prefill(heads, tokens, prior)) }
        }
        return cases
    }

    /// Numbers that one call of ``copyInCache()`` reads and writes.
    static let copiedNumbers = 32 << 10

    /// A copy that stays in a core's own cache: the fastest that bytes move.
    func copyInCache() {
        pool.withUnsafeBufferPointer { pool in
            results.withUnsafeMutableBufferPointer { results in
                guard let from = pool.baseAddress, let to = results.baseAddress else { return }
                let count = min(Self.copiedNumbers, pool.count, results.count)
                Elementwise.copy(from, to: to, count: count)
            }
        }
    }

    private func product(_ shape: GemmShape) -> Case {
        let size = shape.n * shape.k, copies = max(1, plan.poolNumbers / size)
        var turn = 0
        return Case(
            name: "gemm of \(shape.m) x \(shape.n) x \(shape.k)", kernel: .gemm,
            operation: .measured(.gemm(m: shape.m, n: shape.n, k: shape.k), .fp32)
        ) { [self] in
            turn += 1
            try pool.withUnsafeBufferPointer { pool in
                try results.withUnsafeMutableBufferPointer { results in
                    guard let start = pool.baseAddress, let result = results.baseAddress else { return }
                    try gemm.multiply(start, start + turn % copies * size, into: result, shape)
                }
            }
        }
    }

    private func decode(_ heads: AttentionHeads, _ sequences: Int, _ context: Int) -> Case {
        let name = "decode attention of \(sequences) x \(context) keys, \(heads.query) heads of \(heads.keySize) over "
            + "\(heads.keyValue)"
        let shape = OperatorShape.decodeAttention(
            sequences: sequences, contextTokens: Int64(sequences * context), heads: heads)
        let attention = Attention(heads: heads)
        return attend(name, .decodeAttention, shape, heads, sequences: sequences, context: context) {
            attention.decode($0, $1, into: $2)
        }
    }

    private func prefill(_ heads: AttentionHeads, _ tokens: Int, _ prior: Int) -> Case {
        let name = "prefill attention of \(tokens) tokens behind \(prior), \(heads.query) heads of \(heads.keySize) "
            + "over \(heads.keyValue)"
        let chunk = PrefillChunk(tokens: tokens, priorContext: prior)
        let shape = OperatorShape.prefillAttention(
            pairs: chunk.pairs(window: nil), executedPairs: chunk.paddedPairs(window: nil),
            lastBlockPairs: chunk.lastBlockPairs(window: nil), queries: tokens, keys: chunk.keys(window: nil),
            heads: heads)
        let attention = Attention(heads: heads)
        return attend(name, .prefillAttention, shape, heads, sequences: 1, context: tokens + prior) {
            attention.prefill($0, count: tokens, $1[0], into: $2)
        }
    }

    /// Attention over paged caches that lie in the pool one after another, other ones at each call.
    private func attend(
        _ name: String, _ kernel: KernelOperator, _ shape: OperatorShape, _ heads: AttentionHeads, sequences: Int,
        context: Int,
        _ run: @escaping (UnsafePointer<Float>, [KeyValueView], UnsafeMutablePointer<Float>) -> Void
    ) -> Case {
        let layout = KeyValueView.Layout.blocks(of: Self.blockTokens, heads: heads.keyValue, size: heads.keySize)
        let half = plan.poolNumbers / 2, blocks = (context + Self.blockTokens - 1) / Self.blockTokens
        let turns = max(1, half / layout.blockStride / (sequences * blocks))
        let table = (0..<Int32(turns * sequences * blocks)).map { $0 }
        var turn = 0
        return Case(name: name, kernel: kernel, operation: .measured(shape, .bf16, stream: .fp32)) { [self] in
            turn += 1
            pool.withUnsafeBufferPointer { pool in
                table.withUnsafeBufferPointer { table in
                    results.withUnsafeMutableBufferPointer { results in
                        guard let start = pool.baseAddress, let table = table.baseAddress,
                            let result = results.baseAddress else { return }
                        let views = (0..<sequences).map { sequence in
                            KeyValueView(
                                keys: start, values: start + half, keyLayout: layout, valueLayout: layout,
                                tokens: context, blocks: table + (turn % turns * sequences + sequence) * blocks,
                                blockTokens: Self.blockTokens)
                        }
                        run(start, views, result)
                    }
                }
            }
        }
    }
}
