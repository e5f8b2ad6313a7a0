import EventEngine
import Hardware
import Timing

/// How well a few measurements predict the rest of a table: fits on samples drawn from it, errors on all others.
public struct CalibrationEvaluation: Sendable {
    /// One way of choosing what is measured.
    public enum Choice: Sendable, Equatable {
        /// Nothing: the prior.
        case prior
        /// So many samples of serving shapes, six of them anchors: four with the most arithmetic and two that stream
        /// weights beyond the cache.
        case samples(Int)
        /// The same with a residual surface through the samples, where they are enough for one.
        case surface(Int)
        /// Twelve GEMM samples of at most 256 rows and four large anchors, predicting 1024 rows and more.
        case extrapolation
        /// Nothing on this device: the shipped parameters of another one, by its name.
        case otherDevice(String)
    }

    public struct Row: Sendable {
        public var group: KernelSample.Group
        public var choice: Choice
        public var model: ErrorSummary
        public var roofline: ErrorSummary
        /// The interval that samples of a fit give, and how often it holds; nil for too few samples.
        public var interval: ConformalInterval?
    }

    public static let draws = 20
    /// Draws of the surfaces, each of which takes long, and the kernels that they are tried on at most.
    static let surfaceDraws = 4
    static let surfaceTests = 2000
    public let rows: [Row]

    /// Evaluates every group of the table that has at least 32 serving shapes.
    /// - Parameters:
    ///   - other: a device whose shipped parameters are held against this table, too.
    ///   - seed: of the draws of samples; each figure is the mean over ``draws`` of them.
    /// - Throws: a problem of an embedded profile, which tests exclude.
    public init(
        _ calibration: Calibration, on target: CalibrationDevice, other: DeviceDescriptor? = nil, seed: UInt64 = 1
    ) throws {
        let profile = try other.map { try ProfileRegistry.profile(for: $0.name) }
        var rows: [Row] = []
        for group in calibration.lint.groups {
            let study = GroupStudy(calibration.lint.samples(of: group), group, target)
            guard study.samples.count >= 32 else { continue }
            var choices: [Choice] = [.prior, .samples(16), .samples(64), .surface(64), .samples(128), .surface(128)]
            if group.kernel == .gemm { choices.append(.extrapolation) }
            for choice in choices {
                if let count = choice.count, !study.supports(count) { continue }
                if let row = study.evaluate(choice, seed: seed) { rows.append(row) }
            }
            if let other, let profile { rows.append(study.row(.otherDevice(other.name), profile)) }
        }
        self.rows = rows
    }
}

extension CalibrationEvaluation.Choice {
    /// Samples that are measured, where their number is chosen.
    var count: Int? {
        switch self {
        case .samples(let count), .surface(let count): count
        default: nil
        }
    }

    var hasSurface: Bool { if case .surface = self { true } else { false } }
}

/// The samples of one group with what the model needs of them.
private struct GroupStudy {
    let group: KernelSample.Group
    let samples: [KernelSample]
    private let resources: [ResourceTimes]
    private let roofline: [Double]
    private let prior: ParameterPrior
    private let cacheNanoseconds: Double

    init(_ samples: [KernelSample], _ group: KernelSample.Group, _ target: CalibrationDevice) {
        (self.group, self.samples) = (group, samples)
        resources = samples.map(target.resources)
        roofline = samples.map { target.roofline($0) / 1e9 }
        prior = target.parameterPrior(group)
        let cache = Double(target.device.cacheBytes?.value ?? 0)
        cacheNanoseconds = cache / target.device.memoryBytesPerSecond.value * 1e9
    }

    func evaluate(_ choice: CalibrationEvaluation.Choice, seed: UInt64) -> CalibrationEvaluation.Row? {
        var models: [ErrorSummary] = [], plain: [ErrorSummary] = [], intervals: [ConformalInterval] = []
        let draws = choice == .prior ? 1 : choice.hasSurface
            ? CalibrationEvaluation.surfaceDraws : CalibrationEvaluation.draws
        for draw in 0..<draws {
            var random = RandomStream(seed: seed, name: "calibration.\(group.sortKey).\(choice).\(draw)")
            let (train, test) = split(choice, &random)
            guard !test.isEmpty else { return nil }
            let fit = train.isEmpty
                ? EfficiencyFit(prior)
                : EfficiencyFit(train.map { (resources[$0], samples[$0].seconds) }, prior: prior)
            let surface = choice.hasSurface ? self.surface(fit, train) : nil
            models.append(ErrorSummary(test.map {
                let factor = surface?.factor(at: samples[$0].coordinates) ?? 1
                return fit.seconds(resources[$0]) * factor / samples[$0].seconds - 1
            }))
            plain.append(ErrorSummary(test.map { roofline[$0] / samples[$0].seconds - 1 }))
            if case .samples = choice, let interval = interval(train, test) { intervals.append(interval) }
        }
        return CalibrationEvaluation.Row(
            group: group, choice: choice, model: ErrorSummary(averaging: models),
            roofline: ErrorSummary(averaging: plain), interval: ConformalInterval(averaging: intervals))
    }

