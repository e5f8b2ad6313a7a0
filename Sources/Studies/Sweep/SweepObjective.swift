import JSONText

/// A metric of results that should be large or small.
public struct SweepObjective: Sendable, Equatable {
    /// Path below a workload's metrics, such as `ttft_s.p99`; behind the workload's name where there are several.
    public var metric: String
    /// Whether larger values are better.
    public var isMaximised: Bool

    public init(metric: String, isMaximised: Bool) {
        self.metric = metric
        self.isMaximised = isMaximised
    }

    /// Reads `ttft_s.p99`, `min devices` or `max:prefix_blocks_hit`; without a word the metric's nature decides.
    /// - Throws: a metric whose nature is not known.
    public init(parsing text: String) throws(JSONProblem) {
        let words = text.split(whereSeparator: { $0 == " " || $0 == ":" }).map(String.init)
        if words.count == 2, words[0] == "min" || words[0] == "max" {
            self.init(metric: words[1], isMaximised: words[0] == "max")
        } else if words.count == 1, let isMaximised = Self.nature(of: words[0]) {
            self.init(metric: words[0], isMaximised: isMaximised)
        } else {
            throw JSONProblem(
                message: "\(text): not known whether more of it is better",
                remedy: "write min:metric or max:metric; known are "
                    + HeadlineMetric.all.map(\.path).joined(separator: ", "))
        }
    }

    private static func nature(of metric: String) -> Bool? {
        let smaller = [
            "devices", "power_w", "cost_per_hour", "cost_per_million_output_tokens", "preemptions",
            "restarts", "requests_rejected", "requests_unfinished", "kv_transfer_bytes",
        ]
        let own = HeadlineMetric.all.first { metric == $0.path || metric.hasSuffix("." + $0.path) }
        if let own { return own.largerIsBetter }
        if smaller.contains(where: { metric == $0 || metric.hasSuffix("." + $0) }) { return false }
        let times = [
            "queueing_s", "prefill_s", "decode_queueing_s", "kv_transfer_s", "ttft_s", "tpot_s", "itl_s", "e2e_s",
        ]
        return times.contains { metric.hasPrefix($0 + ".") || metric.contains("." + $0 + ".") } ? false : nil
    }

    /// The figure in a result line, among its `metrics` or what its cluster costs; nil where it has none.
    public func value(in line: JSONValue) -> Double? {
        guard let path = try? JSONPath(parsing: metric) else { return nil }
        if let workloads = line["metrics"]?.objectValue {
            if workloads.count == 1, let own = workloads[0].value.value(at: path)?.numberValue { return own }
            if let own = line["metrics"]?.value(at: path)?.numberValue { return own }
        }
        return line["cluster"]?.value(at: path)?.numberValue
    }
}

/// Points that no other point beats in everything.
public enum ParetoFront {
    /// The indices of points to which no other is at least as good in all figures and better in one; in their order.
    /// Of equal points the first.
    /// - Parameter points: figures of equal number, all to be maximised.
    public static func indices(of points: [[Double]]) -> [Int] {
        // A point can only be beaten by one that comes before it in descending order.
        let order = points.indices.sorted { left, right in
            for (one, other) in zip(points[left], points[right]) where one != other { return one > other }
            return left < right
        }
        var front: [Int] = []
        for index in order where !front.contains(where: { covers(points[$0], points[index]) }) { front.append(index) }
        return front.sorted()
    }

    private static func covers(_ one: [Double], _ other: [Double]) -> Bool {
        zip(one, other).allSatisfy { $0 >= $1 }
    }
}
