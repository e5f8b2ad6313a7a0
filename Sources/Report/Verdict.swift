import JSONText
import Metrics
import Scenario
import Serving
import Studies

/// Which variant is better, by how much, and why.
///
/// With an objective variants are ranked by good requests per second and device, without one by output
/// tokens per second and device; a difference below half a percent is a tie, which mean end-to-end latency
/// decides. With drawn parameters the same rule, applied draw by draw, gives the probability that one variant is
/// better than another.
public struct Verdict: Sendable {
    static let tie = 0.005

    /// One variant's figures.
    struct Entry: Sendable {
        var name: String
        var devices: Int
        var rate: Double
        var endToEnd: Double
        var reasons: [String]
    }

    let criterion: String
    let entries: [Entry]
    /// Index of the best entry.
    let best: Int
    /// Probability that one variant is better than another, by their indices; nil without common draws.
    let probabilities: [[Double]]?

    /// Nil where a variant has nothing to serve, so that there is no such rate to compare.
    public init?(_ runs: [VariantRun]) {
        guard runs.allSatisfy({ !$0.outcomes.isEmpty }) else { return nil }
        let byGoodput = runs.allSatisfy { $0.outcomes.allSatisfy { $0.good != nil } }
        criterion = byGoodput ? "goodput_requests_per_s_per_device" : "output_tokens_per_s_per_device"
        let entries = runs.map { run in
            var entry = Self.entry(run.name, run.outcomes, byGoodput: byGoodput)
            entry.reasons += FleetBoundText.lines(run)
            return entry
        }
        self.entries = entries
        probabilities = Self.probabilities(runs, byGoodput: byGoodput)
        best = entries.indices.reduce(0) { Self.isBetter(entries[$1], than: entries[$0]) ? $1 : $0 }
    }

    private static func probabilities(_ runs: [VariantRun], byGoodput: Bool) -> [[Double]]? {
        let drawn = runs.compactMap(\.drawn)
        guard drawn.count == runs.count, let draws = drawn.first?.draws, drawn.allSatisfy({ $0.draws == draws })
        else { return nil }
        let entries = zip(runs, drawn).map { run, drawn in
            drawn.outcomes.map { entry(run.name, $0, byGoodput: byGoodput) }
        }
        return entries.map { one in
            entries.map { other in PairedProbability.ofFirst(zip(one, other).map(compare)) ?? 0.5 }
        }
    }

    /// Above 0 when the first is better, 0 when neither is.
    private static func compare(_ one: Entry, _ other: Entry) -> Int {
        (isBetter(one, than: other) ? 1 : 0) - (isBetter(other, than: one) ? 1 : 0)
    }

    private static func isBetter(_ one: Entry, than other: Entry) -> Bool {
        let larger = max(one.rate, other.rate)
        if larger > 0, abs(one.rate - other.rate) / larger > tie { return one.rate > other.rate }
        return one.endToEnd < other.endToEnd
    }

    private static func entry(_ name: String, _ outcomes: [ServingOutcome], byGoodput: Bool) -> Entry {
        var amount = 0.0, span = 0.0, weighted = 0.0, completed = 0, devices = 0
        for outcome in outcomes {
            amount += byGoodput ? Double(outcome.good ?? 0) : Double(outcome.outputTokens)
            span = max(span, seconds(outcome.makespan))
            weighted += (outcome.endToEnd?.mean ?? 0) * Double(outcome.completed)
            completed += outcome.completed
            devices += outcome.pools.reduce(0) { $0 + $1.devices }
        }
        return Entry(
            name: name, devices: devices, rate: span > 0 ? amount / span / Double(max(1, devices)) : 0,
            endToEnd: completed > 0 ? weighted / Double(completed) : .infinity,
            reasons: outcomes.flatMap { Reasons.of($0) })
    }

    /// Whether no variant's rate differs from the best one's by more than a tie allows.
    var isTie: Bool { ratios.allSatisfy { $0.map { abs($0 - 1) <= Self.tie } ?? false } }

    /// Ratio of the best variant's rate to each other's.
    var ratios: [Double?] {
        entries.map { $0.rate > 0 ? entries[best].rate / $0.rate : nil }
    }

