import JSONText

/// What is searched for: dimensions, what an answer must hold, and which answer is best.
public struct SearchSpecification: Sendable {
    /// Fixed settings, dimensions without an order, a condition on settings, and the variant.
    public var sweep: SweepSpecification
    /// The load whose largest value is wanted; more of it is never easier to hold.
    public var load: SweepAxis?
    /// Dimensions of which more is never worse to hold, and never cheaper: replicas, cards.
    public var resources: [SweepAxis] = []
    /// Which answer is best.
    public var goal: SearchGoal
    /// What an answer must hold.
    public var criterion: SearchCriterion
    /// A condition on ``ScenarioCost``: `devices <= 32 and cost_per_hour < 100`.
    public var budget: SweepCondition?

    /// - Parameters:
    ///   - sweep: dimensions without an order and fixed settings.
    ///   - goal: which answer is best.
    ///   - criterion: what an answer must hold.
    public init(_ sweep: SweepSpecification, goal: SearchGoal, criterion: SearchCriterion) {
        self.sweep = sweep
        self.goal = goal
        self.criterion = criterion
    }

    /// The sweep of all candidates: dimensions without an order first, resources, and the load last.
    public var grid: SweepSpecification {
        var grid = sweep
        grid.axes += resources + (load.map { [$0] } ?? [])
        return grid
    }
}

/// Which answer is best.
public enum SearchGoal: Sendable, Equatable {
    /// The largest load.
    case largestLoad
    /// The smallest of a figure that is known before a run.
    case smallest(CostFigure)
    /// Metrics: the best of the first, and the Pareto front of all where there are several.
    case metrics([SweepObjective])
}

/// A figure of ``ScenarioCost``, by its name in results.
public enum CostFigure: String, Sendable, CaseIterable {
    case devices
    case costPerHour = "cost_per_hour"
    case powerWatts = "power_w"
}

/// What an answer must hold.
public enum SearchCriterion: Sendable, Equatable {
    /// Every workload's objective is attained by its share of requests.
    case objectives
    /// An expression over metrics, such as `ttft_s.p99 <= 2 and slo_attainment >= 0.95`, or `feasible`.
    case condition(SweepCondition)
    /// Nothing but a complete run.
    case any

    /// Reads `slo`, `any` or an expression.
    /// - Throws: what is wrong with the expression.
    public init(parsing text: String) throws(JSONProblem) {
        switch text {
        case "slo": self = .objectives
        case "any": self = .any
        default: self = .condition(try SweepCondition(parsing: text))
        }
    }

    /// The text that makes it.
    public var text: String {
        switch self {
        case .objectives: "slo"
        case .any: "any"
        case .condition(let condition): condition.text
        }
    }
}
