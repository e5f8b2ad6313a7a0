import ReinforcementLearning
import Scenario
import Serving
import Timing

/// Several seeded parameter sets, each of which runs the same worlds.
///
/// The draws of one seed agree between scenarios: the first sixteen of thirty-two are the sixteen.
public struct ParameterDraws: Sendable, Equatable {
    /// Seed of all draws.
    public var seed: UInt64
    /// How many, at least two.
    public var count: Int

    /// - Precondition: `count >= 2`; one draw has no spread.
    public init(seed: UInt64, count: Int) {
        precondition(count >= 2, "an interval needs at least two draws")
        self.seed = seed
        self.count = count
    }

    /// Runs every scenario once for each draw.
    ///
    /// The runs share nothing and are put in their places by number, so that `jobs` changes how long it takes
    /// and nothing else.
    /// - Parameters:
    ///   - scenarios: checked variants; runs of the nominal parameters are not among the draws.
    ///   - jobs: worlds that run at once at most, at least one.
    /// - Returns: what came of each scenario, in order.
    public func run(_ scenarios: [CheckedScenario], jobs: Int) async -> [DrawnOutcomes] {
        let tasks = scenarios.count * count
        var results = Array(repeating: DrawnWorld(), count: tasks)
        await withTaskGroup(of: (task: Int, outcomes: DrawnWorld).self) { group in
            var next = 0
            func start() {
                guard next < tasks else { return }
                let task = next
                next += 1
                let scenario = scenarios[task / count]
                let draw = ParameterDraw(seed: seed, index: task % count)
                group.addTask { (task, Self.outcomes(of: scenario.drawn(draw))) }
            }
            for _ in 0..<max(1, jobs) { start() }
            for await result in group {
                results[result.task] = result.outcomes
                start()
            }
        }
        return scenarios.indices.map { index in
            let worlds = results[index * count..<(index + 1) * count]
            return DrawnOutcomes(draws: self, outcomes: worlds.map(\.serving), learning: worlds.map(\.learning))
        }
    }

    private static func outcomes(of scenario: CheckedScenario) -> DrawnWorld {
        var world = scenario.world()
        world.run()
        return DrawnWorld(
            serving: zip(world.serving, scenario.plans).map { $0.outcome(objective: $1.objective) },
            learning: world.learning.map { $0.outcome(world.machine) })
    }

    /// What came of one run.
    private struct DrawnWorld: Sendable {
        var serving: [ServingOutcome] = []
        var learning: [ReinforcementLearningOutcome] = []
    }
}

/// What a scenario does under each of several parameter sets.
public struct DrawnOutcomes: Sendable {
    /// Which sets.
    public var draws: ParameterDraws
    /// By draw, then by workload in the order of the scenario.
    public var outcomes: [[ServingOutcome]]
    /// Of reinforcement-learning workloads alike.
    public var learning: [[ReinforcementLearningOutcome]] = []

    /// A metric of a reinforcement-learning workload with its interval; nil where fewer than two draws have a value.
    public func interval(of metric: LearningMetric, learning index: Int) -> DrawnInterval? {
        DrawnInterval(values: learning.map { metric.value(of: $0[index]) })
    }

    /// A metric of a workload with its interval; nil where fewer than two draws have a value.
    public func interval(of metric: HeadlineMetric, workload: Int) -> DrawnInterval? {
        DrawnInterval(values: outcomes.map { metric.value(of: $0[workload]) })
    }
}
