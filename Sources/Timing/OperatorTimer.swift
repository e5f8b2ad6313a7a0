import Hardware
import ModelGraph

/// The duration of one operator on one device.
///
/// `t = [(FLOP / (eta_c peak))^p + (bytes / (eta_m bandwidth))^p]^(1/p) + t0`, with `p` infinite (the
/// larger of the two) for GEMM, decode attention and memory-bound kernels and 1 (their sum) for prefill
/// attention and grouped GEMM. Shapes are padded first: query blocks of 128 in prefill attention, 16 rows
/// per expert, query groups of 16 in decode attention, and the row quantum of GEMM kernels where the
/// profile knows one. Prefill attention ends with the longest block of one core, and its softmax costs as much
/// for small heads as for large ones; it writes the new keys and values to the cache. Decode attention splits long
/// contexts over cores and joins the parts, which takes a time that grows as the square root of the contexts.
/// All-reduce takes one step or two, whichever is quicker. One thread of a processor pads and hides less
/// (``KernelBlocks``).
/// Source: measured on public kernel tables; see the README on accuracy.
public struct OperatorTimer: Sendable {
    /// FLOP of the softmax of one query-key pair and head, as matrix units would have done in its time; fitted to
    /// heads of 64 to 256 on H100.
    static let softmaxFlop = 250.0
    /// Numbers of a head's keys and values for one token up to which prefill kernels keep their pace; wider ones work
    /// on smaller blocks. Fitted to heads of 512 on H100.
    static let widestFastHead = 512.0
    /// Keys, and numbers stored for each, at which a decode kernel's depth is stated.
    static let depthKeys = 1024.0
    static let depthNumbers = 256.0

    private let nanosecondsPerFlop: [Double]     // by DataType, at peak
    private let nanosecondsPerByte: Double       // at full memory bandwidth
    private let linkNanosecondsPerByte: Double   // effective, for collectives
    private let oneStepNanosecondsPerByte: Double
    private let cores: Double
    private let blocks: KernelBlocks
    private let profile: TimingProfile

    /// Creates a timer from the device's peaks and a profile; the scale-up bandwidth is that of one rank.
    public init(device: DeviceDescriptor, scaleUpBytesPerSecond: Double, profile: TimingProfile) {
        self.profile = profile
        nanosecondsPerFlop = DataType.allCases.map { 1e9 / Self.peak(of: device, $0) }
        nanosecondsPerByte = 1e9 / device.memoryBytesPerSecond.value
        let effective = profile.collective.bandwidthBytesPerSecond?.value
            ?? scaleUpBytesPerSecond * profile.collective.linkEfficiency.value
        linkNanosecondsPerByte = 1e9 / effective
        oneStepNanosecondsPerByte = profile.collective.oneStep.map {
            1e9 / (scaleUpBytesPerSecond * $0.linkEfficiency.value)
        } ?? .infinity
        cores = Double(device.cores.matrix.value)
        blocks = KernelBlocks.of(device)
    }

    /// Arithmetic rate for weights of a type. Where the device has no such unit, weights are expanded and
    /// the arithmetic runs in bf16 (or fp16, or fp32): low precision then saves bytes, not time to compute.
    static func peak(of device: DeviceDescriptor, _ type: DataType) -> Double {
        let half: [ArithmeticType] = [.bf16, .fp16, .fp32]
        let order: [ArithmeticType] = switch type {
        case .fp4: [.fp4] + half
        case .fp8: [.fp8] + half
        case .int8: [.int8] + half
        case .bf16, .int4: half
        case .fp16: [.fp16, .bf16, .fp32]
        case .tf32: [.tf32, .fp32, .bf16]
        case .fp32: [.fp32, .tf32, .bf16]
        }
        let known = order.lazy.compactMap { device.matrixRates[$0]?.value }.first
        return known ?? device.vectorRates.supported.compactMap { device.vectorRates[$0]?.value }.max() ?? 1
    }

    /// The arithmetic rate of a device for weights of a type, in FLOP/s: what utilisation divides by.
    public static func peakFlopPerSecond(of device: DeviceDescriptor, _ type: DataType) -> Double {
        peak(of: device, type)
    }

    /// Whole nanoseconds of one launch, rounded half to even.
    public func duration(of operation: StepOperator) -> Int64 {
        Self.round(nanoseconds(of: operation))
    }

    /// All launches of a list, each kind rounded once.
    public func duration(of list: [StepOperator]) -> Int64 {
        list.reduce(0) { $0 + duration(of: $1) * Int64($1.repetitions) }
    }

