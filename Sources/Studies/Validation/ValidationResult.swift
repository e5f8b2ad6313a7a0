/// Predictions beside measurements.
public struct ValidationResult: Sendable {
    /// The manifest's name.
    public var name: String
    public var description: String
    /// Constants that were fitted to these very measurements.
    public var fitted: [String]
    /// The cases that were simulated.
    public var cases: [ValidatedCase]
    /// Rows that said the same as another and were left out.
    public var duplicates: Int
    /// Cases that the simulator cannot take, by reason, the most frequent first.
    public var uncovered: [(reason: String, count: Int)]
    /// The bounds that the errors are held against.
    public var bars: [ValidationBar]

    /// Groups in the order of their first case.
    public var groups: [String] {
        var seen = Set<String>()
        return cases.map(\.group).filter { seen.insert($0).inserted }
    }

    /// Metrics in the order of their first figure, of one group or all.
    public func metrics(of group: String? = nil) -> [String] {
        var seen = Set<String>()
        return cases.filter { group == nil || $0.group == group }.flatMap(\.figures).map(\.metric)
            .filter { seen.insert($0).inserted }
    }

    /// Errors of a metric over the cases of one group or of all; nil where there are none.
    public func errors(of metric: String, group: String? = nil) -> ValidationErrors? {
        ValidationErrors(cases.filter { group == nil || $0.group == group }.flatMap(\.figures)
            .filter { $0.metric == metric })
    }

    /// What a bar bounds; nil where no case tells.
    public func value(of bar: ValidationBar) -> Double? {
        guard let errors = errors(of: bar.metric, group: bar.group) else { return nil }
        return switch bar.statistic {
        case .mean: errors.meanAbsolute
        case .median: errors.medianAbsolute
        case .worst: errors.largestAbsolute
        case .bias: abs(errors.mean)
        }
    }
}

/// One case that was simulated.
public struct ValidatedCase: Sendable {
    /// Its name in results.
    public var label: String
    /// The group that it is summed up in.
    public var group: String
    /// What was predicted and measured of it.
    public var figures: [ValidatedFigure]
}

/// A figure as predicted and as measured, in the unit that the metric's name ends in.
public struct ValidatedFigure: Sendable {
    /// The figure's name, which ends in its unit.
    public var metric: String
    /// Part of the run that it is of; the whole if absent.
    public var stage: String?
    /// By the simulator.
    public var predicted: Double
    /// In the table that predictions are held against.
    public var measured: Double
    /// 5 % to 95 % under drawn parameters, where they were drawn.
    public var interval: ClosedRange<Double>?

    /// Signed relative error.
    public var error: Double { predicted / measured - 1 }
}

/// Errors of several predictions, as shares of what was measured.
public struct ValidationErrors: Sendable {
    /// Predictions with a measurement.
    public var count: Int
    /// MAPE.
    public var meanAbsolute: Double
    /// Median of the absolute errors.
    public var medianAbsolute: Double
    /// The smallest absolute error that at least 95 % do not exceed.
    public var p95Absolute: Double
    /// Largest absolute error.
    public var largestAbsolute: Double
    /// Median signed error.
    public var bias: Double
    /// Mean signed error.
    public var mean: Double
    /// Share of measurements inside the 5 % to 95 % interval, where there are intervals.
    public var coverage: Double?

    init?(_ figures: [ValidatedFigure]) {
        guard !figures.isEmpty else { return nil }
        let signed = figures.map(\.error).sorted(), absolute = signed.map(abs).sorted()
        count = figures.count
        meanAbsolute = absolute.reduce(0, +) / Double(count)
        medianAbsolute = Self.median(absolute)
        p95Absolute = absolute[max(0, (count * 95 + 99) / 100 - 1)]
        largestAbsolute = absolute[count - 1]
        bias = Self.median(signed)
        mean = signed.reduce(0, +) / Double(count)
        let intervals = figures.filter { $0.interval != nil }
        if !intervals.isEmpty {
            coverage = Double(intervals.count { $0.interval?.contains($0.measured) ?? false }) / Double(intervals.count)
        }
    }

    private static func median(_ sorted: [Double]) -> Double {
        (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}
