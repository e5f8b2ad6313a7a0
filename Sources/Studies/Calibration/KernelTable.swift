import EventEngine
import JSONText
import ModelGraph

/// Measured kernels of one or several engine versions, as they stand in a file.
///
/// CSV with a header. Every line has `operator`, `dtype`, `engine` and `seconds`; the shape columns are those
/// of its operator: `m, n, k` (gemm); `batch, tokens, context, query_heads, kv_heads, head_size, window,
/// cache_dtype` (prefill_attention: `tokens` new ones of each sequence behind `context` others;
/// decode_attention: `context` keys of each sequence); `tokens, hidden, intermediate, experts,
/// experts_per_token, expert_ranks, routing` (moe, `intermediate` of this rank, routing `balanced` or
/// `random`; and, where they are known, `rank_rows`, rows of this rank's experts together, and `active_experts`,
/// how many of them get any); `ranks, bytes, launch` (all_reduce, launch `graph` or `eager`); `bytes` (elementwise).
/// Heads are those of one rank; a window of 0 is none.
public struct KernelTable: Sendable {
    /// The file as it was named.
    public var name: String
    /// FNV-1a of the file's bytes, which names the data in a profile's source.
    public var hash: UInt64
    /// Its kernels in the order of the file.
    public var samples: [KernelSample]
    /// Lines of no rows, tokens or sequences, which measure nothing.
    public var emptyShapes = 0
    /// All-reduce lines launched eagerly: their launch is host time, which the profile has elsewhere.
    public var eagerLaunches = 0

    /// - Throws: a file that cannot be read, or the first line that is wrong.
    public init(contentsOf path: String) throws {
        try self.init(bytes: FileText.read(path), name: path)
    }

    /// - Throws: the first line that is wrong.
    public init(bytes: [UInt8], name: String) throws(KernelTableProblem) {
        self.name = name
        hash = StableHash.fnv1a64(bytes)
        samples = []
        var cells: KernelTableCells?
        var number = 0
        for piece in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            number += 1
            let line = Substring(decoding: piece.last == 0x0D ? piece.dropLast() : piece, as: UTF8.self)
            if line.isEmpty { continue }
            guard var row = cells else {
                cells = try KernelTableCells(header: line, line: number, file: name)
                continue
            }
            try row.take(line, line: number)
            try append(row)
        }
        guard !samples.isEmpty else {
            throw KernelTableProblem(
                file: name, line: 0, column: nil, message: "holds no measurements",
                remedy: "convert one with simulate-export or measure one with the probe")
        }
    }

    private mutating func append(_ row: KernelTableCells) throws(KernelTableProblem) {
        let kernel = try row.word("operator", KernelOperator.allCases.map { ($0.rawValue, $0) })
        switch kernel {
        case .gemm where try row.integer("m") == 0, .mixtureOfExperts where try row.integer("tokens") == 0,
             .prefillAttention where try row.integer("tokens") == 0,
             .decodeAttention where try row.integer("context") == 0:
            emptyShapes += 1
        case .allReduce where try row.word("launch", [("eager", true), ("graph", false)]):
            eagerLaunches += 1
        default:
            samples.append(try KernelSample(kernel, row))
        }
    }

    /// The engines in the table, sorted.
    public var engines: [String] { Set(samples.map(\.group.engine)).sorted() }
}

