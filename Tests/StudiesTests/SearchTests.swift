import JSONText
import Scenario
import Testing

@testable import Studies

/// A search against a sweep of its whole grid, and its rules.
@Suite struct SearchTests {
    private let scenario = """
        { "schema": "simulate/1", "name": "s", "seed": 3,
          "cluster": { "nodes": { "h20": { "type": "hgx-h20", "count": 1, "cost_per_hour": 16 },
                                  "h100": { "type": "hgx-h100", "count": 1, "cost_per_hour": 80 } } },
          "workloads": { "chat": { "kind": "serving", "model": "qwen2.5-7b",
            "slo": { "ttft": "400 ms", "tpot": "30 ms", "attainment": 0.9 },
            "traffic": { "generate": { "requests": 80, "arrivals": { "kind": "poisson", "rate_per_s": 10 },
              "input_tokens": { "kind": "constant", "value": 1500 },
              "output_tokens": { "kind": "uniform", "min": 2, "max": 60 } } },
            "pools": { "m": { "role": "mixed", "nodes": "h20", "replicas": 1 } } } } }
        """
    private let rate: JSONPath = ["workloads", "chat", "traffic", "generate", "arrivals", "rate_per_s"]
    private let replicas: JSONPath = ["workloads", "chat", "pools", "m", "replicas"]
    private let nodes: JSONPath = ["workloads", "chat", "pools", "m", "nodes"]

    private func search(
        _ goal: SearchGoal, load: [JSONValue]? = nil, replicas count: [JSONValue]? = nil, holding: String = "slo",
        within: String? = nil, fixed: [SweepSetting] = [], nodes choices: [JSONValue] = ["h20", "h100"]
    ) throws -> Search {
        var sweep = SweepSpecification()
        sweep.fixed = fixed
        if choices.count > 1 { sweep.axes = [SweepAxis(nodes, choices)] }
        var specification = SearchSpecification(sweep, goal: goal, criterion: try SearchCriterion(parsing: holding))
        specification.load = load.map { SweepAxis(rate, $0) }
        specification.resources = count.map { [SweepAxis(replicas, $0)] } ?? []
        specification.budget = try within.map { try SweepCondition(parsing: $0) }
        let base = SweepBase(document: try JSONDocument(text: scenario, file: "s.json"))
        return try Search(base, specification, engineVersion: "test", summary: Self.summary)
    }

    /// As reports sum a world up, in small.
    @Sendable private static func summary(_ scenario: CheckedScenario, _ world: World) -> SweepOutcome {
        let outcome = world.serving[0].outcome(objective: scenario.plans[0].objective)
        let good = outcome.good ?? 0
        return SweepOutcome(
            metrics: ["chat": [
                "good": .init(good), "ttft_s": ["p99": .real(outcome.timeToFirstToken?.p99 ?? 0)],
                "output_tokens_per_s": .real(Double(outcome.outputTokens) / (Double(outcome.makespan) / 1e9)),
                "nothing": .null,
            ]], meetsObjective: Double(good) >= 0.9 * Double(outcome.arrived))
    }

    private func run(_ search: Search, jobs: Int = 2) async throws -> (answer: SearchAnswer, lines: [Int: JSONValue]) {
        var lines: [Int: JSONValue] = [:]
        let answer = try await search.run(jobs: jobs, known: { lines[$0] }) {
            lines[$0.head.index] = try JSONDocument(bytes: $0.bytes).value
        }
        return (answer, lines)
    }

    /// Every point of a search's grid, without early stops.
    private func sweep(_ search: Search) async throws -> [Int: JSONValue] {
        let runner = SweepRunner(search.plan, summary: Self.summary)
        var lines: [Int: JSONValue] = [:]
        try await runner.run(0..<search.plan.count, jobs: 2) {
            lines[$0.head.index] = try JSONDocument(bytes: $0.bytes).value
        }
        return lines
    }

    private func value(_ path: JSONPath, _ line: JSONValue?) -> Double? {
        line?["set"]?[path.description]?.numberValue
    }

    @Test func theLargestLoadIsThatOfTheWholeGrid() async throws {
        let ladder = try SearchRange.load("2..60", tolerance: 0.1)
        let search = try search(.largestLoad, load: ladder)
        let (answer, lines) = try await run(search)
        let all = try await sweep(search)
        let exhaustive = all.values.filter { $0["meets_slo"] == true }.compactMap { value(rate, $0) }.max()
        let best = try #require(answer.best)
        let found = try #require(value(rate, lines[best]))
        #expect(abs(found / (exhaustive ?? 0) - 1) <= 0.1)
        #expect(search.plan.count >= 5 * answer.runs, "\(answer.runs) of \(search.plan.count)")
        #expect(value(rate, lines[try #require(answer.next)]) ?? 0 > found)
        // What was run says the same as the sweep; what was stopped early would have failed.
        #expect(answer.stoppedEarly > 0)
        for (index, line) in lines {
            if line["status"] == "decided" {
                #expect(all[index]?["meets_slo"] == false)
                #expect(line["metrics"] == nil && line["error"]?.stringValue?.contains("missed the SLO") == true)
            } else {
                #expect(line == all[index])
            }
        }
    }

