import JSONText
import Scenario
import Studies
import Testing

@testable import Report

/// Results side by side, from the results themselves.
@Suite struct ComparisonTests {
    private func result(_ patch: JSONValue = [:]) throws -> ComparedResult {
        try compared(SampleRuns.result(patch))
    }

    private func compared(_ result: JSONValue) throws -> ComparedResult {
        try ComparedResult(JSONDocument(bytes: JSONWriter.pretty.bytes(of: result), file: "result.json"))
    }

    private func complaint(_ result: JSONValue) -> String {
        do {
            _ = try ComparedResult(JSONDocument(bytes: JSONWriter.pretty.bytes(of: result), file: "result.json"))
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func theFormatIsTheOneThatIsWritten() { #expect(ComparedResult.schema == ResultDocument.schema) }

    /// Headline metrics have the values that results have under their paths.
    @Test func headlineMetricsAreThoseOfTheResult() throws {
        for run in try SampleRuns.runs() {
            let metrics = run.metrics(run.outcomes[0], run.scenario.plans[0])
            for metric in HeadlineMetric.all {
                let stated = metric.path.split(separator: ".").reduce(Optional(JSONValue.object(metrics))) {
                    $0?[String($1)]
                }
                #expect(stated?.numberValue == metric.value(of: run.outcomes[0]), "\(metric.path)")
            }
        }
    }

    /// Every row of the tables names a metric that there is.
    @Test func theRowsOfTheTableAreMetrics() {
        for (_, path, _) in SummaryTable.headline { #expect(HeadlineMetric.named(path) != nil, "\(path)") }
    }

    @Test func aResultAgainstItselfDiffersInNothing() async throws {
        let result = try compared(try await SampleRuns.drawnResult())
        let comparison = try ResultComparison(result, result)
        #expect(comparison.pairs.map(\.variants.first) == ["base", "together"])
        for pair in comparison.pairs {
            #expect(pair.settings.isEmpty)
            #expect(pair.pairing == .paired)
            for figure in pair.figures {
                #expect(figure.difference == 0)
                #expect(figure.ratio == (figure.first == 0 ? nil : 1))
                guard HeadlineMetric.named(figure.path) != nil else { continue }
                #expect(figure.probabilitySecondBetter == 0.5)
                #expect(figure.ratioInterval?.p5 == 1 && figure.ratioInterval?.p95 == 1, "\(figure.path)")
            }
            #expect((pair.parts + pair.pools).allSatisfy { $0.difference == 0 })
        }
        let text = ComparisonReport.text(comparison, names: ("a.json", "b.json"))
        #expect(text.contains("The settings are the same."))
    }

    /// The stages of the mean end-to-end latency sum to it.
    @Test func thePartsAreTheWhole() throws {
        let comparison = try ResultComparison(result(), result(["workloads": ["chat": ["kv": ["dtype": "fp8"]]]]))
        for pair in comparison.pairs {
            let whole = try #require(pair.figures.first { $0.path == "e2e_s.mean" })
            #expect(pair.parts.map(\.name) == ["queueing", "prefill", "decode_queueing", "kv_transfer", "decode"])
            for (side, total) in [(\ComparedPart.first, whole.first), (\ComparedPart.second, whole.second)] {
                let sum = pair.parts.reduce(0) { $0 + ($1[keyPath: side] ?? 0) }
                #expect(abs(sum - (total ?? 0)) < 1e-9)
                #expect(pair.parts.allSatisfy { ($0[keyPath: side] ?? 0) >= 0 })
            }
        }
    }

    @Test func whatWasSetDifferentlyIsNamed() throws {
        let other = try result(["workloads": ["chat": ["kv": ["dtype": "fp8"], "engine": ["block_tokens": 32]]]])
        let pair = try #require(try ResultComparison(result(), other).pairs.first)
        #expect(pair.settings.map(\.path.description) == [
            "workloads.chat.engine.block_tokens", "workloads.chat.kv",
        ])
        #expect(pair.settings[0].first == 16 && pair.settings[0].second == 32)
        #expect(pair.pairing == .absent)
        #expect(pair.figures.allSatisfy { $0.probabilitySecondBetter == nil && $0.ratioInterval == nil })
    }

    @Test func twoVariantsOfOneFileAreCompared() throws {
        let result = try result()
        let comparison = try ResultComparison(
            result, result, selection: ComparisonSelection(variant: "base", otherVariant: "together"))
        let pair = try #require(comparison.pairs.first)
        #expect(comparison.pairs.count == 1)
        #expect(pair.pools.map(\.name) == ["prompts", "answers", "all"])
        #expect(pair.pools.map { $0.second != nil } == [false, false, true])
        #expect(pair.settings.map(\.path.description) == [
            "workloads.chat.pools.prompts", "workloads.chat.pools.answers", "workloads.chat.pools.all",
        ])
    }