    var json: JSONValue {
        var variants = JSONObject()
        for (index, (entry, ratio)) in zip(entries, ratios).enumerated() {
            var variant: JSONObject = [
                criterion: .real(entry.rate), "best_over_this": ratio.map { .real($0) } ?? .null,
                "devices": .init(entry.devices), "why": .array(entry.reasons.map { .string($0) }),
            ]
            if let probabilities {
                let others = entries.indices.filter { $0 != index }
                variant["probability_better_than"] = .object(JSONObject(
                    others.map { (entries[$0].name, .real(probabilities[index][$0])) }))
            }
            variants[entry.name] = .object(variant)
        }
        return [
            "criterion": .string(criterion), "best": .string(entries[best].name), "variants": .object(variants),
        ]
    }
}

/// What limits a workload, in words with figures.
enum Reasons {
    /// A pool before which requests wait at least this share of the time holds them up.
    private static let waiting = 0.05

    static func of(_ outcome: ServingOutcome) -> [String] {
        var reasons = [bottleneck(outcome.pools)]
        if let parts = firstTokenParts(outcome) { reasons.append(parts) }
        if outcome.transfers > 0, let transfer = outcome.transfer {
            let size = Double(outcome.transferBytes) / Double(outcome.transfers) / 1e6
            if let first = outcome.timeToFirstToken, transfer.mean > 0.2 * first.mean {
                reasons.append("the network holds requests up: KV transfers are "
                    + "\(percent(transfer.mean / first.mean)) of the mean TTFT")
            }
            reasons.append("KV transfers add \(time(transfer.mean)) on average, \(time(transfer.p99)) at p99 "
                + "(\(outcome.transfers) transfers, \(rounded(size, 0)) MB each)")
        }
        if outcome.prefixUnitsLookedUp > 0 {
            let share = Double(outcome.prefixUnitsHit) / Double(outcome.prefixUnitsLookedUp)
            reasons.append("prefix cache hits \(percent(share)) of the blocks")
        }
        for pool in outcome.pools where pool.preemptions > 0 {
            reasons.append("\(pool.name) ran out of KV blocks and preempted \(pool.preemptions) times")
        }
        for pool in outcome.pools where pool.downShare > 0 {
            reasons.append("\(pool.name) was down \(percent(pool.downShare)) of the time")
        }
        if outcome.restarts > 0 { reasons.append("failures made requests start over \(outcome.restarts) times") }
        for (reason, count) in outcome.rejected {
            reasons.append("\(count) requests rejected: \(explanation(reason))")
        }
        if outcome.unfinished > 0 { reasons.append("\(outcome.unfinished) requests unfinished at the end") }
        for check in outcome.checks where !check.holds {
            reasons.append("CHECK FAILED: \(check.name), expected \(check.expected), found \(check.found)")
        }
        return reasons
    }

    /// The pool that holds requests up: before which they wait most.
    private static func bottleneck(_ pools: [PoolOutcome]) -> String {
        let figures = pools.map {
            "\($0.name) has a queue \(percent($0.queueShare)) of the time and computes \(percent($0.utilisation))"
        }.joined(separator: ", ")
        guard let slowest = pools.max(by: { $0.queueShare < $1.queueShare }), slowest.queueShare >= waiting else {
            return "no pool holds requests up: \(figures)"
        }
        return "bottleneck: \(slowest.name) (\(figures))"
    }

    /// Where the mean time to first token goes.
    private static func firstTokenParts(_ outcome: ServingOutcome) -> String? {
        guard let first = outcome.timeToFirstToken, let queueing = outcome.queueing, let prefill = outcome.prefill
        else { return nil }
        // Means over all requests with a first token, so that they add up.
        func share(_ part: Distribution) -> Double { part.mean * Double(part.count) / Double(first.count) }
        var parts = ["queueing \(time(share(queueing)))", "prefill \(time(share(prefill)))"]
        var rest = first.mean - share(queueing) - share(prefill)
        if let waiting = outcome.decodeQueueing, let transfer = outcome.transfer {
            parts.append("waiting for decode \(time(share(waiting)))")
            parts.append("KV transfer \(time(share(transfer)))")
            rest -= share(waiting) + share(transfer)
        }
        if rest > 1e-6 { parts.append("first decode step \(time(rest))") }
        return "mean TTFT \(time(first.mean)) = " + parts.joined(separator: " + ")
    }

    private static func explanation(_ reason: RejectionReason) -> String {
        switch reason {
        case .context: "longer than max_context"
        case .cache: "need more KV blocks than a replica has"
        }
    }
}
