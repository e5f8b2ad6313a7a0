import Metrics
import ReinforcementLearning

/// A figure of a reinforcement-learning workload that people decide by, under the path it has in a result's `metrics`.
public struct LearningMetric: Sendable {
    /// Path below `metrics`, such as `step_time_s.mean`.
    public let path: String
    /// Whether more of it is better.
    public let largerIsBetter: Bool
    private let read: @Sendable (ReinforcementLearningOutcome) -> Double?

    private init(
        _ path: String, largerIsBetter: Bool = true,
        _ read: @escaping @Sendable (ReinforcementLearningOutcome) -> Double?
    ) {
        self.path = path
        self.largerIsBetter = largerIsBetter
        self.read = read
    }

    /// The figure, in the unit that the path names; nil where no step counts or the outcome has none.
    public func value(of outcome: ReinforcementLearningOutcome) -> Double? {
        outcome.countedSteps > 0 ? read(outcome) : nil
    }

    /// All of them, in the order of results.
    public static let all: [LearningMetric] = [
        LearningMetric("step_time_s.mean", largerIsBetter: false) { $0.stepTime?.mean },
        LearningMetric("step_time_s.p50", largerIsBetter: false) { $0.stepTime?.p50 },
        LearningMetric("step_time_s.p99", largerIsBetter: false) { $0.stepTime?.p99 },
        LearningMetric("tokens_per_s_per_device") { $0.tokensPerSecondPerDevice },
        LearningMetric("rollout_tokens_per_s_per_device") { $0.rolloutTokensPerSecondPerDevice },
        LearningMetric("update_tokens_per_s_per_device") { $0.updateTokensPerSecondPerDevice },
        LearningMetric("mfu") { $0.totalUtilisation },
        LearningMetric("bubble_ratio", largerIsBetter: false) { $0.bubble },
        LearningMetric("generation_s", largerIsBetter: false) { $0.generationSeconds / Double($0.countedSteps) },
        LearningMetric("device_s_per_1k_samples", largerIsBetter: false) { $0.deviceSecondsPerThousandSamples },
        LearningMetric("cost_per_1k_samples", largerIsBetter: false) { $0.costPerThousandSamples },
    ]

    /// The metric of a path.
    public static func named(_ path: String) -> LearningMetric? { all.first { $0.path == path } }
}
