import Hardware
import ModelGraph

/// The numbers of one operator class that a calibration fits: at most six.
public struct ClassParameters: Sendable, Equatable {
    /// Shares of the peaks, at most 1. Of a collective `memory` is the link's share in the algorithm of two steps.
    public var compute: Double
    /// Reached share of the memory bandwidth, or of a collective's link.
    public var memory: Double
    /// Nanoseconds of one launch.
    public var setup: Double
    /// Decode attention: nanoseconds of one core for a sequence and KV head. Prefill attention: bytes for each new
    /// token and KV head. All-reduce: what the second step adds to the setup time, in nanoseconds.
    public var extra: Double
    /// Decode attention: share of its memory time that a kernel takes whose KV is in the cache, as repeated
    /// measurements leave it; a property of the measurement, which a step of serving does not repeat. All-reduce:
    /// the link's share in the algorithm of one step.
    public var second: Double
    /// Decode attention: nanoseconds of its depth at 1024 keys.
    public var depth: Double

    public init(
        compute: Double, memory: Double, setup: Double, extra: Double = 0, second: Double = 1, depth: Double = 0
    ) {
        (self.compute, self.memory, self.setup, self.extra, self.second) = (compute, memory, setup, extra, second)
        self.depth = depth
    }
}

/// What kernels ask of a device, before efficiencies: the terms that a calibration fits against.
///
/// With padded shapes, as ``OperatorTimer`` computes them, so that ``nanoseconds(_:)`` with a profile's
/// numbers is the timer's own duration (a test compares them).
public struct ResourceTimes: Sendable, Equatable {
    /// How the resources of one kernel share time.
    public enum Combination: Sendable { case larger, sum, quickerAlgorithm }

    /// Time of the arithmetic at the device's full peak, in nanoseconds.
    public var compute = 0.0
    /// Time of the bytes at full memory bandwidth, in nanoseconds; of a collective, at the link's in two steps.
    public var memory = 0.0
    /// Time of a collective's bytes at the link's full bandwidth in one step.
    public var oneStep = 0.0
    /// Launches, each of which takes the setup time once.
    public var launches = 0.0
    /// Sequences times KV heads for each core, in decode attention; in prefill attention nanoseconds at full bandwidth
    /// for a byte of each new token and KV head.
    public var units = 0.0
    /// What decode attention's depth is multiplied with.
    public var depth = 0.0
    /// Whether a repeated measurement finds its KV in the device's cache.
    public var isCached = false
    /// What the class's parameters do not touch, in nanoseconds.
    public var fixed = 0.0
    /// How arithmetic, memory and steps of a collective combine to one time.
    public var combination = Combination.larger

    /// Share of the cache up to which KV stays in it; from decode kernels of H100, where time jumps beyond it.
    static let cachedShare = 0.7

    /// The terms of kernels of one class that are timed together.
    /// - Parameters:
    ///   - operations: kernels of one operator class; memory-bound ones between them count as ``fixed``.
    ///   - timer: a timer of the same device and profile, which times what is fixed.
    public init(
        of operations: [StepOperator], device: DeviceDescriptor, scaleUpBytesPerSecond: Double,
        profile: TimingProfile, timer: OperatorTimer
    ) {
        let main = operations.first { $0.operatorClass != .elementwise }?.operatorClass
        let cores = Double(device.cores.matrix.value)
        let blocks = KernelBlocks.of(device)
        for operation in operations {
            if let main, operation.operatorClass != main {
                fixed += timer.nanoseconds(of: operation)
                continue
            }
            let rate = OperatorTimer.peak(of: device, operation.dataType)
            compute += Self.executedFlop(operation, profile, blocks, cores: cores) / rate * 1e9
            let moved = Self.linkBytes(operation.shape)
            memory += moved / scaleUpBytesPerSecond * 1e9 + operation.bytes / device.memoryBytesPerSecond.value * 1e9
            launches += 1
            if case .allReduce(let bytes, let ranks) = operation.shape {
                oneStep += Double(ranks - 1) * bytes / scaleUpBytesPerSecond * 1e9
            }
            if case .prefillAttention(_, _, _, let queries, _, let heads) = operation.shape {
                units += Double(queries) * heads.stored / device.memoryBytesPerSecond.value * 1e9
            }
            if case .decodeAttention(let sequences, let keys, let heads, let squared) = operation.shape {
                let squares = squared.map(Double.init)
                    ?? DecodeAttentionSlope.squares(keys: Double(keys), sequences: sequences)
                depth += OperatorTimer.depthPerRoot(heads) * squares.squareRoot().squareRoot()
                units += Double(sequences * heads.keyValue) / cores
                isCached = operation.bytes <= Self.cachedShare * Double(device.cacheBytes?.value ?? 0)
            }
        }
        switch main {
        case .groupedGemm, .prefillAttention: combination = .sum
        case .collective: combination = .quickerAlgorithm
        default: combination = blocks.hidesMemory ? .larger : .sum
        }
    }

    /// The duration under given parameters, in nanoseconds.
    public func nanoseconds(_ parameters: ClassParameters) -> Double {
        let arithmetic = compute / parameters.compute
        let bytes = memory / parameters.memory * (isCached ? parameters.second : 1)
        let busy: Double
        switch combination {
        case .sum: busy = arithmetic + bytes + units * parameters.extra + depth * parameters.depth
        case .larger: busy = max(arithmetic, bytes) + units * parameters.extra + depth * parameters.depth
        case .quickerAlgorithm:
            busy = oneStep > 0 ? min(oneStep / parameters.second, parameters.extra + bytes) : bytes
        }
        return busy + launches * parameters.setup + fixed
    }

    /// FLOP with the padding of tiles and blocks.
    private static func executedFlop(
        _ operation: StepOperator, _ profile: TimingProfile, _ blocks: KernelBlocks, cores: Double
    ) -> Double {
        switch operation.shape {
        case .gemm(let m, let n, let k):
            return 2 * Double(profile.paddedRows(m, operation.dataType)) * Double(n) * Double(k)
        case .batchedGemm(let batches, let m, let n, let k):
            return 2 * Double(batches) * Double(profile.paddedRows(m, operation.dataType)) * Double(n) * Double(k)
        case .groupedGemm(let rows, let active, let n, let k):
            return 2 * blocks.paddedRows(perExpert: rows / active) * active * Double(n) * Double(k)
        case .prefillAttention(let pairs, let executedPairs, let lastBlockPairs, let queries, _, let heads):
            let pairs = blocks.prefillPairs(
                pairs: pairs, executedPairs: executedPairs, lastBlockPairs: lastBlockPairs, queries: queries,
                heads: heads, tail: profile.prefillTail.value * cores)
            return 2 * pairs * Double(heads.keySize + heads.valueSize) * OperatorTimer.softmaxShare(heads)
        case .decodeAttention(_, let keys, let heads, _):
            let padded = blocks.paddedGroup(heads)
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
