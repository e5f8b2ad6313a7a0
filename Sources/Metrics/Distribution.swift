/// Summary of a distribution as results print it. Percentiles are of the samples themselves (nearest
/// rank: the smallest sample with at least that share at or below it), not interpolated.
public struct Distribution: Sendable, Equatable {
    /// Number of samples.
    public var count: Int
    /// Arithmetic mean of all samples.
    public var mean: Double
    /// Median.
    public var p50: Double
    /// The smallest sample that at least 90 % do not exceed.
    public var p90: Double
    /// The smallest sample that at least 95 % do not exceed.
    public var p95: Double
    /// The smallest sample that at least 99 % do not exceed.
    public var p99: Double
    /// Largest sample.
    public var max: Double

    public init(count: Int, mean: Double, p50: Double, p90: Double, p95: Double, p99: Double, max: Double) {
        self.count = count
        self.mean = mean
        self.p50 = p50
        self.p90 = p90
        self.p95 = p95
        self.p99 = p99
        self.max = max
    }

    /// Exact summary of nanosecond samples, in seconds; `nil` when there are none.
    public init?(nanoseconds samples: [Int64]) {
        guard !samples.isEmpty else { return nil }
        let sorted = samples.sorted()
        // The sum of 2^31 samples of a day fits 64 bits; wider sums would lose the exact mean.
        let sum = sorted.reduce(0, &+)
        func percentile(_ share: Int) -> Double {
            seconds(sorted[nearestRank(share, of: sorted.count) - 1])
        }
        self.init(
            count: sorted.count, mean: seconds(sum) / Double(sorted.count), p50: percentile(50),
            p90: percentile(90), p95: percentile(95), p99: percentile(99), max: seconds(sorted[sorted.count - 1]))
    }
}

/// Rank, from 1, of the given percentile among `count` sorted samples.
@inlinable
func nearestRank(_ percent: Int, of count: Int) -> Int {
    Swift.max(1, (count * percent + 99) / 100)
}

@usableFromInline
func seconds(_ nanoseconds: Int64) -> Double { Double(nanoseconds) / 1e9 }
