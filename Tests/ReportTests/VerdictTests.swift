import JSONText
import Metrics
import Scenario
import Testing

@testable import Report
@testable import Serving

/// Which variant is better, from figures set by hand.
@Suite struct VerdictTests {
    /// The mixed variant of the sample with other figures: output tokens, good requests, and seconds.
    private func run(
        _ name: String, output: Int64, good: Int? = nil, seconds: Double = 10, endToEnd: Double = 1
    ) throws -> VariantRun {
        let checked = try SampleRuns.document().checked(variant: "together")
        var run = VariantRun(name: name, scenario: checked, world: checked.world())
        run.outcomes[0].arrived = 100
        run.outcomes[0].completed = 100
        run.outcomes[0].outputTokens = output
        run.outcomes[0].good = good
        run.outcomes[0].makespan = Int64(seconds * 1e9)
        run.outcomes[0].endToEnd = Distribution(
            count: 100, mean: endToEnd, p50: endToEnd, p90: endToEnd, p95: endToEnd, p99: endToEnd, max: endToEnd)
        return run
    }

    @Test func withoutAnObjectiveTokensDecide() throws {
        let verdict = try #require(Verdict([try run("slow", output: 4000), try run("fast", output: 8000)]))
        #expect(verdict.criterion == "output_tokens_per_s_per_device")
        #expect(verdict.best == 1)
        // 4 devices, 10 s.
        #expect(verdict.entries.map(\.rate) == [100, 200])
        #expect(verdict.ratios == [2, 1])
    }

    @Test func withAnObjectiveGoodRequestsDecide() throws {
        let verdict = try #require(
            Verdict([try run("many", output: 8000, good: 20), try run("good", output: 4000, good: 80)]))
        #expect(verdict.criterion == "goodput_requests_per_s_per_device")
        #expect(verdict.best == 1)
        #expect(verdict.entries.map(\.rate) == [0.5, 2])
        #expect(verdict.ratios == [4, 1])
    }

    /// Where one variant has no objective, tokens are what all have in common.
    @Test func anObjectiveMustBeCommon() throws {
        let verdict = try #require(Verdict([try run("a", output: 8000, good: 1), try run("b", output: 4000)]))
        #expect(verdict.criterion == "output_tokens_per_s_per_device")
        #expect(verdict.best == 0)
    }

    @Test func aTieGoesToTheShorterLatency() throws {
        let pairs: [(Int64, Double, Int)] = [
            (8039, 2, 0), (8039, 0.5, 1),  // within half a percent
            (8041, 2, 1), (7959, 0.5, 0),  // beyond
            (8000, 1, 0),  // equal in all: the first
        ]
        for (output, endToEnd, best) in pairs {
            let verdict = try #require(
                Verdict([try run("a", output: 8000), try run("b", output: output, endToEnd: endToEnd)]))
            #expect(verdict.best == best, "\(output) \(endToEnd)")
        }
    }

    @Test func aVariantWithoutAnyRateIsInfinitelyWorse() throws {
        let runs = [try run("none", output: 0), try run("some", output: 10)]
        let verdict = try #require(Verdict(runs))
        #expect(verdict.ratios == [nil, 1])
        #expect(verdict.json["variants"]?["none"]?["best_over_this"] == .null)
        let text = SummaryTable(name: "x", runs: runs).text
        #expect(text.contains("Best by output tokens per second and card: some, infinitely more than none\n"))
        #expect(Verdict([try run("a", output: 0, seconds: 0), try run("b", output: 0, seconds: 0)])?.best == 0)
    }

    @Test func theDocumentHasItAll() throws {
        let verdict = try #require(Verdict([try run("a", output: 4000), try run("b", output: 8000)]))
        #expect(verdict.json["criterion"] == "output_tokens_per_s_per_device")
        #expect(verdict.json["best"] == "b")
        let entry = try #require(verdict.json["variants"]?["a"])
        #expect(entry.objectValue?.keys == ["output_tokens_per_s_per_device", "best_over_this", "devices", "why"])
        #expect(entry["output_tokens_per_s_per_device"] == 100.0)
        #expect(entry["best_over_this"] == 2.0)
        #expect(entry["devices"] == 4)
    }

    @Test func reasonsNameWhatWentWrong() throws {
        var bad = try run("bad", output: 4000).outcomes[0]
        bad.rejected = [(.context, 3), (.cache, 2)]
        bad.unfinished = 7
        bad.pools[0].preemptions = 5
        bad.prefixUnitsLookedUp = 200
        bad.prefixUnitsHit = 50
        bad.checks = [ConservationCheck(name: "kv_blocks_held", expected: 0, found: 9)]
        let reasons = Reasons.of(bad)
        for line in [
            "3 requests rejected: longer than max_context",
            "2 requests rejected: need more KV blocks than a replica has",
            "7 requests unfinished at the end", "all ran out of KV blocks and preempted 5 times",
            "prefix cache hits 25.0 % of the blocks", "CHECK FAILED: kv_blocks_held, expected 0, found 9",
        ] {
            #expect(reasons.contains(line), "\(line)")
        }
    }

    /// The parts of the mean time to first token add up to it.
    @Test func theFirstTokensTimeIsExplained() throws {
        let runs = try SampleRuns.runs()
        let base = try #require(Reasons.of(runs[0].outcomes[0]).first { $0.hasPrefix("mean TTFT ") })
        for part in ["queueing ", "prefill ", "waiting for decode ", "KV transfer ", "first decode step "] {
            #expect(base.contains(part), "\(part)")
        }
        let together = try #require(Reasons.of(runs[1].outcomes[0]).first { $0.hasPrefix("mean TTFT ") })
        #expect(!together.contains("KV transfer"))
    }
}
