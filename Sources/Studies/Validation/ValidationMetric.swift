import Metrics
import Serving

/// A figure that can be predicted: a distribution's statistic or a rate, by the name it has in results.
struct ValidationMetric: Sendable, Equatable {
    static let known = "known are ttft_s, tpot_s, itl_s, e2e_s, kv_transfer_s, each with .mean, .p50, .p90, .p95, .p99 "
        + "or .max, and output_tokens_per_s, requests_per_s, makespan_s"

    private static let distributions = ["ttft_s", "tpot_s", "itl_s", "e2e_s", "kv_transfer_s"]
    private static let statistics = ["mean", "p50", "p90", "p95", "p99", "max"]
    private static let plain = ["output_tokens_per_s", "requests_per_s", "makespan_s"]

    let base: String
    let statistic: String

    /// Nil for a name that is none.
    init?(_ name: String) {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 1, Self.plain.contains(name) {
            (base, statistic) = (name, "")
        } else if parts.count == 2, Self.distributions.contains(parts[0]), Self.statistics.contains(parts[1]) {
            (base, statistic) = (parts[0], parts[1])
        } else {
            return nil
        }
    }

    func value(_ distribution: Distribution) -> Double {
        switch statistic {
        case "p50": distribution.p50
        case "p90": distribution.p90
        case "p95": distribution.p95
        case "p99": distribution.p99
        case "max": distribution.max
        default: distribution.mean
        }
    }
}

/// The times of a set of requests, simulated or measured, in nanoseconds.
struct RequestTimes: Sendable {
    private(set) var arrivals: [Int64] = []
    private(set) var firstTokens: [Int64] = []
    private(set) var perToken: [Int64] = []
    private(set) var ends: [Int64] = []
    private(set) var transfers: [Int64] = []
    /// Tokens of all answers, and those that came after the first with the time they took together.
    private(set) var tokens: Int64 = 0
    private(set) var laterTokens: Int64 = 0
    private(set) var laterTime: Int64 = 0
    private(set) var lastEnd: Int64 = 0

    /// Adds a completed request.
    /// - Parameters:
    ///   - firstToken: from arrival to the first token.
    ///   - endToEnd: from arrival to the last.
    mutating func add(arrival: Int64, firstToken: Int64, endToEnd: Int64, outputTokens: Int, transfer: Int64? = nil) {
        arrivals.append(arrival)
        firstTokens.append(firstToken)
        ends.append(endToEnd)
        if outputTokens > 1 {
            perToken.append((endToEnd - firstToken) / Int64(outputTokens - 1))
            laterTokens += Int64(outputTokens - 1)
            laterTime += endToEnd - firstToken
        }
        if let transfer { transfers.append(transfer) }
        tokens += Int64(outputTokens)
        lastEnd = max(lastEnd, arrival + endToEnd)
    }

    /// What a world's requests did, or those of them that arrived within a window.
    init(_ records: [RequestRecord], within window: Range<Int64>? = nil) {
        for record in records {
            guard let first = record.timeToFirstToken, let end = record.endToEnd,
                window?.contains(record.arrival) ?? true else { continue }
            add(arrival: record.arrival, firstToken: first, endToEnd: end, outputTokens: record.outputTokens,
                transfer: record.transfer)
        }
    }

    init() {}

    /// A metric in its own unit; nil where there is nothing to take it of.
    func value(of metric: ValidationMetric) -> Double? {
        let span = Double(lastEnd - (arrivals.min() ?? 0)) / 1e9
        let samples: [Int64]
        switch metric.base {
        case "ttft_s": samples = firstTokens
        case "tpot_s": samples = perToken
        case "e2e_s": samples = ends
        case "kv_transfer_s": samples = transfers
        case "itl_s":
            // Single intervals are not kept: only their mean is known of a part of the requests.
            guard metric.statistic == "mean", laterTokens > 0 else { return nil }
            return Double(laterTime) / Double(laterTokens) / 1e9
        case "makespan_s": return span
        case "requests_per_s": return span > 0 ? Double(ends.count) / span : nil
        default: return span > 0 ? Double(tokens) / span : nil
        }
        return Distribution(nanoseconds: samples).map(metric.value)
    }
}
