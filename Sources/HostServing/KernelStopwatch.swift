import ModelGraph
import TensorKernels

/// CPU time of the calling thread by the kind of kernel that took it.
public struct KernelStopwatch: Sendable, Equatable {
    /// Seconds of each class, in the order of `OperatorClass.allCases`.
    private var classes = Array(repeating: 0.0, count: OperatorClass.allCases.count)

    public init() {}

    /// Seconds of one class so far.
    public subscript(_ operatorClass: OperatorClass) -> Double { classes[Self.place(operatorClass)] }

    /// Seconds of all kernels so far.
    public var total: Double { classes.reduce(0, +) }

    mutating func add(_ seconds: Double, to operatorClass: OperatorClass) {
        classes[Self.place(operatorClass)] += seconds
    }

    private static func place(_ operatorClass: OperatorClass) -> Int {
        switch operatorClass {
        case .gemm: 0
        case .groupedGemm: 1
        case .prefillAttention: 2
        case .decodeAttention: 3
        case .elementwise: 4
        case .collective: 5
        }
    }
}
