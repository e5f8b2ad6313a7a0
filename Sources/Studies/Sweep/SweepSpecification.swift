import JSONText

/// What a sweep varies, how points are chosen and what is asked of them; the scenario itself apart.
public struct SweepSpecification: Sendable, Equatable {
    /// Schema that a sweep file names.
    public static let schema = "simulate-sweep/1"

    /// Settings that every point shares, applied before those of the axes.
    public var fixed: [SweepSetting] = []
    /// Dimensions, the first varying slowest.
    public var axes: [SweepAxis] = []
    /// Which points count; all when absent.
    public var condition: SweepCondition?
    /// Choose among the points instead of taking all.
    public var sample: SweepSample?
    /// Seeds with which each point runs; the scenario's own when empty.
    public var seeds: [UInt64] = []
    /// Variant of the scenario to which the settings belong.
    public var variant = "base"
    /// What is wanted, for the table after the run.
    public var objectives: [SweepObjective] = []

    public init() {}
}

/// How points are chosen.
public struct SweepSample: Sendable, Equatable {
    /// How points are spread over the space of settings.
    public enum Kind: String, Sendable, CaseIterable {
        /// Low-discrepancy points.
        case evenly = "r2"
        /// Independent points.
        case random
    }

    /// Whether points fill the space evenly or are independent.
    public var kind: Kind
    /// Points wanted; fewer when there are fewer.
    public var count: Int
    /// Root of the random choice of points.
    public var seed: UInt64

    public init(kind: Kind, count: Int, seed: UInt64 = 1) {
        self.kind = kind
        self.count = count
        self.seed = seed
    }
}
