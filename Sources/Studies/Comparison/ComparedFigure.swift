import JSONText

/// One number of the metrics in two results, with what parameter draws say of it.
public struct ComparedFigure: Sendable {
    /// Path below `metrics`, such as `ttft_s.p99`.
    public let path: String
    /// Nil where the result does not have it.
    public let first: Double?
    /// Nil where the second result does not have it.
    public let second: Double?
    /// 5 % to 95 % of the draws of each, where it has them.
    public let firstInterval: DrawnInterval?
    /// 5 % to 95 % of the second result's draws, where it has them.
    public let secondInterval: DrawnInterval?
    /// 5 % to 95 % of second over first, draw by draw, where the draws are paired.
    public let ratioInterval: DrawnInterval?
    /// Probability that the second is better, where the draws are paired; ties count as half.
    public let probabilitySecondBetter: Double?

    /// Second minus first.
    public var difference: Double? {
        guard let first, let second else { return nil }
        return second - first
    }

    /// Second over first; nil where the first is zero.
    public var ratio: Double? { Self.ratio(first, second) }

    /// The figures of either side: those of the first in its order, then what only the second has. Pools are
    /// left out: they have names of their own.
    static func all(_ first: JSONValue, _ second: JSONValue, pairing: DrawPairing) -> [ComparedFigure] {
        let one = numbers(first["metrics"]), other = numbers(second["metrics"])
        let paths = one.map(\.path) + other.map(\.path).filter { path in !one.contains { $0.path == path } }
        return paths.map { path in
            ComparedFigure(
                path, one.first { $0.path == path }?.value, other.first { $0.path == path }?.value,
                draws(first, path), draws(second, path), pairing: pairing)
        }
    }

    private init(
        _ path: String, _ first: Double?, _ second: Double?, _ firstDraws: [Double?]?, _ secondDraws: [Double?]?,
        pairing: DrawPairing
    ) {
        self.path = path
        self.first = first
        self.second = second
        firstInterval = firstDraws.flatMap(DrawnInterval.init)
        secondInterval = secondDraws.flatMap(DrawnInterval.init)
        guard pairing == .paired, let firstDraws, let secondDraws, firstDraws.count == secondDraws.count else {
            ratioInterval = nil
            probabilitySecondBetter = nil
            return
        }
        ratioInterval = DrawnInterval(values: zip(firstDraws, secondDraws).map(Self.ratio))
        let largerIsBetter = HeadlineMetric.named(path)?.largerIsBetter ?? LearningMetric.named(path)?.largerIsBetter
        probabilitySecondBetter = largerIsBetter.flatMap {
            PairedProbability.ofFirst(secondDraws, over: firstDraws, largerIsBetter: $0)
        }
    }

    private static func ratio(_ first: Double?, _ second: Double?) -> Double? {
        guard let first, let second, first != 0 else { return nil }
        return second / first
    }

    private static func numbers(_ metrics: JSONValue?, below path: String = "") -> [(path: String, value: Double)] {
        var found: [(path: String, value: Double)] = []
        for (key, member) in metrics?.objectValue ?? JSONObject() where !(path.isEmpty && key == "pools") {
            let inside = path.isEmpty ? key : "\(path).\(key)"
            if let number = member.numberValue { found.append((inside, number)) }
            found += numbers(member, below: inside)
        }
        return found
    }

    /// The values of a figure in each draw, in order.
    private static func draws(_ workload: JSONValue, _ path: String) -> [Double?]? {
        let metrics = workload["intervals"]?["common_mode"]?["metrics"]
        let interval = path.split(separator: ".").reduce(metrics) { $0?[String($1)] }
        return interval?["draws"]?.arrayValue?.map(\.numberValue)
    }
}
