import ModelGraph

/// How much of a step's operators real kernels run: all tokens, sequences and contexts, but fewer layers and
/// narrower matrices, so that a step of a large model takes a second on one core.
public struct StepScale: Sendable, Equatable {
    /// Layers at most.
    public var layers: Int
    /// Share of each side of a matrix that is not tokens, and of heads.
    public var width: Double
    /// What the numbers of one kernel may take in single precision; of a larger one, a part of its rows, sequences,
    /// experts or prompts runs.
    public var memoryBytes: Int64

    public init(layers: Int, width: Double, memoryBytes: Int64) {
        self.layers = layers
        self.width = width
        self.memoryBytes = memoryBytes
    }

    /// What runs in place of an operator; nothing for what crosses links.
    public func executed(_ operation: StepOperator) -> StepOperator? {
        guard operation.operatorClass != .collective else { return nil }
        var executed = operation
        executed.shape = fitting(narrowed(operation.shape))
        executed.repetitions = min(operation.repetitions, layers)
        return executed
    }

    private func narrowed(_ shape: OperatorShape) -> OperatorShape {
        switch shape {
        case .gemm(let m, let n, let k): .gemm(m: m, n: side(n), k: side(k))
        case .batchedGemm(let batches, let m, let n, let k):
            // Batches are heads, whose own sizes stay.
            .batchedGemm(batches: side(batches), m: m, n: n, k: k)
        case .groupedGemm(let rows, let active, let n, let k):
            .groupedGemm(rows: rows, activeExperts: active, n: side(n), k: side(k))
        case .prefillAttention(let pairs, let executedPairs, let lastBlockPairs, let queries, let keys, let heads):
            .prefillAttention(
                pairs: pairs, executedPairs: executedPairs, lastBlockPairs: lastBlockPairs, queries: queries,
                keys: keys, heads: narrowed(heads))
        case .decodeAttention(let sequences, let contextTokens, let heads, let squared):
            .decodeAttention(
                sequences: sequences, contextTokens: contextTokens, heads: narrowed(heads), squaredContext: squared)
        case .elementwise(let bytes): .elementwise(bytes: max(64, bytes * width))
        case .allReduce, .allGather, .sendReceive: shape
        }
    }

    private func side(_ size: Int) -> Int { max(1, Int((Double(size) * width).rounded())) }

    /// Fewer heads of the same size; a key-value head keeps its share of query heads where there are enough.
    private func narrowed(_ heads: AttentionHeads) -> AttentionHeads {
        let keyValue = side(heads.keyValue)
        let isShared = heads.storedPerToken == heads.keySize || heads.keyValue == heads.query
        let query = max(keyValue, side(heads.query) / keyValue * keyValue)
        return AttentionHeads(
            query: query, keyValue: keyValue, keySize: heads.keySize, valueSize: heads.valueSize,
            storedPerToken: isShared && heads.storedPerToken < heads.keyValue * (heads.keySize + heads.valueSize)
                ? heads.storedPerToken : keyValue * (heads.keySize + heads.valueSize))
    }

    // MARK: Memory

    private func fitting(_ shape: OperatorShape) -> OperatorShape {
        let share = min(1, Double(memoryBytes) / Self.bytes(shape))
        guard share < 1 else { return shape }
        func part(_ count: Int) -> Int { max(1, Int(Double(count) * share)) }
        switch shape {
        case .gemm(let m, let n, let k):
            return .gemm(m: part(m), n: n, k: k)
        case .batchedGemm(let batches, let m, let n, let k):
            return .batchedGemm(batches: part(batches), m: m, n: n, k: k)
        case .groupedGemm(let rows, let active, let n, let k):
            return .groupedGemm(rows: max(1, rows * share), activeExperts: max(1, active * share), n: n, k: k)
        case .prefillAttention(let pairs, let executedPairs, let lastBlockPairs, let queries, let keys, let heads):
            return .prefillAttention(
                pairs: pairs * share, executedPairs: executedPairs * share, lastBlockPairs: lastBlockPairs,
                queries: part(queries), keys: Int64(part(Int(keys))), heads: heads)
        case .decodeAttention(let sequences, let contextTokens, let heads, let squared):
            return .decodeAttention(
                sequences: part(sequences), contextTokens: Int64(part(Int(contextTokens))), heads: heads,
                squaredContext: squared.map { Int64(part(Int($0))) })
        case .elementwise(let bytes):
            return .elementwise(bytes: bytes * share)
        case .allReduce, .allGather, .sendReceive:
            return shape
        }
    }

    /// Numbers that a kernel reads and writes, four bytes each.
    private static func bytes(_ shape: OperatorShape) -> Double {
        let numbers = switch shape {
        case .gemm(let m, let n, let k): Double(m) * Double(n + k) + Double(n) * Double(k)
        case .batchedGemm(let batches, let m, let n, let k):
            Double(batches) * (Double(m) * Double(n + k) + Double(n) * Double(k))
        case .groupedGemm(let rows, let active, let n, let k): rows * Double(n + k) + active * Double(n) * Double(k)
        case .prefillAttention(_, _, _, let queries, let keys, let heads):
            Double(keys) * Double(heads.keyValue * (heads.keySize + heads.valueSize))
                + Double(queries) * Double(heads.query * (heads.keySize + heads.valueSize))
        case .decodeAttention(let sequences, let contextTokens, let heads, _):
            Double(contextTokens) * Double(heads.keyValue * (heads.keySize + heads.valueSize))
                + Double(sequences) * Double(heads.query * (heads.keySize + heads.valueSize))
        case .elementwise(let bytes): bytes
        case .allReduce, .allGather, .sendReceive: 0.0
        }
        return max(1, 4 * numbers)
    }
}
