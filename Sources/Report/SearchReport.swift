import JSONText
import Studies

/// The answer of a search, for people and for scripts.
public struct SearchReport {
    /// Schema that the JSON document names.
    public static let schema = "simulate-search/1"

    private let search: Search
    private let answer: SearchAnswer
    private let best: JSONValue?
    private let next: JSONValue?
    /// What holds, in the order of merit, with results.
    private let held: [(index: Int, line: JSONValue)]
    private let bounds: [(workload: String, bound: FleetBound)]

    /// - Parameter result: the result of a point that was run.
    public init(_ search: Search, _ answer: SearchAnswer, result: (Int) throws -> JSONValue?) throws {
        self.search = search
        self.answer = answer
        best = try answer.best.flatMap(result)
        next = try answer.next.flatMap(result)
        if let index = answer.best, let best {
            bounds = search.bounds(of: index, best)
        } else {
            bounds = []
        }
        held = try Self.byMerit(search, answer).compactMap { index in try result(index).map { (index, $0) } }
    }

    /// Under the largest load the best of each group; else everything, the cheapest first where that is wanted.
    private static func byMerit(_ search: Search, _ answer: SearchAnswer) -> [Int] {
        guard search.specification.goal == .largestLoad else {
            guard let best = answer.best, search.specification.goal.isKnownBefore else { return answer.held }
            return [best] + answer.held.filter { $0 != best }
        }
        var tops: [Int] = [], places: [[Int]: Int] = [:]
        for index in answer.held {
            let group = Array(search.steps(of: index).dropLast())
            if let place = places[group] {
                tops[place] = index
            } else {
                places[group] = tops.count
                tops.append(index)
            }
        }
        func load(_ index: Int) -> Int { search.steps(of: index).last ?? 0 }
        return tops.sorted { load($0) != load($1) ? load($0) > load($1) : $0 < $1 }
    }

    // MARK: Text

    /// The answer first, then what it was found among, then the closed form.
    public var text: String {
        var text = headline + "\n\n"
        if !held.isEmpty { text += table + "\n" }
        text += effort + "\n"
        let rate = search.specification.goal == .largestLoad ? best.flatMap(requestsPerSecond) : nil
        for (_, bound) in bounds { text += FleetBoundText.lines(bound, served: rate).map { $0 + "\n" }.joined() }
        return text
    }

    private var criterion: String { search.specification.criterion.text }

    private var headline: String {
        guard let best else { return "nothing holds \(criterion): \(answer.runs) candidates were tried" }
        switch search.specification.goal {
        case .largestLoad:
            let path = search.specification.load?.paths[0].description ?? ""
            var text = "largest \(path) that holds \(criterion): \(value(of: path, best))"
            if let next {
                text += " (\(value(of: path, next)) does not)"
            } else {
                text += ", the largest that was allowed"
            }
            return text
        case .smallest(let figure):
            let value = best["cluster"]?[figure.rawValue]?.numberValue ?? 0
            return "smallest \(figure.rawValue) that holds \(criterion): \(significant(value))"
        case .metrics(let objectives):
            let first = objectives[0]
            return "best \(first.metric) that holds \(criterion): " + (first.value(in: best).map(significant) ?? "-")
        }
    }

    private func value(of path: String, _ line: JSONValue) -> String {
        line["set"]?[path].map { $0.numberValue.map { "\($0)" } ?? JSONWriter.compact.text(of: $0) } ?? "-"
    }

    private var table: String {
        var objectives: [SweepObjective] = [], ranking = SweepTable.Ranking.given("best first")
        switch search.specification.goal {
        case .largestLoad where held.count > 1:
            ranking = .given("largest load by settings (others are no better than the best)")
        case .metrics(let wanted):
            ranking = .metric(wanted[0])
            if wanted.count > 1 { objectives = wanted }
        default: break
        }
        let costs = ["devices", "cost_per_hour", "cost_per_million_output_tokens"]
            .map { SweepObjective(metric: $0, isMaximised: false) }
        var table = SweepTable(objectives: objectives, ranking: ranking, columns: costs)
        for (index, line) in held { table.add(index, line) }
        return table.best + (objectives.isEmpty ? "" : "\n" + table.front)
    }

    private var effort: String {
        var text = "\(answer.runs) of \(answer.candidates) candidates were run"
        if answer.stoppedEarly > 0 {
            text += ", \(answer.stoppedEarly) of them only until the SLO could not be attained any more"
        }
        if answer.unfit > 0 { text += "; \(answer.unfit) do not fit the cluster" }
        if answer.beyondBudget > 0 { text += "; \(answer.beyondBudget) are beyond the budget" }
        if answer.givenUp > 0 { text += "; \(answer.givenUp) failed or were given up and count as not holding" }
        return text
    }

    /// Requests per second that arrive at a point, of its workloads together.
    private func requestsPerSecond(_ line: JSONValue) -> Double? {
        (line["metrics"]?.objectValue ?? JSONObject()).reduce(0.0) {
            $0 + ($1.value["requests_per_s"]?.numberValue ?? 0)
        }
    }

    // MARK: JSON

    /// The answer as a document.
    public var json: JSONValue {
        var members: JSONObject = [
            "schema": .string(Self.schema), "goal": .string(search.specification.goal.name),
            "holding": .string(criterion), "candidates": .init(answer.candidates), "runs": .init(answer.runs),
            "stopped_early": .init(answer.stoppedEarly), "unfit": .init(answer.unfit),
            "beyond_budget": .init(answer.beyondBudget), "given_up": .init(answer.givenUp),
        ]
        members["load"] = search.specification.load.map { .string($0.paths[0].description) }
        members["best"] = best ?? .null
        members["next"] = next ?? .null
        members["held"] = .array(held.map { ["i": .init($0.index), "set": $0.line["set"] ?? .null] })
        members["closed_form"] = .object(JSONObject(bounds.map { ($0.workload, json($0.bound)) }))
        return .object(members)
    }

    private func json(_ bound: FleetBound) -> JSONValue {
        [
            "prefill_device": .string(bound.prefillDevice), "decode_device": .string(bound.decodeDevice),
            "prefill_cards": .init(bound.prefillCards), "decode_cards": .init(bound.decodeCards),
            "mean_input_tokens": .init(bound.inputTokens), "mean_cached_tokens": .init(bound.cachedTokens),
            "mean_output_tokens": .init(bound.outputTokens),
            "gain_over_decode_device": .real(bound.gain.overDecodeDevice),
            "gain_over_better_device": .real(bound.gain.overBetterFleet),
            "balanced_prefill_per_decode_card": .real(bound.gain.prefillPerDecodeCard),
            "requests_per_s": .real(bound.dividedRequestsPerSecond),
            "best_division_requests_per_s": .real(bound.requestsPerSecond),
            "best_division_prompt_share": .real(bound.promptShare),
            "best_division_answer_share": .real(bound.answerShare),
            "separate_fleets_requests_per_s": .real(bound.separateRequestsPerSecond),
        ]
    }
}

extension SearchGoal {
    fileprivate var isKnownBefore: Bool { if case .metrics = self { false } else { true } }

    fileprivate var name: String {
        switch self {
        case .largestLoad: "largest load"
        case .smallest(let figure): "min \(figure.rawValue)"
        case .metrics(let objectives):
            objectives.map { ($0.isMaximised ? "max " : "min ") + $0.metric }.joined(separator: ", ")
        }
    }
}
