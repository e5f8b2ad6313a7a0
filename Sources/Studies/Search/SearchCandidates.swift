import JSONText
import Scenario

/// The candidates of a search: which of its grid's points can be run at all, how they compare, and what each is worth.
struct SearchCandidates: Sendable {
    /// Most points of a search.
    static let largest = 1_000_000

    /// Points of the plan that can be run, by group: settings without an order alike.
    private(set) var groups: [[Int]] = []
    /// By point of the plan: its place on each ordered dimension, larger being easier to hold.
    private(set) var ease: [[Int]] = []
    /// By point, if it is known before a run.
    private(set) var worth: [Double]?
    /// Points whose cards or memory do not suffice, with the first reason, and points beyond the budget.
    private(set) var unfit = 0
    private(set) var firstMisfit: JSONProblems?
    private(set) var beyondBudget = 0
    /// How many points have been kept.
    var count: Int { groups.reduce(0) { $0 + $1.count } }

    /// What is known of points that differ in their load alone.
    private struct Head {
        var cost: ScenarioCost?
        var promise = 0.0
        var isKept = true
    }

    /// Binds every combination to the cluster, without running it.
    /// - Throws: a grid that is too large, a budget or a goal that asks for what is not known.
    init(_ specification: SearchSpecification, _ plan: SweepPlan, _ traces: TraceCache) throws(JSONProblems) {
        guard plan.count <= Self.largest else {
            throw JSONProblems([JSONProblem(
                message: "\(plan.count) candidates are more than \(Self.largest)", remedy: "shorten the dimensions")])
        }
        let plain = specification.sweep.axes.count
        let ordered = plain..<(plain + specification.resources.count)
        var heads: [[Int]: Head] = [:], places: [[Int]: Int] = [:], promises: [Double] = [], values: [Double] = []
        for index in 0..<plan.count {
            let steps = plan.steps(at: index) ?? []
            let load = specification.load == nil ? nil : steps.last
            ease.append(steps[ordered] + (load.map { [-$0] } ?? []))
            let key = Array(steps[..<ordered.upperBound])
            let head: Head
            if let known = heads[key] {
                head = known
            } else {
                head = try self.head(specification, plan, index, traces)
                heads[key] = head
            }
            values.append(try value(specification.goal, load, head))
            guard head.isKept else { continue }
            let group = Array(steps[..<plain])
            if let place = places[group] {
                groups[place].append(index)
                promises[place] = max(promises[place], head.promise)
            } else {
                places[group] = groups.count
                groups.append([index])
                promises.append(head.promise)
            }
        }
        if case .metrics = specification.goal {} else { worth = values }
        let order = groups.indices.sorted { promises[$0] != promises[$1] ? promises[$0] > promises[$1] : $0 < $1 }
        groups = order.map { [groups] in groups[$0] }
    }

    private mutating func head(
        _ specification: SearchSpecification, _ plan: SweepPlan, _ index: Int, _ traces: TraceCache
    ) throws(JSONProblems) -> Head {
        let checked: CheckedScenario
        do {
            checked = try plan.scenario(at: index).checked(variant: specification.sweep.variant, traces: traces)
        } catch {
            unfit += specification.load?.count ?? 1
            firstMisfit = firstMisfit ?? error
            return Head(isKept: false)
        }
        let cost = checked.cost
        if let budget = specification.budget {
            do {
                guard try budget.holds(for: .object(cost.members)) else {
                    beyondBudget += specification.load?.count ?? 1
                    return Head(cost: cost, isKept: false)
                }
            } catch {
                throw JSONProblems([JSONProblem(
                    message: "--within \(budget.text): \(error.message)",
                    remedy: "known are devices, power_w and, where every node has a cost_per_hour, cost_per_hour")])
            }
        }
        return Head(cost: cost, promise: Self.promise(checked))
    }

    private func value(_ goal: SearchGoal, _ load: Int?, _ head: Head) throws(JSONProblems) -> Double {
        switch goal {
        case .largestLoad: return Double(load ?? 0)
        case .metrics: return 0
        case .smallest(let figure):
            guard let cost = head.cost else { return -.infinity }
            guard let value = cost.figure(figure) else {
                throw JSONProblems([JSONProblem(
                    message: "nobody says what a node costs",
                    remedy: "give each group in cluster.nodes a \"cost_per_hour\"")])
            }
            return -value
        }
    }

    /// Requests per second that the closed form promises, by which groups are tried first; 0 where it says nothing.
    private static func promise(_ scenario: CheckedScenario) -> Double {
        zip(scenario.plans, scenario.traces).reduce(0) { $0 + (FleetBound($1.0, $1.1)?.dividedRequestsPerSecond ?? 0) }
    }
}
