/// Counts of nanosecond durations in buckets of equal relative width, for samples too many to keep:
/// the intervals between tokens.
///
/// Buckets are exact below 2,048 ns and 1/1,024 of the value wide above (a High Dynamic Range histogram
/// with three significant digits). Count, sum, mean and maximum are exact; a percentile is the
/// largest value of its bucket, at most 0.1 % above the true one, and never above the maximum.
///
/// Own code because one call per decode step with a weight is the hottest statement of a simulation;
/// a test compares it with sorted samples.
public struct LatencyHistogram: Sendable {
    private static let subBits = 10
    private var counts: [Int64] = []
    /// Values recorded, each as often as its weight.
    public private(set) var count: Int64 = 0
    private var exactSum: Int64 = 0
    /// Largest value, exact, in nanoseconds.
    public private(set) var maximum: Int64 = 0

    public init() {}

    /// Adds `weight` samples of the same duration.
    public mutating func record(_ nanoseconds: Int64, weight: Int64 = 1) {
        guard weight > 0 else { return }
        let bucket = Self.bucket(of: nanoseconds)
        if bucket >= counts.count {
            counts.append(contentsOf: repeatElement(0, count: bucket + 1 - counts.count))
        }
        counts[bucket] += weight
        count += weight
        exactSum &+= nanoseconds &* weight
        maximum = max(maximum, nanoseconds)
    }

    /// Adds everything that another histogram has recorded.
    public mutating func merge(_ other: LatencyHistogram) {
        if other.counts.count > counts.count {
            counts.append(contentsOf: repeatElement(0, count: other.counts.count - counts.count))
        }
        for (index, value) in other.counts.enumerated() { counts[index] += value }
        count += other.count
        exactSum &+= other.exactSum
        maximum = max(maximum, other.maximum)
    }

    /// Smallest bucket limit, in nanoseconds, with at least `percent` of the samples at or below it.
    public func percentile(_ percent: Int) -> Int64 {
        let rank = Int64(nearestRank(percent, of: Int(count)))
        var seen: Int64 = 0
        for (index, value) in counts.enumerated() where value > 0 {
            seen += value
            if seen >= rank { return min(Self.upperLimit(of: index), maximum) }
        }
        return maximum
    }

    /// The summary in seconds; nil without values.
    public var distribution: Distribution? {
        guard count > 0 else { return nil }
        return Distribution(
            count: Int(count), mean: seconds(exactSum) / Double(count), p50: seconds(percentile(50)),
            p90: seconds(percentile(90)), p95: seconds(percentile(95)), p99: seconds(percentile(99)),
            max: seconds(maximum))
    }

    private static func bucket(of value: Int64) -> Int {
        let magnitude = UInt64(max(0, value))
        let shift = max(0, 63 - magnitude.leadingZeroBitCount - subBits)
        return (shift << subBits) + Int(magnitude >> UInt64(shift))
    }

    private static func upperLimit(of bucket: Int) -> Int64 {
        guard bucket >= 2 << subBits else { return Int64(bucket) }
        let shift = (bucket >> subBits) - 1
        let mantissa = bucket - (shift << subBits)
        return Int64(((mantissa + 1) << shift) - 1)
    }
}
