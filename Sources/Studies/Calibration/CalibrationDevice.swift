import Hardware
import Timing

/// A device to calibrate: its peaks, its link, and the prior that stands where nothing is measured.
public struct CalibrationDevice: Sendable {
    /// Its peaks, cores and cache.
    public let device: DeviceDescriptor
    /// What one device can send to its peers in all, in bytes per second.
    public let scaleUpBytesPerSecond: Double
    /// What stands where nothing is measured.
    public let prior: TimingProfile
    /// The prior with what is known of the shapes in which this device's kernels work.
    private let shapes: TimingProfile
    private let timer: OperatorTimer

    /// - Throws: a problem of the embedded prior, which tests exclude.
    public init(_ device: DeviceDescriptor) throws {
        self.device = device
        scaleUpBytesPerSecond = (device.scaleUpBytesPerSecond ?? device.hostLinkBytesPerSecond).value
        prior = try ProfileRegistry.prior()
        var shapes = prior
        shapes.tileRows = try ProfileRegistry.profile(for: device).tileRows
        self.shapes = shapes
        timer = OperatorTimer(device: device, scaleUpBytesPerSecond: scaleUpBytesPerSecond, profile: shapes)
    }

    /// What a sample asks of the device.
    public func resources(_ sample: KernelSample) -> ResourceTimes {
        ResourceTimes(
            of: sample.operations, device: device, scaleUpBytesPerSecond: scaleUpBytesPerSecond, profile: shapes,
            timer: timer)
    }

    /// The plain roofline of unpadded shapes, in nanoseconds; for a collective, its bytes at the link's full rate.
    public func roofline(_ sample: KernelSample) -> Double {
        if sample.group.kernel == .allReduce { return resources(sample).memory }
        return sample.operations.reduce(0) { $0 + timer.floorNanoseconds(of: $1) }
    }

    /// The prior of an operator class, as medians and standard deviations of logarithms.
    ///
    /// GEMM: efficiencies .80 +- .08 and .80 +- .10, setup time within a factor 1.5, measured over five NVIDIA
    /// cards; the scatter of kernels around the model is a tenth. In prompt attention and experts, where arithmetic
    /// and memory add up, the medians are known less well, and expert kernels scatter three times as much.
    public func parameterPrior(_ group: KernelSample.Group) -> ParameterPrior {
        var known = Self.parameters(of: prior, group)
        if device.cores.kind == .thread {
            // One thread splits nothing over cores and writes to no paged cache.
            switch group.kernel {
            case .decodeAttention:
                known.parameters.depth = 0
                known.deviations.removeLast()
            case .prefillAttention:
                known.parameters.extra = 0
                known.deviations.removeLast()
            default: break
            }
        }
        return known
    }

    /// The numbers of a profile for an operator class, with the prior's deviations.
    static func parameters(of profile: TimingProfile, _ group: KernelSample.Group) -> ParameterPrior {
        let parameters: OperatorParameters
        var deviations = gemmDeviations
        var scatter = 0.1
        switch group.kernel {
        case .gemm: parameters = profile.gemm
        case .prefillAttention: (parameters, deviations) = (profile.prefillAttention, promptDeviations + [0.5])
        case .decodeAttention:
            (parameters, deviations) = (profile.decodeAttention, gemmDeviations + [1.2, 0.3, 0.7])
        case .mixtureOfExperts: (parameters, deviations, scatter) = (profile.groupedGemm, expertDeviations, 0.3)
        case .elementwise: parameters = profile.elementwise
        case .allReduce:
            return allReduce(profile.collective)
        }
        let isQuantised = group.kernel == .decodeAttention && group.cacheType.isQuantised
        let memory = isQuantised ? profile.quantisedCacheEfficiency : parameters.memoryEfficiency
        var numbers = ClassParameters(
            compute: parameters.computeEfficiency.value, memory: memory.value,
            setup: parameters.setupNanoseconds.value)
        if group.kernel == .decodeAttention {
            let unit = profile.decodeUnitNanoseconds.value
            (numbers.extra, numbers.second) = (unit > 0 ? unit : typicalUnit, cachedShare)
            let depth = profile.decodeDepthNanoseconds.value
            numbers.depth = depth > 0 ? depth : typicalDepth
        }
        if group.kernel == .prefillAttention {
            let bytes = profile.prefillStoreBytes.value
            numbers.extra = bytes > 0 ? bytes : typicalStoreBytes
        }
        return ParameterPrior(parameters: numbers, deviations: deviations, scatter: scatter)
    }

    /// Between A100's 0.1 us and H100's 2.3 us of one core for a sequence and KV head.
    private static let typicalUnit = 500.0
    /// Between H100's 0.9 us under one engine and 3.4 us under another; A100's is 2.8 us.
    private static let typicalDepth = 1500.0
    /// 995 bytes on A100, 1020 and 1200 on H100: reading and writing a head of 128 once.
    private static let typicalStoreBytes = 1000.0
    /// Time of reading KV from the cache relative to memory: 0.57 on H100, 1 on A100, whose cache is in two halves.
    private static let cachedShare = 0.75

    private static func allReduce(_ known: CollectiveParameters) -> ParameterPrior {
        let latency = known.latencyNanoseconds.value
        let second = (known.oneStep?.twoStepLatencyNanoseconds.value).map { $0 - latency } ?? latency
        return ParameterPrior(
            parameters: ClassParameters(
                compute: 1, memory: known.linkEfficiency.value, setup: latency, extra: max(100, second),
                second: known.oneStep?.linkEfficiency.value ?? known.linkEfficiency.value),
            deviations: [0.1, 0.2, ParameterPrior.factor, ParameterPrior.factor, 0.4], scatter: 0.1)
    }

    private static let gemmDeviations = [0.10, 0.125, ParameterPrior.factor]
    private static let promptDeviations = [0.3, 0.4, ParameterPrior.factor]
    private static let expertDeviations = [1.0, 0.4, ParameterPrior.factor]
}
