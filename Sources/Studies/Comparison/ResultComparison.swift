import JSONText

/// Two results side by side, workload by workload.
public struct ResultComparison: Sendable {
    /// The result that the other is held against.
    public let first: ComparedResult
    /// The result that is compared with the first.
    public let second: ComparedResult
    /// Workloads that are compared with each other.
    public let pairs: [ComparedPair]

    /// Compares what the selection names.
    /// - Throws: names that are not there, or results without anything in common.
    public init(
        _ first: ComparedResult, _ second: ComparedResult, selection: ComparisonSelection = ComparisonSelection()
    ) throws(ComparisonProblem) {
        self.first = first
        self.second = second
        pairs = try selection.pairs(first, second).map { ComparedPair(first, second, $0) }
    }
}

/// A workload of a variant in two results.
public struct ComparedPair: Sendable {
    /// Names of the variant in the two results.
    public let variants: (first: String, second: String)
    /// Names of the workload in the two results.
    public let workloads: (first: String, second: String)
    /// Every number in the metrics of either, by its path.
    public let figures: [ComparedFigure]
    /// Where the mean end-to-end latency goes; empty when either completed nothing.
    public let parts: [ComparedPart]
    /// Share of the makespan in which each pool of either computed.
    public let pools: [ComparedPart]
    /// What differs between the scenarios of the two.
    public let settings: [ChangedSetting]
    /// Whether draws may be compared one by one.
    public let pairing: DrawPairing

    init(_ first: ComparedResult, _ second: ComparedResult, _ names: ComparedNames) {
        variants = names.variants
        workloads = names.workloads
        let one = first.workload(names.workloads.0, of: names.variants.0)
        let other = second.workload(names.workloads.1, of: names.variants.1)
        pairing = DrawPairing(one["intervals"], other["intervals"])
        figures = ComparedFigure.all(one, other, pairing: pairing)
        parts = LatencyParts.compare(one["metrics"], other["metrics"])
        pools = Self.pools(one, other)
        settings = ChangedSetting.all(
            from: first.settings(of: names.variants.0), to: second.settings(of: names.variants.1))
    }

    private static func pools(_ one: JSONValue, _ other: JSONValue) -> [ComparedPart] {
        let sides = [one, other].map { $0["metrics"]?["pools"]?.objectValue ?? JSONObject() }
        let names = sides[0].keys + sides[1].keys.filter { sides[0][$0] == nil }
        return names.map { name in
            ComparedPart(
                name: name, first: sides[0][name]?["utilisation"]?.numberValue,
                second: sides[1][name]?["utilisation"]?.numberValue)
        }
    }
}

/// Whether the draws of two results are the same parameter sets, so that they may be compared one by one.
public enum DrawPairing: String, Sendable {
    /// Same seed, same number of draws.
    case paired
    /// Both have draws, of different seeds or numbers.
    case differentDraws = "different_draws"
    /// At least one has none.
    case absent

    init(_ first: JSONValue?, _ second: JSONValue?) {
        guard let one = first?["common_mode"], let other = second?["common_mode"] else {
            self = .absent
            return
        }
        let isSame = ["seed", "draws"].allSatisfy { one[$0] != nil && one[$0] == other[$0] }
        self = isSame ? .paired : .differentDraws
    }
}

/// One named figure on both sides.
public struct ComparedPart: Sendable, Equatable {
    /// What it is a figure of: a stage or a pool.
    public var name: String
    /// Nil where the side does not have it.
    public var first: Double?
    /// The second result's figure; nil where it has none.
    public var second: Double?

    /// Second minus first.
    public var difference: Double? {
        guard let first, let second else { return nil }
        return second - first
    }
}

/// The stages that the mean end-to-end latency of completed requests is made of.
enum LatencyParts {
    private static let stages = [
        ("queueing", "queueing_s"), ("prefill", "prefill_s"), ("decode_queueing", "decode_queueing_s"),
        ("kv_transfer", "kv_transfer_s"),
    ]

    static func compare(_ first: JSONValue?, _ second: JSONValue?) -> [ComparedPart] {
        guard let one = means(first), let other = means(second) else { return [] }
        let names = stages.map(\.0) + ["decode"]
        return names.enumerated().map { ComparedPart(name: $1, first: one[$0], second: other[$0]) }
    }

    /// Seconds per completed request in each stage, then in decode: what the stages leave of the whole. A stage
    /// that only some requests have counts zero for the others.
    private static func means(_ metrics: JSONValue?) -> [Double]? {
        guard let total = metrics?["e2e_s"], let mean = total["mean"]?.numberValue,
            let count = total["count"]?.numberValue, count > 0 else { return nil }
        let parts = stages.map { _, key in
            (metrics?[key]?["mean"]?.numberValue ?? 0) * (metrics?[key]?["count"]?.numberValue ?? 0) / count
        }
        let rest = mean - parts.reduce(0, +)
        // Below the nanosecond of the clock there is only rounding.
        return parts + [abs(rest) < 1e-9 ? 0 : rest]
    }
}
