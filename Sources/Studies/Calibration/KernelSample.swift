import EventEngine
import ModelGraph
import Timing

/// What a line of a kernel table measures; the raw value is its spelling there.
public enum KernelOperator: String, Sendable, CaseIterable {
    case gemm
    case prefillAttention = "prefill_attention"
    case decodeAttention = "decode_attention"
    /// The fused pair of expert kernels with the activation between them.
    case mixtureOfExperts = "moe"
    case allReduce = "all_reduce"
    case elementwise
}

/// One measured kernel.
public struct KernelSample: Sendable, Equatable {
    /// Kernels whose parameters are fitted together: those of one engine version, operator and number types.
    public struct Group: Hashable, Sendable {
        public var engine: String
        public var kernel: KernelOperator
        public var dataType: DataType
        /// Type of the KV cache in attention; elsewhere that of the weights.
        public var cacheType: DataType
    }

    public var group: Group
    /// What ran, as the timing model sees it.
    public var operations: [StepOperator]
    public var seconds: Double
    /// Every number that tells two shapes apart, the rows (or tokens, sequences, bytes) last.
    public var key: [Int]
    /// Whether serving meets such shapes: width and depth of at least 1024 in GEMM, 128 tokens and 4 heads in
    /// attention, 4 experts on the rank.
    public var isServing: Bool
    /// Line of the table, from 1.
    public var line: Int

    /// Where a residual surface has the kernel: a pair of expert kernels by all numbers of its shape.
    var coordinates: [Double] {
        if group.kernel == .mixtureOfExperts { return key.map { PortableMath.log(Double(max(1, $0))) } }
        return operations.first.flatMap { ResidualSurface.coordinates(of: $0.shape) } ?? []
    }

    /// The rows, tokens, sequences or bytes along which time must not fall.
    public var size: Int { key.last ?? 0 }
}

extension StepOperator {
    /// A kernel on its own, as tables measure it.
    static func measured(_ shape: OperatorShape, _ type: DataType, stream: DataType = .bf16) -> StepOperator {
        StepOperator("measured", shape, dataType: type, streamType: stream, repetitions: 1)
    }

    /// The pair of expert kernels and the activation between them.
    /// - Parameter isBalanced: every expert gets the same number of tokens; otherwise of `E` experts
    ///   `E (1 - (1 - k/E)^tokens)` are expected to get one.
    static func experts(
        tokens: Int, hidden: Int, intermediate: Int, experts: Int, perToken: Int, ranks: Int, isBalanced: Bool,
        _ type: DataType
    ) -> [StepOperator] {
        let rows = Double(tokens * perToken) / Double(ranks)
        let local = Double(experts) / Double(ranks)
        let expected = local * (1 - PortableMath.pow(1 - Double(perToken) / Double(experts), Double(tokens)))
        let active = max(1, isBalanced ? min(local, rows) : expected)
        func grouped(_ n: Int, _ k: Int) -> StepOperator {
            measured(.groupedGemm(rows: rows, activeExperts: active, n: n, k: k), type)
        }
        return [
            grouped(2 * intermediate, hidden),
            measured(.elementwise(bytes: rows * Double(3 * intermediate) * DataType.bf16.bytes), .bf16),
            grouped(hidden, intermediate),
        ]
    }
}
