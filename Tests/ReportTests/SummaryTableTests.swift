import Foundation
import JSONText
import Scenario
import Testing

@testable import Report

@Suite struct SummaryTableTests {
    @Test func variantsStandSideBySide() throws {
        let runs = try SampleRuns.runs()
        let text = SummaryTable(name: "sample", runs: runs).text
        let lines = text.components(separatedBy: "\n")
        #expect(lines[0] == "sample")
        #expect(lines[2].split(separator: " ") == ["base", "together"])
        let cards = lines.first { $0.hasPrefix("cards") }
        #expect(cards?.contains("4 ascend-910b2 + 2 h20-96") ?? false)
        #expect(cards?.hasSuffix("4 h20-96") ?? false)
        #expect(lines.contains { $0.hasPrefix("completed / arrived") && $0.hasSuffix("30 / 30") })
        for row in [
            "output tokens/s", "good requests/s", "SLO attainment", "TTFT mean", "TPOT p50", "ITL p99", "E2E p99",
        ] {
            #expect(lines.contains { $0.hasPrefix(row) }, "\(row)")
        }
        #expect(text.contains("Best by good requests per second and card: "))
        #expect(text.contains("Why base:\n  - ") && text.contains("Why together:\n  - "))
    }

    @Test func whatNoVariantHasIsLeftOut() throws {
        let text = SummaryTable(name: "x", runs: try SampleRuns.runs(["workloads": ["chat": ["slo": .null]]])).text
        #expect(!text.contains("good requests/s") && !text.contains("SLO attainment") && !text.contains("preemptions"))
        #expect(text.contains("Best by output tokens per second and card: "))
        let one = SummaryTable(name: "x", runs: try SampleRuns.runs(["variants": .null])).text
        #expect(!one.contains("Best by"))
    }

    /// A variant may add a workload, which then has a table without the others.
    @Test func variantsMayDifferInWorkloads() throws {
        let sample = try #require(SampleRuns.patches.first { $0.name == "a workload more in a variant" })
        let text = SummaryTable(name: "x", runs: try SampleRuns.runs(sample.patch)).text
        let tables = text.components(separatedBy: "workload ")
        #expect(tables.count == 3)
        #expect(tables[1].hasPrefix("chat\n"))
        #expect(tables[1].components(separatedBy: "\n")[1].split(separator: " ") == ["base", "together", "more"])
        #expect(tables[2].hasPrefix("other\n"))
        #expect(tables[2].components(separatedBy: "\n")[1].split(separator: " ") == ["more"])
    }

    @Test func aRunWithoutACompletionHasATable() throws {
        let text = SummaryTable(name: "x", runs: try SampleRuns.runs(["until": "1 us"])).text
        let row = text.components(separatedBy: "\n").first { $0.hasPrefix("completed / arrived") }
        #expect(row?.split(separator: " ").suffix(6) == ["0", "/", "1", "0", "/", "1"])
        #expect(text.contains("\nNo variant has any good requests per second and card\n"))
        #expect(text.contains("  - 1 requests unfinished at the end\n"))
    }
}
