import JSONText
import Scenario

/// Looks for the best point of a grid with few runs: the largest load that holds an objective, the fewest cards or
/// the lowest cost for a load, or the best metrics of what holds.
///
/// What is found is what running the whole grid finds, as long as more load is never easier to hold and more of a
/// resource never worse. A point is run and written as a sweep runs and writes it.
public struct Search: Sendable {
    /// What is searched for.
    public let specification: SearchSpecification
    /// All candidates, as a sweep.
    public let plan: SweepPlan
    /// Runs the points that the search asks for.
    public let runner: SweepRunner
    private let candidates: SearchCandidates

    /// Lays out the candidates and binds each to the cluster, without running any.
    /// - Throws: settings that do not fit the scenario, or candidates of which none can be run.
    public init(
        _ base: SweepBase, _ specification: SearchSpecification, engineVersion: String,
        limits: SweepLimits = SweepLimits(), summary: @escaping SweepRunner.Summary
    ) throws(JSONProblems) {
        self.specification = specification
        plan = try SweepPlan(base, specification.grid, engineVersion: engineVersion)
        var limits = limits
        limits.stopsWhenDecided = specification.criterion == .objectives
        runner = SweepRunner(plan, limits: limits, summary: summary)
        candidates = try SearchCandidates(specification, plan, runner.traces)
        guard candidates.count == 0 else { return }
        if let misfit = candidates.firstMisfit { throw misfit }
        throw JSONProblems([JSONProblem(
            message: "none of \(plan.count) candidates is within the budget", remedy: "loosen --within")])
    }

    /// Names what is searched, so that the log of another search is not continued.
    public var title: String {
        "\(specification.goal) \(specification.criterion.text) \(specification.budget?.text ?? "")"
    }

    /// Where a candidate stands on each dimension: those without an order, resources, the load.
    public func steps(of index: Int) -> [Int] { plan.steps(at: index) ?? [] }

    /// Runs candidates until the answer is known.
    /// - Parameters:
    ///   - jobs: points at once; changes neither which are run nor the answer.
    ///   - known: the result of a point, if it is there.
    ///   - goesOn: asked before a point is begun; false ends the search.
    ///   - receive: takes a result, one at a time, after which `known` has it.
    /// - Throws: what `receive` and `known` throw, a ``SearchStopped``, or a criterion that does not fit the results.
    public func run(
        jobs: Int, known: (Int) throws -> JSONValue?, while goesOn: () -> Bool = { true },
        receive: (SweepLine) throws -> Void
    ) async throws -> SearchAnswer {
        var answer = SearchAnswer(
            candidates: plan.count, unfit: candidates.unfit, beyondBudget: candidates.beyondBudget)
        var choice = SearchChoice(groups: candidates.groups, ease: candidates.ease, worth: candidates.worth)
        while true {
            let round = choice.next()
            guard !round.isEmpty else { break }
            let left = try round.filter { try known($0) == nil }
            try await runner.run(left, jobs: jobs, while: goesOn, receive: receive)
            for candidate in round {
                guard let line = try known(candidate) else { throw SearchStopped() }
                let status = line["status"]?.stringValue.flatMap(SweepStatus.init(rawValue:)) ?? .failed
                let holds = try specification.criterion.holds(line, status)
                answer.note(candidate, status, holds: holds)
                if status == .failed {
                    choice.dismiss(candidate)
                } else {
                    choice.note(candidate, holds: holds)
                }
            }
        }
        answer.best = try choice.best ?? bestByMetric(answer, known)
        answer.next = answer.best.flatMap { next(after: $0, answer) }
        return answer
    }

    /// Of what holds, the best of the first metric.
    private func bestByMetric(_ answer: SearchAnswer, _ known: (Int) throws -> JSONValue?) throws -> Int? {
        guard case .metrics(let objectives) = specification.goal, let first = objectives.first else { return nil }
        var best: (index: Int, value: Double)?
        for index in answer.held {
            guard let value = try known(index).flatMap({ first.value(in: $0) }) else { continue }
            let signed = first.isMaximised ? value : -value
            if signed > best?.value ?? -.infinity { best = (index, signed) }
        }
        return best?.index
    }

    /// The failed candidate nearest above the largest load: the same settings under a larger load.
    private func next(after best: Int, _ answer: SearchAnswer) -> Int? {
        guard specification.goal == .largestLoad, let own = plan.steps(at: best), let load = own.last
        else { return nil }
        return answer.failed.filter { index in
            guard let steps = plan.steps(at: index), let other = steps.last else { return false }
            return steps.dropLast() == own.dropLast() && other > load
        }.min()
    }

    /// The closed form beside an answer, for each separated workload of a point.
    /// - Parameter line: the point's result, whose prefix hits count.
    public func bounds(of index: Int, _ line: JSONValue) -> [(workload: String, bound: FleetBound)] {
        guard let scenario = try? plan.scenario(at: index)
            .checked(variant: specification.sweep.variant, traces: runner.traces) else { return [] }
        return zip(scenario.plans, scenario.traces).compactMap { plan, trace in
            let name = plan.configuration.name
            let all = trace.inputTokens.reduce(0.0) { $0 + Double($1) }
            let hit = line["metrics"]?[name]?["prefix_tokens_hit"]?.numberValue ?? 0
            return FleetBound(plan, trace, cachedShare: all > 0 ? hit / all : 0).map { (name, $0) }
        }
    }
}

/// A search that was asked to stop before its end.
public struct SearchStopped: Error, Sendable, Equatable {}

/// What a search has found. Points are numbers in its plan.
public struct SearchAnswer: Sendable, Equatable {
    /// Points of the grid, those that do not fit the cluster, and those beyond the budget.
    public var candidates: Int
    /// Points of the grid that do not fit the cluster.
    public var unfit: Int
    /// Points of the grid that fit and are beyond the budget.
    public var beyondBudget: Int
    /// Points that were run, in order of their numbers: those that hold, and those that do not.
    public private(set) var held: [Int] = []
    /// Points that were run and do not hold, in order of their numbers.
    public private(set) var failed: [Int] = []
    /// Of these, points that were stopped because they were decided, and points that limits or problems ended.
    public private(set) var stoppedEarly = 0
    /// Points that problems or limits ended.
    public private(set) var givenUp = 0
    /// The best point that holds; nil when none does.
    public var best: Int?
    /// Under the largest load: the point nearest above the best that does not hold.
    public var next: Int?

    init(candidates: Int, unfit: Int, beyondBudget: Int) {
        (self.candidates, self.unfit, self.beyondBudget) = (candidates, unfit, beyondBudget)
    }

    /// Number of points that were run.
    public var runs: Int { held.count + failed.count }

    mutating func note(_ index: Int, _ status: SweepStatus, holds: Bool) {
        if holds { Self.insert(index, &held) } else { Self.insert(index, &failed) }
        if status == .decided { stoppedEarly += 1 }
        if status == .failed || status == .limit || status == .timeout { givenUp += 1 }
    }

    private static func insert(_ index: Int, _ list: inout [Int]) {
        list.insert(index, at: list.lastIndex { $0 < index }.map { $0 + 1 } ?? 0)
    }
}