    /// A fit on five samples of eight, its interval from the other three.
    private func interval(_ train: [Int], _ test: [Int]) -> ConformalInterval? {
        let isHeld = { (place: Int) in place % 8 < ConformalInterval.heldOut }
        let held = train.enumerated().filter { isHeld($0.offset) }.map(\.element)
        let fitted = train.enumerated().filter { !isHeld($0.offset) }.map(\.element)
        let fit = EfficiencyFit(fitted.map { (resources[$0], samples[$0].seconds) }, prior: prior)
        func distance(_ index: Int) -> Double {
            abs(PortableMath.log(samples[index].seconds / fit.seconds(resources[index])))
        }
        return ConformalInterval(held: held.map(distance), unseen: test.map(distance))
    }

    /// The errors of a profile that was fitted to something else.
    func row(_ choice: CalibrationEvaluation.Choice, _ profile: TimingProfile) -> CalibrationEvaluation.Row {
        let fit = EfficiencyFit(CalibrationDevice.parameters(of: profile, group))
        return CalibrationEvaluation.Row(
            group: group, choice: choice,
            model: ErrorSummary(samples.indices.map { fit.seconds(resources[$0]) / samples[$0].seconds - 1 }),
            roofline: ErrorSummary(samples.indices.map { roofline[$0] / samples[$0].seconds - 1 }))
    }

    /// Whether a table is large enough to try so many samples: as many again, or for small tables a twentieth.
    func supports(_ count: Int) -> Bool { samples.count >= 2 * count || (samples.count < 128 && samples.count > count) }

    private func surface(_ fit: EfficiencyFit, _ train: [Int]) -> ResidualSurface? {
        ResidualFit.surface(
            train.map { samples[$0].coordinates },
            train.map { PortableMath.log(samples[$0].seconds / fit.seconds(resources[$0])) })
    }

    private func split(
        _ choice: CalibrationEvaluation.Choice, _ random: inout RandomStream
    ) -> (train: [Int], test: [Int]) {
        let all = Array(samples.indices)
        switch choice {
        case .prior, .otherDevice:
            return ([], all)
        case .samples(let count):
            var train = anchors(&random)
            train += pick(count - train.count, from: all.filter { !train.contains($0) }, &random)
            let chosen = Set(train)
            return (train, all.filter { !chosen.contains($0) })
        case .surface(let count):
            let (train, test) = split(.samples(count), &random)
            return (train, pick(CalibrationEvaluation.surfaceTests, from: test, &random))
        case .extrapolation:
            let large = all.filter { samples[$0].size >= 1024 }
            let anchors = pick(4, from: mostArithmetic(large), &random)
            let small = pick(12, from: all.filter { samples[$0].size <= 256 }, &random)
            return (anchors + small, large.filter { !anchors.contains($0) })
        }
    }

    /// Four with much arithmetic and two memory-bound beyond the cache, as far as the table has them.
    private func anchors(_ random: inout RandomStream) -> [Int] {
        let compute = pick(4, from: mostArithmetic(Array(samples.indices)), &random)
        let streaming = samples.indices.filter {
            resources[$0].memory > resources[$0].compute && resources[$0].memory > cacheNanoseconds
                && !compute.contains($0)
        }
        return compute + pick(2, from: Array(streaming), &random)
    }

    /// The compute-bound quarter with the most arithmetic.
    private func mostArithmetic(_ indices: [Int]) -> [Int] {
        let bound = indices.filter { resources[$0].compute > resources[$0].memory }
            .sorted { (resources[$0].compute, $0) > (resources[$1].compute, $1) }
        return Array(bound.prefix((bound.count + 3) / 4))
    }

    /// So many different ones, or all there are.
    private func pick(_ count: Int, from indices: [Int], _ random: inout RandomStream) -> [Int] {
        var rest = indices
        for place in 0..<max(0, min(count, rest.count)) {
            rest.swapAt(place, place + random.uniform(below: rest.count - place))
        }
        return Array(rest.prefix(max(0, count)))
    }
}
