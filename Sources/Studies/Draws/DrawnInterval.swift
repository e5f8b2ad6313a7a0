/// What parameter draws say of one figure: 5 % to 95 % of them, and every value for paired comparisons.
///
/// The bounds are drawn values themselves (nearest rank, as percentiles elsewhere); of sixteen draws they are
/// the smallest and the largest, between which a seventeenth falls with probability 15/17.
public struct DrawnInterval: Sendable, Equatable {
    /// The smallest drawn value with at least 5 % of the draws at or below it.
    public var p5: Double
    /// The smallest drawn value with at least 95 % of the draws at or below it.
    public var p95: Double
    /// The figure in each draw, in order; nil where a draw has none, as a latency when nothing was completed.
    public var values: [Double?]

    /// Nil where fewer than two draws have a value.
    public init?(values: [Double?]) {
        let sorted = values.compactMap { $0 }.sorted()
        guard sorted.count >= 2 else { return nil }
        func percentile(_ percent: Int) -> Double { sorted[max(1, (sorted.count * percent + 99) / 100) - 1] }
        self.values = values
        p5 = percentile(5)
        p95 = percentile(95)
    }

    /// Whether a value lies between the bounds, both included.
    public func contains(_ value: Double) -> Bool { p5 <= value && value <= p95 }
}

/// The probability that one of two is better, from draws that both share.
public enum PairedProbability {
    /// Share of the draws in which the first is better; a tie counts as half, so that anything compared with
    /// itself has probability 0.5.
    /// - Parameter comparisons: per draw: above 0 the first is better, below 0 the second, 0 a tie.
    /// - Returns: nil without draws.
    public static func ofFirst(_ comparisons: [Int]) -> Double? {
        guard !comparisons.isEmpty else { return nil }
        let halves = comparisons.reduce(0) { $0 + 1 + $1.signum() }
        return Double(halves) / Double(2 * comparisons.count)
    }

    /// The probability that `first` is better than `second`, figures of the same draws in order. Draws in which
    /// either has no figure say nothing.
    public static func ofFirst(_ first: [Double?], over second: [Double?], largerIsBetter: Bool) -> Double? {
        ofFirst(zip(first, second).compactMap { one, other in
            guard let one, let other else { return nil }
            if one == other { return 0 }
            return (one > other) == largerIsBetter ? 1 : -1
        })
    }
}
