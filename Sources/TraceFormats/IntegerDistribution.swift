/// How whole numbers are drawn: lengths in tokens, turns of a conversation, times in milliseconds.
///
/// Draws are rounded half to even. Bounds cut a distribution off by drawing again, so that its shape between them stays
/// what it is; nothing piles up at a bound, and the mean moves accordingly.
public enum IntegerDistribution: Sendable, Equatable {
    /// Always this value.
    case constant(Int)
    /// Every whole number from `minimum` through `maximum` alike.
    case uniform(minimum: Int, maximum: Int)
    /// Normal with the given mean and standard deviation before it is cut off at the bounds.
    case normal(mean: Double, standardDeviation: Double, minimum: Int, maximum: Int)
    /// Lognormal with the given mean and standard deviation of the values themselves, before it is cut off.
    case lognormal(mean: Double, standardDeviation: Double, minimum: Int, maximum: Int)
    /// Lognormal through a median and a 90th percentile, before it is cut off.
    case lognormalQuantiles(median: Double, p90: Double, minimum: Int, maximum: Int)
    /// Through the given quantiles, geometric between two of them, so that a handful describes a long tail.
    case quantiles([QuantilePoint])
    /// One of these values, each alike.
    case empirical([Int32])
}

/// One point of a distribution: this share of the values is at most `value`.
public struct QuantilePoint: Sendable, Equatable {
    /// From 0 to 1.
    public var probability: Double
    /// At least 1.
    public var value: Int

    /// The point at a probability; whether points fit together is checked by the generator.
    public init(_ probability: Double, _ value: Int) {
        self.probability = probability
        self.value = value
    }
}
