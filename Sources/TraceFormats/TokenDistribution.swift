/// Smallest, mean, quantiles and largest of whole numbers, such as the lengths of all prompts of a trace.
///
/// Quantiles are interpolated linearly between the two nearest of the sorted values (Hyndman and Fan 1996, type 7).
public struct TokenDistribution: Sendable, Equatable {
    /// The smallest value.
    public var minimum: Int64
    /// The sum over the count.
    public var mean: Double
    /// The median.
    public var p50: Double
    /// The value that nine tenths do not exceed.
    public var p90: Double
    /// The value that all but a hundredth do not exceed.
    public var p99: Double
    /// The largest value.
    public var maximum: Int64
    /// The sum.
    public var total: Int64

    /// Of at least one value; of none, everything is 0.
    public init(_ values: [Int32]) {
        let sorted = values.sorted()
        total = values.reduce(into: 0) { $0 += Int64($1) }
        mean = sorted.isEmpty ? 0 : Double(total) / Double(sorted.count)
        minimum = Int64(sorted.first ?? 0)
        maximum = Int64(sorted.last ?? 0)
        p50 = Self.quantile(0.5, sorted)
        p90 = Self.quantile(0.9, sorted)
        p99 = Self.quantile(0.99, sorted)
    }

    private static func quantile(_ probability: Double, _ sorted: [Int32]) -> Double {
        guard !sorted.isEmpty else { return 0 }
        let place = probability * Double(sorted.count - 1)
        let below = Int(place)
        let lower = Double(sorted[below])
        let upper = Double(sorted[min(below + 1, sorted.count - 1)])
        return lower + (place - Double(below)) * (upper - lower)
    }
}
