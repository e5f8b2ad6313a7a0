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
        var results: [[ServingOutcome]] = Array(repeating: [], count: tasks)
        await withTaskGroup(of: (task: Int, outcomes: [ServingOutcome]).self) { group in
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
            DrawnOutcomes(draws: self, outcomes: Array(results[index * count..<(index + 1) * count]))
        }
    }

    private static func outcomes(of scenario: CheckedScenario) -> [ServingOutcome] {
        var world = scenario.world()
        world.run()
        return zip(world.serving, scenario.plans).map { $0.outcome(objective: $1.objective) }
    }
}

/// What a scenario does under each of several parameter sets.
public struct DrawnOutcomes: Sendable {
    /// Which sets.
    public var draws: ParameterDraws
    /// By draw, then by workload in the order of the scenario.
    public var outcomes: [[ServingOutcome]]

    /// A metric of a workload with its interval; nil where fewer than two draws have a value.
    public func interval(of metric: HeadlineMetric, workload: Int) -> DrawnInterval? {
        DrawnInterval(values: outcomes.map { metric.value(of: $0[workload]) })
    }
}