extension KernelSample {
    fileprivate init(_ kernel: KernelOperator, _ row: KernelTableCells) throws(KernelTableProblem) {
        let types = DataType.allCases.map { ($0.rawValue, $0) }
        let type = try row.word("dtype", types)
        var cache = type
        switch kernel {
        case .gemm:
            let (m, n, k) = (try row.positive("m"), try row.positive("n"), try row.positive("k"))
            operations = [.measured(.gemm(m: m, n: n, k: k), type)]
            key = [n, k, m]
            isServing = n >= 1024 && k >= 1024
        case .prefillAttention, .decodeAttention:
            cache = try row.word("cache_dtype", types)
            (operations, key, isServing) = try Self.attention(kernel, row, type, cache)
        case .mixtureOfExperts:
            (operations, key, isServing) = try Self.experts(row, type)
        case .allReduce:
            let (ranks, bytes) = (try row.positive("ranks"), try row.positive("bytes"))
            guard ranks > 1 else { throw row.problem("ranks", "found 1", "expected at least 2") }
            operations = [.measured(.allReduce(bytes: Double(bytes), ranks: ranks), type)]
            (key, isServing) = ([ranks, bytes], true)
        case .elementwise:
            let bytes = try row.positive("bytes")
            operations = [.measured(.elementwise(bytes: Double(bytes)), type)]
            (key, isServing) = ([bytes], true)
        }
        group = Group(engine: String(row.text("engine")), kernel: kernel, dataType: type, cacheType: cache)
        seconds = try row.seconds()
        line = row.line
    }

    private static func attention(
        _ kernel: KernelOperator, _ row: KernelTableCells, _ type: DataType, _ cache: DataType
    ) throws(KernelTableProblem) -> ([StepOperator], [Int], Bool) {
        let (batch, context) = (try row.positive("batch"), try row.integer("context"))
        let (query, keyValue) = (try row.positive("query_heads"), try row.positive("kv_heads"))
        let (size, window) = (try row.positive("head_size"), try row.integer("window"))
        let heads = AttentionHeads(
            query: query, keyValue: keyValue, keySize: size, valueSize: size, storedPerToken: 2 * keyValue * size)
        if kernel == .decodeAttention {
            let keys = window > 0 ? min(context, window) : context
            let shape = OperatorShape.decodeAttention(
                sequences: batch, contextTokens: Int64(batch * keys), heads: heads)
            return ([.measured(shape, type, stream: cache)], [query, keyValue, size, window, context, batch],
                    keys >= 128 && query >= 4)
        }
        let tokens = try row.positive("tokens")
        let chunk = PrefillChunk(tokens: tokens, priorContext: context)
        let limit = window > 0 ? window : nil
        let shape = OperatorShape.prefillAttention(
            pairs: Double(batch) * chunk.pairs(window: limit),
            executedPairs: Double(batch) * chunk.paddedPairs(window: limit),
            lastBlockPairs: chunk.lastBlockPairs(window: limit), queries: batch * tokens,
            keys: Int64(batch) * chunk.keys(window: limit), heads: heads)
        return ([.measured(shape, type, stream: cache)], [query, keyValue, size, window, batch, context, tokens],
                tokens >= 128 && query >= 4)
    }

    private static func experts(
        _ row: KernelTableCells, _ type: DataType
    ) throws(KernelTableProblem) -> ([StepOperator], [Int], Bool) {
        let (tokens, hidden) = (try row.positive("tokens"), try row.positive("hidden"))
        let (intermediate, experts) = (try row.positive("intermediate"), try row.positive("experts"))
        let (perToken, ranks) = (try row.positive("experts_per_token"), try row.positive("expert_ranks"))
        let isBalanced = try row.word("routing", [("balanced", true), ("random", false)])
        guard perToken <= experts else {
            throw row.problem("experts_per_token", "\(perToken) of \(experts) experts", "expected at most as many")
        }
        var load = RankLoad(
            tokens: tokens, experts: experts, perToken: perToken, ranks: ranks, isBalanced: isBalanced)
        if let rows = try row.amount("rank_rows", from: 1) { load.rows = rows }
        if let active = try row.amount("active_experts", from: 1) { load.activeExperts = active }
        guard load.activeExperts <= Double(experts) else {
            throw row.problem("active_experts", "found \(load.activeExperts)", "expected at most \(experts) experts")
        }
        let list = StepOperator.experts(load, hidden: hidden, intermediate: intermediate, type)
        let key = [hidden, intermediate, experts, perToken, ranks, isBalanced ? 1 : 0, tokens]
        return (list, key, experts >= 4 * ranks)
    }
}