    /// The larger of the two resource times of an operator at the device's full peak and bandwidth: no
    /// parameter set can be faster.
    public func floorNanoseconds(of operation: StepOperator) -> Double {
        max(operation.flop * nanosecondsPerFlop[operation.dataType.index], operation.bytes * nanosecondsPerByte)
    }

    /// Time of the arithmetic at full peak and of the bytes at full bandwidth, summed over operators that run
    /// together, in nanoseconds.
    func floors(of list: [StepOperator]) -> (compute: Double, memory: Double) {
        list.reduce((0, 0)) { sum, operation in
            (sum.0 + operation.flop * nanosecondsPerFlop[operation.dataType.index],
             sum.1 + operation.bytes * nanosecondsPerByte)
        }
    }

    /// What the device's own measurements of a class say beyond the formula, if anything.
    func surface(of operatorClass: OperatorClass) -> ResidualSurface? {
        profile.surfaces.first { $0.operatorClass == operatorClass }?.surface
    }

    /// The formula's time, refined where the device's own measurements say more; never outside their range. Decode
    /// attention and experts are refined by ``StepCostModel``, which knows the layers that they are of.
    func nanoseconds(of operation: StepOperator) -> Double {
        let time = modelNanoseconds(of: operation)
        guard !profile.surfaces.isEmpty, operation.dataType == .bf16,
            operation.operatorClass != .decodeAttention,
            let surface = surface(of: operation.operatorClass),
            let point = ResidualSurface.coordinates(of: operation.shape)
        else { return time }
        return max(floorNanoseconds(of: operation), time * surface.factor(at: point))
    }

    /// The formula's own time.
    func modelNanoseconds(of operation: StepOperator) -> Double {
        let type = operation.dataType
        switch operation.shape {
        case .gemm(let m, let n, let k):
            let rows = profile.paddedRows(m, type)
            let flop = 2 * Double(rows) * Double(n) * Double(k)
            return joined(flop: flop, bytes: operation.bytes, type, profile.gemm)
        case .batchedGemm(let batches, let m, let n, let k):
            let rows = Double(batches) * Double(profile.paddedRows(m, type))
            return joined(flop: 2 * rows * Double(n) * Double(k), bytes: operation.bytes, type, profile.gemm)
        case .groupedGemm(let rows, let active, let n, let k):
            let flop = 2 * blocks.paddedRows(perExpert: rows / active) * active * Double(n) * Double(k)
            return sum(flop: flop, bytes: operation.bytes, type, profile.groupedGemm)
        case .prefillAttention(let pairs, let executedPairs, let lastBlockPairs, let queries, _, let heads):
            let pairs = blocks.prefillPairs(
                pairs: pairs, executedPairs: executedPairs, lastBlockPairs: lastBlockPairs, queries: queries,
                heads: heads, tail: profile.prefillTail.value * cores)
            let flop = 2 * pairs * Double(heads.keySize + heads.valueSize)
            let parameters = profile.prefillAttention
            let efficiency = min(1, parameters.computeEfficiency.value / Self.softmaxShare(heads))
            return flop * nanosecondsPerFlop[type.index] / efficiency
                + operation.bytes * nanosecondsPerByte / parameters.memoryEfficiency.value
                + Double(queries) * heads.stored * profile.prefillStoreBytes.value * nanosecondsPerByte
                + parameters.setupNanoseconds.value
        case .decodeAttention(let sequences, let keys, let heads, let squared):
            let slope = decodeAttentionSlope(heads, arithmetic: type, cache: operation.streamType)
            let fixed = operation.bytes - Double(keys) * Double(heads.storedPerToken) * operation.streamType.bytes
            return slope.of(sequences: sequences)
                .nanoseconds(
                    keys: Double(keys), fixed: fixed * slope.nanosecondsPerByte,
                    squares: squared.map(Double.init)
                        ?? DecodeAttentionSlope.squares(keys: Double(keys), sequences: sequences))
        case .elementwise(let bytes):
            return bytes * nanosecondsPerByte / profile.elementwise.memoryEfficiency.value
                + profile.elementwise.setupNanoseconds.value
        case .allReduce, .allGather, .sendReceive:
            return collectiveNanoseconds(operation.shape)
        }
    }

    /// The larger of both times, or their sum where nothing hides one behind the other.
    private func joined(flop: Double, bytes: Double, _ type: DataType, _ parameters: OperatorParameters) -> Double {
        guard blocks.hidesMemory else { return sum(flop: flop, bytes: bytes, type, parameters) }
        return max(flop * nanosecondsPerFlop[type.index] / parameters.computeEfficiency.value,
            bytes * nanosecondsPerByte / parameters.memoryEfficiency.value) + parameters.setupNanoseconds.value
    }

