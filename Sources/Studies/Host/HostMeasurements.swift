import HostServing
import ModelGraph
import TensorKernels

/// What was measured of this machine: kernels on their own, and what steps of a server spend between them.
public struct HostMeasurements: Sendable {
    /// A kernel of one shape.
    public struct Kernel: Sendable {
        /// The kind of kernel.
        public var kernel: KernelOperator
        /// Its shape and number types.
        public var operation: StepOperator
        /// Seconds of each repetition.
        public var timing: RepeatedTiming
    }

    /// Steps of one shape in the host's server.
    public struct Step: Sendable {
        /// Tokens that go through the layers, rows of padding included, and rows of logits.
        public var computedTokens: Int
        /// Tokens of the step, without rows of padding.
        public var tokens: Int
        /// Rows for which logits were computed.
        public var logitRows: Int
        /// The whole step.
        public var timing: RepeatedTiming
        /// Medians: its elementwise kernels, and what no kernel takes.
        public var elementwiseSeconds: Double
        /// Median time of the step that no kernel takes.
        public var overheadSeconds: Double
    }

    /// Kernels that were measured on their own.
    public var kernels: [Kernel]
    /// Steps of the server that were measured.
    public var steps: [Step]
    /// Bytes per second of a copy that stays in a core's cache, read and written.
    public var cacheBytesPerSecond: Double
    /// Model of the steps.
    public var model: ModelDescriptor

    public init(kernels: [Kernel], steps: [Step], cacheBytesPerSecond: Double, model: ModelDescriptor) {
        self.kernels = kernels
        self.steps = steps
        self.cacheBytesPerSecond = cacheBytesPerSecond
        self.model = model
    }

    /// Measures this machine on the calling thread, in its CPU time.
    /// - Parameter progress: told what is about to be measured.
    /// - Throws: ``UnsteadyMachine``, or what a kernel library refuses.
    public init(_ plan: HostPlan = .standard, timer: SteadyTimer, progress: (String) -> Void = { _ in }) throws {
        let kernels = try HostKernels(plan)
        progress("kernels")
        let copy = try timer.measure("copy in cache") { try Self.seconds(kernels.copyInCache) }
        cacheBytesPerSecond = 8 * Double(HostKernels.copiedNumbers) / copy.median
        self.kernels = try kernels.cases().map { measured in
            Kernel(
                kernel: measured.kernel, operation: measured.operation,
                timing: try timer.measure(measured.name) { try Self.seconds(measured.work) })
        }
        progress("steps")
        model = plan.model
        steps = try HostSteps(plan).measure(timer)
    }

    /// Measures some of the kernels again, to see whether the machine is as quick as it was.
    /// - Parameter plan: the plan that these measurements were made by.
    /// - Throws: ``ChangedPace`` where the median kernel's time has changed by more than the timer's limit allows of
    ///   its runs, or what a kernel library refuses.
    public func checkPace(_ plan: HostPlan = .standard, timer: SteadyTimer) throws {
        let cases = try HostKernels(plan).cases()
        let ratios = try zip(cases, kernels).enumerated().filter { $0.offset % 12 == 0 }.map { entry in
            let (again, before) = entry.element
            let runs = try (0..<timer.runs).map { _ in try Self.seconds(again.work) }
            return RepeatedTiming(name: again.name, seconds: runs).median / before.timing.median
        }
        let median = RepeatedTiming(name: "pace", seconds: ratios).median
        guard max(median, 1 / median) <= timer.limit else { throw ChangedPace(ratio: median, limit: timer.limit) }
    }

    private static func seconds(_ work: () throws -> Void) throws -> Double {
        var failure: (any Error)?
        // A millisecond at least: what another program leaves of the caches is then small in it.
        let result = ThreadClock.seconds(least: 1e-3) {
            do { try work() } catch { failure = error }
        }
        if let failure { throw failure }
        return result
    }
}
