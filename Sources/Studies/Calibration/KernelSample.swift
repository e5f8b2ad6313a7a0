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
        /// Engine and version.
        public var engine: String
        /// What they compute.
        public var kernel: KernelOperator
        /// Type of weights and arithmetic.
        public var dataType: DataType
        /// Type of the KV cache in attention; elsewhere that of the weights.
        public var cacheType: DataType
    }

    /// With which kernels it is fitted.
    public var group: Group
    /// What ran, as the timing model sees it.
    public var operations: [StepOperator]
    /// Measured time.
    public var seconds: Double
    /// Every number that tells two shapes apart, the rows (or tokens, sequences, bytes) last.
    public var key: [Int]
    /// Whether serving meets such shapes: width and depth of at least 1024 in GEMM, 128 tokens and 4 heads in
    /// attention, 4 experts on the rank.
    public var isServing: Bool
    /// Line of the table, from 1.
    public var line: Int

    /// Where an evaluation has the kernel: a pair of expert kernels by all numbers of its shape.
    var coordinates: [Double] {
        // A window apart: it is not aligned to the blocks in which kernels read keys.
        group.kernel == .decodeAttention ? stepCoordinates + [isWindowed ? 1 : 0] : stepCoordinates
    }

    /// The same where a step of a run knows it: without what the run's layers tell.
    var stepCoordinates: [Double] {
        if group.kernel == .mixtureOfExperts {
            // The routing, last but one, is the same in a whole table.
            return ResidualSurface.expertCoordinates(Array(key.dropLast(2)) + [size])
        }
        return operations.first.flatMap { ResidualSurface.coordinates(of: $0.shape) } ?? []
    }

    /// Whether a sliding window hides a part of the context.
    var isWindowed: Bool {
        switch group.kernel {
        case .decodeAttention: key[3] > 0 && key[4] > key[3]
        case .prefillAttention: key[3] > 0 && key[5] + key[6] > key[3]
        default: false
        }
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
    static func experts(_ load: RankLoad, hidden: Int, intermediate: Int, _ type: DataType) -> [StepOperator] {
        func grouped(_ n: Int, _ k: Int) -> StepOperator {
            measured(.groupedGemm(rows: load.rows, activeExperts: load.activeExperts, n: n, k: k), type)
        }
        return [
            grouped(2 * intermediate, hidden),
            measured(.elementwise(bytes: load.rows * Double(3 * intermediate) * DataType.bf16.bytes), .bf16),
            grouped(hidden, intermediate),
        ]
    }
}

/// What the experts of one rank have to do.
struct RankLoad: Equatable {
    /// Rows of all its experts together.
    var rows: Double
    /// Experts that get any.
    var activeExperts: Double

    /// The share of one of `ranks` ranks.
    /// - Parameter isBalanced: every expert gets the same number of tokens; otherwise of `E` experts
    ///   `E (1 - (1 - k/E)^tokens)` are expected to get one.
    init(tokens: Int, experts: Int, perToken: Int, ranks: Int, isBalanced: Bool) {
        rows = Double(tokens * perToken) / Double(ranks)
        let local = Double(experts) / Double(ranks)
        let expected = local * (1 - PortableMath.pow(1 - Double(perToken) / Double(experts), Double(tokens)))
        activeExperts = max(1, isBalanced ? min(local, rows) : expected)
    }
}