    private func sum(flop: Double, bytes: Double, _ type: DataType, _ parameters: OperatorParameters) -> Double {
        flop * nanosecondsPerFlop[type.index] / parameters.computeEfficiency.value
            + bytes * nanosecondsPerByte / parameters.memoryEfficiency.value + parameters.setupNanoseconds.value
    }

    /// Time of prefill attention's arithmetic with its softmax relative to heads of 128, for which efficiencies
    /// are stated.
    static func softmaxShare(_ heads: AttentionHeads) -> Double {
        let matrix = 2 * Double(heads.keySize + heads.valueSize)
        return (matrix + softmaxFlop) / matrix * 512 / (512 + softmaxFlop) * max(1, matrix / 2 / widestFastHead)
    }

    /// All-reduce in two steps, reduce-scatter and all-gather: `a2 + 2 (n-1)/n S / b2`; or in one, where that is
    /// known and quicker: `a1 + (n-1) S / b1`.
    private func collectiveNanoseconds(_ shape: OperatorShape) -> Double {
        let latency = profile.collective.latencyNanoseconds.value
        switch shape {
        case .allReduce(let bytes, let ranks):
            let moved = 2 * Double(ranks - 1) / Double(ranks) * bytes
            guard let oneStep = profile.collective.oneStep else { return latency + moved * linkNanosecondsPerByte }
            return min(
                latency + Double(ranks - 1) * bytes * oneStepNanosecondsPerByte,
                oneStep.twoStepLatencyNanoseconds.value + moved * linkNanosecondsPerByte)
        case .allGather(let bytes, let ranks):
            return latency + Double(ranks - 1) * bytes * linkNanosecondsPerByte
        case .sendReceive(let bytes):
            return latency + bytes * linkNanosecondsPerByte
        default:
            return 0
        }
    }

    /// What decode attention costs per key, for tight loops over growing contexts.
    func decodeAttentionSlope(
        _ heads: AttentionHeads, arithmetic: DataType, cache: DataType
    ) -> DecodeAttentionSlope {
        let parameters = profile.decodeAttention
        let memoryEfficiency = cache.isQuantised
            ? profile.quantisedCacheEfficiency.value : parameters.memoryEfficiency.value
        let flopPerKey = 2 * Double(
            blocks.paddedGroup(heads) * heads.keyValue * (heads.keySize + heads.valueSize))
        let byteTime = nanosecondsPerByte / memoryEfficiency
        let compute = flopPerKey * nanosecondsPerFlop[arithmetic.index] / parameters.computeEfficiency.value
        let memory = Double(heads.storedPerToken) * cache.bytes * byteTime
        return DecodeAttentionSlope(
            // Where nothing is hidden, arithmetic is a part of the time that grows with what is read.
            computePerKey: blocks.hidesMemory ? compute : 0,
            memoryPerKey: blocks.hidesMemory ? memory : memory + compute,
            nanosecondsPerByte: byteTime, setup: parameters.setupNanoseconds.value,
            perSequence: profile.decodeUnitNanoseconds.value * Double(heads.keyValue) / cores,
            perRootOfNorm: profile.decodeDepthNanoseconds.value * Self.depthPerRoot(heads))
    }

    /// What a decode kernel's depth at ``depthKeys`` keys is multiplied with for each square root of the contexts'
    /// norm.
    static func depthPerRoot(_ heads: AttentionHeads) -> Double {
        (Double(heads.storedPerToken) / Double(heads.keyValue) / depthNumbers / depthKeys).squareRoot()
    }

    /// To the nearest integer, half to even.
    ///
    /// Adding and taking off 1.5 x 2^52 leaves no fraction, rounded as every IEEE addition is; a processor without an
    /// instruction for it would call a function. Above 2^51 ns (26 days) that function is called.
    @inlinable @inline(__always)
    static func round(_ nanoseconds: Double) -> Int64 {
        guard abs(nanoseconds) < 0x1p51 else { return Int64(nanoseconds.rounded(.toNearestOrEven)) }
        return Int64((nanoseconds + 0x1.8p52) - 0x1.8p52)
    }
}

extension DataType {
    /// Position among all cases, for flat tables.
    var index: Int {
        switch self {
        case .fp32: 0
        case .tf32: 1
        case .bf16: 2
        case .fp16: 3
        case .fp8: 4
        case .int8: 5
        case .int4: 6
        case .fp4: 7
        }
    }
}
