import Hardware
import ModelGraph

/// What kernels ask of a device, before efficiencies: the terms that a calibration fits against.
///
/// With padded shapes, as ``OperatorTimer`` computes them, so that ``nanoseconds(_:_:_:)`` with a profile's
/// numbers is the timer's own duration (a test compares them).
public struct ResourceTimes: Sendable, Equatable {
    /// How the two resources of one kernel share time.
    public enum Combination: Sendable { case larger, sum }

    /// Time of the arithmetic at the device's full peak, in nanoseconds.
    public var compute = 0.0
    /// Time of the bytes at full memory bandwidth, in nanoseconds; of a collective, at the link's.
    public var memory = 0.0
    /// Launches, each of which takes the setup time once.
    public var launches = 0.0
    /// What the class's parameters do not touch, in nanoseconds.
    public var fixed = 0.0
    public var combination = Combination.larger

    /// The terms of kernels of one class that are timed together.
    /// - Parameters:
    ///   - operations: kernels of one operator class; memory-bound ones between them count as ``fixed``.
    ///   - timer: a timer of the same device and profile, which times what is fixed.
    public init(
        of operations: [StepOperator], device: DeviceDescriptor, scaleUpBytesPerSecond: Double,
        profile: TimingProfile, timer: OperatorTimer
    ) {
        let main = operations.first { $0.operatorClass != .elementwise }?.operatorClass
        for operation in operations {
            if let main, operation.operatorClass != main {
                fixed += timer.nanoseconds(of: operation)
                continue
            }
            let rate = OperatorTimer.peak(of: device, operation.dataType)
            compute += Self.executedFlop(operation, profile) / rate * 1e9
            let moved = Self.linkBytes(operation.shape)
            memory += moved / scaleUpBytesPerSecond * 1e9 + operation.bytes / device.memoryBytesPerSecond.value * 1e9
            launches += 1
        }
        switch main {
        case .groupedGemm, .prefillAttention: combination = .sum
        default: combination = .larger
        }
    }

    /// The duration under given efficiencies (shares of the peaks) and setup time, in nanoseconds.
    public func nanoseconds(_ computeEfficiency: Double, _ memoryEfficiency: Double, _ setup: Double) -> Double {
        let (arithmetic, bytes) = (compute / computeEfficiency, memory / memoryEfficiency)
        let busy = combination == .sum ? arithmetic + bytes : max(arithmetic, bytes)
        return busy + launches * setup + fixed
    }

    /// FLOP with the padding of tiles and blocks.
    private static func executedFlop(_ operation: StepOperator, _ profile: TimingProfile) -> Double {
        switch operation.shape {
        case .gemm(let m, let n, let k):
            return 2 * Double(profile.paddedRows(m, operation.dataType)) * Double(n) * Double(k)
        case .batchedGemm(let batches, let m, let n, let k):
            return 2 * Double(batches) * Double(profile.paddedRows(m, operation.dataType)) * Double(n) * Double(k)
        case .groupedGemm(let rows, let active, let n, let k):
            let block = OperatorTimer.expertRowBlock
            return 2 * (rows / active / block).rounded(.up) * block * active * Double(n) * Double(k)
        case .prefillAttention(_, let executedPairs, _, _, let heads):
            return 2 * executedPairs * Double(heads.query * (heads.keySize + heads.valueSize))
        case .decodeAttention(_, let keys, let heads):
            let group = max(1, heads.query / heads.keyValue), block = OperatorTimer.queryGroupBlock
            let padded = (group + block - 1) / block * block
            return 2 * Double(keys) * Double(padded * heads.keyValue * (heads.keySize + heads.valueSize))
        case .elementwise, .allReduce, .allGather, .sendReceive:
            return 0
        }
    }

    /// Bytes that cross a rank's link, one direction.
    private static func linkBytes(_ shape: OperatorShape) -> Double {
        switch shape {
        case .allReduce(let bytes, let ranks): 2 * Double(ranks - 1) / Double(ranks) * bytes
        case .allGather(let bytes, let ranks): Double(ranks - 1) * bytes
        case .sendReceive(let bytes): bytes
        default: 0
        }
    }
}
