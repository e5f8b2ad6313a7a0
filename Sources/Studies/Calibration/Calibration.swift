import EventEngine
import Hardware
import ModelGraph
import Timing

/// Parameters of a device under one engine version, fitted to a kernel table.
public struct Calibration: Sendable {
    /// One operator class with one pair of number types.
    public struct Entry: Sendable {
        /// What was fitted.
        public var group: KernelSample.Group
        /// What was believed before.
        public var prior: ParameterPrior
        /// The most probable numbers.
        public var fit: EfficiencyFit
        /// Error of the fit on the samples it saw; of the plain roofline on the same.
        public var error: ErrorSummary
        /// Of the plain roofline on the same.
        public var roofline: ErrorSummary
    }

    /// The device that was measured.
    public let device: DeviceDescriptor
    /// The engine and version whose kernels were fitted.
    public let engine: String
    /// The table as it was read.
    public let table: KernelTable
    /// Its usable kernels of that engine.
    public let lint: LintedKernels
    /// In a fixed order of operators and types.
    public let entries: [Entry]
    /// What the samples say beyond the fits, where surfaces were asked for and there are enough samples.
    public private(set) var surfaces: [ClassSurface] = []

    /// Fits every operator class of the table.
    /// - Parameters:
    ///   - engine: the one whose kernels to fit, where the table has several.
    ///   - allShapes: also shapes that serving does not meet, such as narrow matrices. Without it they count only
    ///     where fewer than sixteen samples are of serving shapes.
    /// - Throws: a ``KernelTableProblem`` where the engine is not told or not there.
    public init(
        _ table: KernelTable, on target: CalibrationDevice, engine: String? = nil, allShapes: Bool = false
    ) throws {
        let engines = table.engines
        guard let chosen = engine ?? (engines.count == 1 ? engines[0] : nil), engines.contains(chosen) else {
            throw KernelTableProblem(
                file: table.name, line: 0, column: "engine",
                message: engine.map { "no kernels of \($0)" } ?? "kernels of \(engines.count) engines",
                remedy: "name one with --engine: \(engines.joined(separator: ", "))")
        }
        let lint = LintedKernels(table.samples.filter { $0.group.engine == chosen }, on: target)
        (device, self.engine, self.table, self.lint) = (target.device, chosen, table, lint)
        entries = lint.groups.map { Self.entry($0, lint.samples(of: $0, allShapes: allShapes), target) }
    }

    /// Puts a surface through the half-precision samples of each class. That of decode attention is of layers without a
    /// window.
    public mutating func addSurfaces(on target: CalibrationDevice) {
        let classes: [(KernelOperator, OperatorClass)] = [
            (.gemm, .gemm), (.prefillAttention, .prefillAttention), (.decodeAttention, .decodeAttention),
            (.mixtureOfExperts, .groupedGemm), (.allReduce, .collective),
        ]
        for (kernel, operatorClass) in classes {
            guard let entry = entries.first(where: {
                $0.group.kernel == kernel && $0.group.dataType == .bf16 && $0.group.cacheType == .bf16
            }) else { continue }
            let samples = lint.samples(of: entry.group).filter { kernel != .decodeAttention || !$0.isWindowed }
            let residuals = samples.map {
                PortableMath.log($0.seconds / entry.fit.seconds(target.resources($0)))
            }
            guard let surface = ResidualFit.surface(samples.map(\.stepCoordinates), residuals) else { continue }
            surfaces.append(ClassSurface(operatorClass, surface))
        }
    }

    private static func entry(
        _ group: KernelSample.Group, _ samples: [KernelSample], _ target: CalibrationDevice
    ) -> Entry {
        let measured = samples.map { (resources: target.resources($0), seconds: $0.seconds) }
        let prior = target.parameterPrior(group)
        let fit = EfficiencyFit(measured, prior: prior)
        return Entry(
            group: group, prior: prior, fit: fit,
            error: ErrorSummary(measured.map { fit.seconds($0.resources) / $0.seconds - 1 }),
            roofline: ErrorSummary(samples.map { target.roofline($0) / 1e9 / $0.seconds - 1 }))
    }
}

extension LintedKernels {
    /// Every group, in a fixed order.
    var groups: [KernelSample.Group] {
        Set(samples.map(\.group)).sorted { $0.sortKey.lexicographicallyPrecedes($1.sortKey) }
    }

    /// The samples of a group: those of serving shapes where there are enough.
    func samples(of group: KernelSample.Group, allShapes: Bool = false) -> [KernelSample] {
        let all = samples.filter { $0.group == group }
        let serving = all.filter(\.isServing)
        return allShapes || serving.count < 16 ? all : serving
    }
}

/// Signed relative errors, in short.
public struct ErrorSummary: Sendable, Equatable {
    /// Mean of the magnitudes.
    public var mean = 0.0
    /// Median of the magnitudes.
    public var median = 0.0
    /// The magnitude that 95 % do not exceed.
    public var p95 = 0.0
    /// Median of the signed errors.
    public var bias = 0.0
    /// How many there are.
    public var count = 0

    /// - Parameter errors: `prediction / measurement - 1`.
    public init(_ errors: [Double]) {
        guard !errors.isEmpty else { return }
        let magnitudes = errors.map(abs).sorted()
        count = errors.count
        mean = magnitudes.reduce(0, +) / Double(count)
        median = magnitudes.median
        p95 = magnitudes[min(count - 1, Int((Double(count) * 0.95).rounded(.up)) - 1)]
        bias = errors.sorted().median
    }

    /// The mean of each figure over several runs.
    public init(averaging summaries: [ErrorSummary]) {
        let runs = Double(max(1, summaries.count))
        mean = summaries.reduce(0) { $0 + $1.mean } / runs
        median = summaries.reduce(0) { $0 + $1.median } / runs
        p95 = summaries.reduce(0) { $0 + $1.p95 } / runs
        bias = summaries.reduce(0) { $0 + $1.bias } / runs
        count = summaries.first?.count ?? 0
    }
}
