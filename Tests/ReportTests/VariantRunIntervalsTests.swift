import JSONText
import Scenario
import Studies
import Testing

@testable import Report

/// Intervals in results and tables.
@Suite struct VariantRunIntervalsTests {
    private func drawnRuns(_ patch: JSONValue = [:], count: Int = 4) async throws -> [VariantRun] {
        var runs = try SampleRuns.runs(patch)
        let drawn = await ParameterDraws(seed: 1, count: count).run(runs.map(\.scenario), jobs: 2)
        for index in runs.indices { runs[index].drawn = drawn[index] }
        return runs
    }

    /// Draws add to a result and change nothing that it has without them.
    @Test func withoutItsIntervalsAResultIsTheNominalOne() async throws {
        let scenario = try SampleRuns.document().value
        let nominal = try ResultDocument(scenario: scenario, variants: SampleRuns.runs()).value
        var drawn = try await ResultDocument(scenario: scenario, variants: drawnRuns()).value
        #expect(drawn != nominal)
        for variant in ["base", "together"] {
            try drawn.set(["variants", .key(variant), "workloads", "chat", "intervals"], to: .null)
            drawn = drawn.applying(mergePatch: ["comparison": ["variants": [variant: [
                "probability_better_than": .null]]]])
        }
        #expect(JSONWriter.pretty.bytes(of: drawn) == JSONWriter.pretty.bytes(of: nominal))
    }

    @Test func everyHeadlineMetricHasItsInterval() async throws {
        for run in try await drawnRuns() {
            let intervals = run.intervals(0)
            #expect(intervals["sampling"] == .null)
            #expect(intervals["scatter"]?.objectValue?.keys == run.scenario.plans[0].pools.map(\.name))
            for metric in HeadlineMetric.all {
                let path = JSONPath(
                    ["common_mode", "metrics"] + metric.path.split(separator: ".").map { .key(String($0)) })
                let interval = try #require(intervals.value(at: path), "\(metric.path)")
                let low = try #require(interval["p5"]?.numberValue), high = try #require(interval["p95"]?.numberValue)
                #expect(low <= high)
                #expect(interval["draws"]?.arrayValue?.count == 4)
            }
        }
    }

    /// Probabilities of two variants sum to one; three equal ones are even.
    @Test func theVerdictHasPairedProbabilities() async throws {
        let runs = try await drawnRuns()
        let probabilities = try #require(Verdict(runs)?.probabilities)
        #expect(probabilities[0][1] + probabilities[1][0] == 1)
        #expect(probabilities[0][0] == 0.5)
        let same = try #require(Verdict([runs[0], runs[0]])?.probabilities)
        #expect(same == [[0.5, 0.5], [0.5, 0.5]])
        #expect(try #require(Verdict(try SampleRuns.runs())).probabilities == nil)
    }

    @Test func theTableShowsThemBesideTheValue() async throws {
        let text = SummaryTable(name: "sample", runs: try await drawnRuns()).text
        #expect(text.contains("5 % to 95 % of 4 draws"))
        let row = try #require(text.split(separator: "\n").first { $0.hasPrefix("TTFT mean") })
        #expect(row.contains("[") && row.contains(" to ") && row.contains("]"))
        #expect(text.contains("Under drawn parameters"))
        #expect(!SummaryTable(name: "sample", runs: try SampleRuns.runs()).text.contains("["))
    }

    @Test func aUnitStandsOnceWhereItIsTheSame() {
        #expect(withInterval("1.23 s", 1.1, 1.4, time) == "1.23 s [1.10 to 1.40 s]")
        #expect(withInterval("1.23 s", 0.5, 1.4, time) == "1.23 s [500 ms to 1.40 s]")
        #expect(withInterval("12", 10, 14) { rounded($0, 0) } == "12 [10 to 14]")
    }

    @Test func drawsWithoutAFigureAreNull() async throws {
        let runs = try await drawnRuns(["until": "1 us"], count: 2)
        let metrics = runs[0].intervals(0)["common_mode"]?["metrics"]
        #expect(metrics?["ttft_s"] == nil)
        #expect(metrics?["makespan_s"]?["p5"] == .real(0))
    }
}
