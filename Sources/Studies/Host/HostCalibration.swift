import EventEngine
import Hardware
import ModelGraph
import Timing

/// The device `host` as it was measured: peaks, three or four numbers for each kind of kernel, and the server's own
/// time for a step, a sequence and a token.
public struct HostCalibration: Sendable {
    /// One kind of kernel.
    public struct Entry: Sendable {
        /// The kind of kernel.
        public var kernel: KernelOperator
        /// The fitted parameters.
        public var fit: EfficiencyFit
        /// Error of the fit on the samples that it saw.
        public var error: ErrorSummary
        /// Largest p90 over median among them.
        public var spread: Double
    }

    /// The device with the measured peaks in place of assumed ones.
    public let device: DeviceDescriptor
    /// One for each kind of kernel that was fitted.
    public let entries: [Entry]
    /// The server's own time of a step.
    public let overhead: HostOverhead
    /// Measurements of steps, repetitions counted.
    public let steps: Int

    /// Fits what was measured; pure, so that measurements made up give the same calibration everywhere.
    /// - Throws: a problem of an embedded file, which tests exclude.
    public init(_ measured: HostMeasurements) throws {
        let device = try Self.device(measured)
        let target = try CalibrationDevice(device)
        self.device = device
        var entries: [Entry] = []
        for kernel in [KernelOperator.gemm, .prefillAttention, .decodeAttention, .elementwise] {
            let samples = Self.samples(of: kernel, measured)
            let rows = samples.map { (resources: target.resources($0), seconds: $0.seconds) }
            let fit = EfficiencyFit(rows, prior: Self.prior(kernel))
            let spreads = kernel == .elementwise
                ? measured.steps.map(\.timing.spread)
                : measured.kernels.filter { $0.kernel == kernel }.map(\.timing.spread)
            entries.append(Entry(
                kernel: kernel, fit: fit, error: ErrorSummary(rows.map { fit.seconds($0.resources) / $0.seconds - 1 }),
                spread: spreads.max() ?? 1))
        }
        self.entries = entries
        overhead = HostOverhead(measured.steps)
        steps = measured.steps.reduce(0) { $0 + $1.timing.seconds.count }
    }

    /// Largest spread of all measurements.
    public var spread: Double { entries.map(\.spread).max() ?? 1 }

    /// A host's kernels are not those of any accelerator: nothing is known of them but the order of magnitude.
    static func prior(_ kernel: KernelOperator) -> ParameterPrior {
        // Only decode attention has a time for each sequence; what `extra` is elsewhere, a host has not.
        let unit = kernel == .decodeAttention ? 200.0 : 0
        let numbers = ClassParameters(compute: 0.3, memory: 0.3, setup: 2000, extra: unit)
        let deviations = [1.5, 1.5, 1.5] + (kernel == .decodeAttention ? [1.5] : [])
        return ParameterPrior(parameters: numbers, deviations: deviations, scatter: 0.1)
    }

    /// The samples of a kind of kernel; elementwise ones are those of a whole step together.
    private static func samples(of kernel: KernelOperator, _ measured: HostMeasurements) -> [KernelSample] {
        let group = KernelSample.Group(
            engine: "host", kernel: kernel, dataType: kernel == .gemm ? .fp32 : .bf16,
            cacheType: kernel == .elementwise ? .bf16 : .fp32)
        func sample(_ operations: [StepOperator], _ seconds: Double) -> KernelSample {
            KernelSample(group: group, operations: operations, seconds: seconds, key: [], isServing: true, line: 0)
        }
        guard kernel == .elementwise else {
            return measured.kernels.filter { $0.kernel == kernel }.map { sample([$0.operation], $0.timing.median) }
        }
        let operators = StepOperators(model: measured.model, parallelism: Parallelism())
        return measured.steps.map { step in
            let all = operators.linear(tokens: step.computedTokens) + operators.head(rows: step.logitRows)
            let list = all.filter { $0.operatorClass == .elementwise }.flatMap { operation in
                Array(repeating: operation, count: operation.repetitions)
            }
            return sample(list, step.elementwiseSeconds)
        }
    }

    /// The shipped device with peaks that no measured kernel exceeds.
    private static func device(_ measured: HostMeasurements) throws -> DeviceDescriptor {
        var device = try DeviceDescriptor.named("host")
        var flop = marginalRate(measured.kernels), bytes = measured.cacheBytesPerSecond
        for kernel in measured.kernels {
            flop = max(flop, kernel.operation.flop / kernel.timing.median)
            bytes = max(bytes, kernel.operation.bytes / kernel.timing.median)
        }
        for step in measured.steps {
            let operators = StepOperators(model: measured.model, parallelism: Parallelism())
            let moved = (operators.linear(tokens: step.computedTokens) + operators.head(rows: step.logitRows))
                .filter { $0.operatorClass == .elementwise }.reduce(0) { $0 + $1.bytes * Double($1.repetitions) }
            bytes = max(bytes, moved / step.elementwiseSeconds)
        }
        let rate = Sourced(
            roundedUp(flop), provenance: .measured,
            source: "the fastest of \(measured.kernels.count) measured kernels, without what their reading takes")
        device.matrixRates[.fp32] = rate
        device.vectorRates[.fp32] = rate
        device.memoryBytesPerSecond = Sourced(
            roundedUp(bytes), provenance: .measured,
            source: "the fastest that a measured kernel moved its bytes, in a core's cache; shares below are of it")
        return device
    }

    /// The fastest at which products of the same weights, 64 rows and more, did the arithmetic of further rows, in
    /// FLOP/s: reading the weights takes the same time in both and is not in it. Activations do grow with the rows;
    /// for them there is a twentieth more.
    private static func marginalRate(_ kernels: [HostMeasurements.Kernel]) -> Double {
        var fastest = 0.0
        var previous: HostMeasurements.Kernel?
        for kernel in kernels {
            guard case .gemm(let rows, let outputs, let inputs) = kernel.operation.shape, rows >= 64 else { continue }
            if let before = previous, case .gemm(let fewer, outputs, inputs) = before.operation.shape, fewer < rows {
                let time = kernel.timing.median - before.timing.median
                // Half the time of the whole product is as much as noise may take off a difference.
                let share = 1 - Double(fewer) / Double(rows)
                let floor = kernel.timing.median * share / 2
                fastest = max(fastest, (kernel.operation.flop - before.operation.flop) / max(time, floor))
            }
            previous = kernel
        }
        return 1.05 * fastest
    }

    /// Up to whole tenths of a billion.
    private static func roundedUp(_ rate: Double) -> Double { (rate / 1e8).rounded(.up) * 1e8 }
}
