import Hardware
import Timing

/// A device to calibrate: its peaks, its link, and the prior that stands where nothing is measured.
public struct CalibrationDevice: Sendable {
    public let device: DeviceDescriptor
    /// What one device can send to its peers in all, in bytes per second.
    public let scaleUpBytesPerSecond: Double
    public let prior: TimingProfile
    private let timer: OperatorTimer

    /// - Throws: a problem of the embedded prior, which tests exclude.
    public init(_ device: DeviceDescriptor) throws {
        self.device = device
        scaleUpBytesPerSecond = (device.scaleUpBytesPerSecond ?? device.hostLinkBytesPerSecond).value
        prior = try ProfileRegistry.prior()
        timer = OperatorTimer(device: device, scaleUpBytesPerSecond: scaleUpBytesPerSecond, profile: prior)
    }

    /// What a sample asks of the device.
    public func resources(_ sample: KernelSample) -> ResourceTimes {
        ResourceTimes(
            of: sample.operations, device: device, scaleUpBytesPerSecond: scaleUpBytesPerSecond, profile: prior,
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
        Self.parameters(of: prior, group)
    }

    /// The numbers of a profile for an operator class, with the prior's deviations.
    static func parameters(of profile: TimingProfile, _ group: KernelSample.Group) -> ParameterPrior {
        let parameters: OperatorParameters
        var deviations = gemmDeviations
        var scatter = 0.1
        switch group.kernel {
        case .gemm: parameters = profile.gemm
        case .prefillAttention: (parameters, deviations) = (profile.prefillAttention, promptDeviations)
        case .decodeAttention:
            (parameters, deviations) = (profile.decodeAttention, gemmDeviations + [1.2, 0.3])
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
        }
        return ParameterPrior(parameters: numbers, deviations: deviations, scatter: scatter)
    }

    /// Between A100's 0.1 us and H100's 2.3 us of one core for a sequence and KV head.
    private static let typicalUnit = 500.0
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
