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
        case .decodeAttention: parameters = profile.decodeAttention
        case .mixtureOfExperts: (parameters, deviations, scatter) = (profile.groupedGemm, expertDeviations, 0.3)
        case .elementwise: parameters = profile.elementwise
        case .allReduce:
            return ParameterPrior(
                compute: 1, memory: profile.collective.linkEfficiency.value,
                setup: profile.collective.latencyNanoseconds.value, deviations: [0.1, 0.2, ParameterPrior.factor],
                scatter: scatter)
        }
        let isQuantised = group.kernel == .decodeAttention && group.cacheType.isQuantised
        let memory = isQuantised ? profile.quantisedCacheEfficiency : parameters.memoryEfficiency
        return ParameterPrior(
            compute: parameters.computeEfficiency.value, memory: memory.value,
            setup: parameters.setupNanoseconds.value, deviations: deviations, scatter: scatter)
    }

    private static let gemmDeviations = [0.10, 0.125, ParameterPrior.factor]
    private static let promptDeviations = [0.3, 0.4, ParameterPrior.factor]
    private static let expertDeviations = [1.0, 0.4, ParameterPrior.factor]
}
