import JSONText
import TraceFormats

/// What `simulate trace inspect` says of a trace.
public struct TraceReport: Sendable {
    private let summary: TraceSummary

    /// Creates the report of a summary.
    public init(_ summary: TraceSummary) { self.summary = summary }

    /// The summary as tables for a terminal.
    public var text: String {
        var table = TextTable(["", "min", "mean", "p50", "p90", "p99", "max", "total"])
        for (name, tokens) in [("input tokens", summary.inputTokens), ("output tokens", summary.outputTokens)] {
            table.add([
                name, "\(tokens.minimum)", rounded(tokens.mean, 1), rounded(tokens.p50, 0), rounded(tokens.p90, 0),
                rounded(tokens.p99, 0), "\(tokens.maximum)", "\(tokens.total)",
            ])
        }
        var lines = [
            "requests          \(summary.requests)"
                + (summary.failures > 0 ? " (\(summary.failures) failed rows left out)" : ""),
            "duration          \(time(seconds(summary.durationNanoseconds)))",
            "rate              \(significant(summary.requestsPerSecond)) requests/s",
            "gaps              coefficient of variation \(rounded(summary.gapCoefficientOfVariation, 2)) "
                + "(Poisson is 1)",
        ]
        if summary.tickNanoseconds > 0, summary.arrivalsPerTick > 1.5 {
            lines.append(
                "timestamps        in ticks of about \(time(seconds(summary.tickNanoseconds))): "
                    + "\(rounded(summary.arrivalsPerTick, 1)) requests each, at most \(summary.mostArrivalsAtOnce); "
                    + "\"spread_ticks\": true spreads them")
        }
        if let sessions = summary.sessions { lines.append("sessions          \(sessions)") }
        if let reuse = summary.prefixReuse {
            lines.append(
                "prefix blocks     \(reuse.blocks) of \(reuse.blockTokens) tokens, \(reuse.distinctBlocks) distinct")
            lines.append(
                "unbounded cache   hits \(reuse.hitBlocks) of \(reuse.blocks) blocks (\(percent(reuse.hitShare))), "
                    + "\(reuse.hitTokens) tokens; \(reuse.requestsWithHit) requests with a hit")
        }
        lines += summary.lints.map { "note              \($0)" }
        return table.text + "\n" + lines.joined(separator: "\n") + "\n"
    }

    /// The summary as JSON; times in seconds.
    public var json: JSONValue {
        var object: JSONObject = [
            "requests": .init(summary.requests), "failures": .init(summary.failures),
            "duration_s": .real(seconds(summary.durationNanoseconds)),
            "requests_per_s": .real(summary.requestsPerSecond),
            "gap_coefficient_of_variation": .real(summary.gapCoefficientOfVariation),
            "distinct_arrivals": .init(summary.distinctArrivals), "tick_s": .real(seconds(summary.tickNanoseconds)),
            "most_arrivals_at_once": .init(summary.mostArrivalsAtOnce),
            "input_tokens": tokens(summary.inputTokens), "output_tokens": tokens(summary.outputTokens),
        ]
        if let sessions = summary.sessions { object["sessions"] = .init(sessions) }
        if let reuse = summary.prefixReuse {
            object["prefix_reuse"] = [
                "block_tokens": .init(reuse.blockTokens), "blocks": .init(reuse.blocks),
                "distinct_blocks": .init(reuse.distinctBlocks), "blocks_hit": .init(reuse.hitBlocks),
                "tokens_hit": .integer(reuse.hitTokens), "requests_with_hit": .init(reuse.requestsWithHit),
            ]
        }
        object["notes"] = .array(summary.lints.map { .string("\($0)") })
        return .object(object)
    }

    private func tokens(_ tokens: TokenDistribution) -> JSONValue {
        [
            "min": .integer(tokens.minimum), "mean": .real(tokens.mean), "p50": .real(tokens.p50),
            "p90": .real(tokens.p90), "p99": .real(tokens.p99), "max": .integer(tokens.maximum),
            "total": .integer(tokens.total),
        ]
    }
}