    @Test func drawsOfAnotherSeedAreNotPaired() async throws {
        let one = try await SampleRuns.drawnResult()
        var other = one
        try other.set(["variants", "base", "workloads", "chat", "intervals", "common_mode", "seed"], to: 2)
        let pair = try #require(try ResultComparison(compared(one), compared(other)).pairs.first)
        #expect(pair.pairing == .differentDraws)
        #expect(pair.figures.allSatisfy { $0.probabilitySecondBetter == nil })
        #expect(pair.figures.contains { $0.firstInterval != nil && $0.secondInterval != nil })
    }

    @Test func aResultThatCompletedNothingIsCompared() throws {
        let pair = try #require(try ResultComparison(result(), result(["until": "1 us"])).pairs.first)
        #expect(pair.parts.isEmpty)
        #expect(pair.figures.first { $0.path == "ttft_s.mean" }?.second == nil)
        #expect(pair.figures.first { $0.path == "requests_completed" }?.ratio == 0)
    }

    @Test func whatIsNoResultIsNamed() throws {
        let result = try SampleRuns.result()
        #expect(try complaint(SampleRuns.document().value).contains("this is no result"))
        #expect(complaint([]).contains("this is no result"))
        #expect(complaint(result.replacing(["schema"], "simulate-result/9")).hasPrefix("result.json:2:"))
        #expect(complaint(result.replacing(["variants"], [:])).contains("at least one variant"))
        #expect(complaint(result.replacing(["variants", "base"], 1)).contains("an object of workloads"))
        #expect(complaint(result.replacing(["variants", "base", "workloads", "chat"], [:])).contains("with metrics"))
        #expect(complaint(result.replacing(["scenario"], [:])).contains("the scenario as its document"))
    }

    @Test func namesThatAreNotThereAreNamed() throws {
        let result = try result()
        #expect(throws: ComparisonProblem.unknown(
            kind: "variant", name: "togetherr", result: "second", nearest: "together", known: ["base", "together"])
        ) {
            try ResultComparison(
                result, result, selection: ComparisonSelection(variant: "base", otherVariant: "togetherr"))
        }
        #expect(throws: ComparisonProblem.self) {
            try ResultComparison(result, result, selection: ComparisonSelection(workload: "other"))
        }
    }

    /// The document is valid JSON with one entry per pair; its numbers are those of the results.
    @Test func theDocumentHoldsTheFigures() async throws {
        let one = try await SampleRuns.drawnResult()
        let comparison = try ResultComparison(compared(one), compared(one))
        let value = ComparisonDocument(comparison).value
        #expect(value["schema"] == "simulate-comparison/1")
        #expect(value["pairs"]?.arrayValue?.count == 2)
        let figure = value["pairs"]?[0]?["metrics"]?["ttft_s.p99"]
        let stated = one.value(at: ["variants", "base", "workloads", "chat", "metrics", "ttft_s", "p99"])
        #expect(figure?["first"] == stated)
        #expect(figure?["probability_second_better"] == .real(0.5))
        #expect(figure?["ratio_interval"] == ["p5": .real(1), "p95": .real(1)])
    }
}
