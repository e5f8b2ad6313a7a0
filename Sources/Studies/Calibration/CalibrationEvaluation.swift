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
        /// weights beyond the cache; the others spread over the shapes.
        case samples(Int)
        /// The same with a residual surface through the samples, where they are enough for one.
        case surface(Int)
        /// Twelve GEMM samples of at most 256 rows and four large anchors, predicting 1024 rows and more.
        case extrapolation
        /// Nothing on this device: the shipped parameters of another one, by its name.
        case otherDevice(String)
    }

    /// The errors of one group of kernels under one choice of samples.
    public struct Row: Sendable {
        /// Which kernels.
        public var group: KernelSample.Group
        /// What was measured of them.
        public var choice: Choice
        /// Of the fit, on kernels that it did not see.
        public var model: ErrorSummary
        /// Of the plain roofline, on the same.
        public var roofline: ErrorSummary
        /// The interval that samples of a fit give, and how often it holds; nil for too few samples.
        public var interval: ConformalInterval?
    }

    /// Draws of samples that a figure is the mean over.
    public static let draws = 20
    /// Draws of the surfaces, each of which takes long, and the kernels that they are tried on at most.
    static let surfaceDraws = 4
    static let surfaceTests = 2000
    /// Group by group, from nothing measured to most.
    public let rows: [Row]

    /// Evaluates every group of the table that has at least 32 serving shapes.
    /// - Parameters:
    ///   - other: a device whose shipped parameters are held against this table, too.
    ///   - choices: only these; all unless given.
    ///   - draws: of samples; each figure is the mean over them.
    ///   - seed: of the draws.
    /// - Throws: a problem of an embedded profile, which tests exclude.
    public init(
        _ calibration: Calibration, on target: CalibrationDevice, other: DeviceDescriptor? = nil,
        choices wanted: [Choice]? = nil, draws: Int = Self.draws, seed: UInt64 = 1
    ) throws {
        let profile = try other.map { try ProfileRegistry.profile(for: $0.name) }
        var rows: [Row] = []
        for group in calibration.lint.groups {
            let study = CalibrationGroupStudy(calibration.lint.samples(of: group), group, target)
            guard study.samples.count >= 32 else { continue }
            var choices: [Choice] = [.prior, .samples(16), .samples(64), .surface(64), .samples(128), .surface(128)]
            if group.kernel == .gemm { choices.append(.extrapolation) }
            for choice in choices where wanted?.contains(choice) ?? true {
                if let count = choice.count, !study.supports(count) { continue }
                if let row = study.evaluate(choice, draws: draws, seed: seed) { rows.append(row) }
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