    @Test func theFewestCardsAndTheLowestCostAreThoseOfTheWholeGrid() async throws {
        for figure in CostFigure.allCases {
            let search = try search(
                .smallest(figure), replicas: try SearchRange.resource("1..8"),
                fixed: [SweepSetting(path: rate, value: 60)])
            let (answer, lines) = try await run(search)
            let all = try await sweep(search)
            func figureOf(_ line: JSONValue) -> Double? { line["cluster"]?[figure.rawValue]?.numberValue }
            let exhaustive = all.values.filter { $0["meets_slo"] == true }.compactMap(figureOf).min()
            #expect(exhaustive != nil)
            #expect(answer.best.flatMap { lines[$0] }.flatMap(figureOf) == exhaustive)
            #expect(answer.runs * 2 <= search.plan.count, "\(answer.runs) of \(search.plan.count)")
        }
    }

    @Test func whichPointsAreRunDoesNotDependOnJobs() async throws {
        let search = try search(
            .largestLoad, load: try SearchRange.load("2..60", tolerance: 0.2), replicas: [1, 2, 3])
        let one = try await run(search, jobs: 1), three = try await run(search, jobs: 3)
        #expect(one.answer == three.answer)
        #expect(one.lines == three.lines)
    }

    @Test func aBudgetAndWhatDoesNotFitAreLeftOut() async throws {
        let search = try search(
            .largestLoad, load: [5, 10], replicas: try SearchRange.resource("1..10"),
            within: "devices <= 3 and cost_per_hour < 20")
        let (answer, lines) = try await run(search)
        #expect(answer.unfit == 2 * 2 * 2)
        // Three of H20 at 2 an hour each, one of H100 at 10.
        #expect(answer.beyondBudget == 2 * (5 + 7))
        for line in lines.values {
            #expect(line["cluster"]?["devices"]?.numberValue ?? 9 <= 3)
            #expect(line["cluster"]?["cost_per_hour"]?.numberValue ?? 99 < 20)
        }
        #expect(throws: JSONProblems.self) {
            try self.search(.largestLoad, load: [5, 10], replicas: [1, 2], within: "devices < 1")
        }
        #expect(throws: JSONProblems.self) {
            try self.search(.largestLoad, load: [5, 10], replicas: [1, 2], within: "cards < 1")
        }
    }

    @Test func aConditionOverMetrics() async throws {
        let search = try search(
            .largestLoad, load: try SearchRange.load("0.5..60", tolerance: 0.1), holding: "ttft_s.p99 <= 0.8",
            nodes: ["h20"])
        let (answer, lines) = try await run(search)
        let best = try #require(answer.best.flatMap { lines[$0] })
        #expect(best["metrics"]?.value(at: ["chat", "ttft_s", "p99"])?.numberValue ?? 1 <= 0.8)
        #expect(answer.stoppedEarly == 0, "an SLO that nobody asked for decides nothing")
        let nothing = try self.search(.largestLoad, load: [5, 10], holding: "chat.nothing < 1", nodes: ["h20"])
        #expect(try await run(nothing).answer.best == nil)
        let wrong = try self.search(.largestLoad, load: [5, 10], holding: "ttft.p99 < 1", nodes: ["h20"])
        let error = await #expect(throws: JSONProblem.self) { try await self.run(wrong) }
        #expect(error?.description.contains("did you mean ttft_s?") == true, "\(error.map { "\($0)" } ?? "")")
    }

    @Test func theBestMetricOfWhatHolds() async throws {
        let search = try search(
            .metrics([SweepObjective(metric: "ttft_s.p99", isMaximised: false)]), replicas: [1, 2, 4], holding: "any")
        let (answer, lines) = try await run(search)
        #expect(answer.runs == 6)
        let all = lines.values.compactMap { $0["metrics"]?.value(at: ["chat", "ttft_s", "p99"])?.numberValue }
        #expect(answer.best.flatMap { lines[$0] }?["metrics"]?.value(at: ["chat", "ttft_s", "p99"])?.numberValue
            == all.min())
    }

    @Test(arguments: [
        ("1..4", [1, 2, 3, 4]), ("2..8..2", [2, 4, 6, 8]), ("1,2,8", [1, 2, 8]), ("0.5..1.5..0.5", [0.5, 1.0, 1.5]),
    ] as [(String, [JSONValue])])
    func aResource(text: String, values: [JSONValue]) throws {
        #expect(try SearchRange.resource(text) == values)
    }

    @Test func aLadderHasTheStepOfItsTolerance() throws {
        let ladder = try SearchRange.load("0.25..8", tolerance: 0.02).compactMap(\.numberValue)
        #expect(ladder.first == 0.25 && ladder.last == 8)
        for (one, next) in zip(ladder, ladder.dropFirst()) { #expect(next > one && next / one < 1.0203) }
        #expect(try SearchRange.load("1..20", tolerance: 0.02) == (1...20).map { .init($0) })
        #expect(try SearchRange.load("1,3,9", tolerance: 0.02) == [1, 3, 9])
    }

    @Test(arguments: ["8..1", "1..", "a..b", "3,2", "0..0"]) func aRangeThatIsNone(text: String) {
        #expect(throws: JSONProblem.self) { try SearchRange.load(text, tolerance: 0.02) }
        if text != "0..0" { #expect(throws: JSONProblem.self) { try SearchRange.resource(text) } }
    }
}
