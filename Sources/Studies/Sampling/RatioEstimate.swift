import EventEngine

/// The time of all steps of a run from that of a stratified sample: the model's total times the ratio of
/// measured to modelled time, with an interval of nominally 95 %.
///
/// The ratio is the combined one of stratified sampling, `sum_h N_h mean_h(y) / sum_h N_h mean_h(x)` over
/// strata `h` of `N_h` steps, with `y` measured and `x` modelled (Cochran 1977, Sampling Techniques, 6.11), so that
/// a biased model costs nothing and one that is right in its proportions removes most of the scatter.
///
/// Measured times have rare stragglers. One that is drawn would stand for too many, so that the sample with the
/// largest excess over `r x` keeps only that of the second largest (the once-winsorised mean of Rivest 1994,
/// Biometrika 81(2), which has less error than the mean wherever the tail is long); two of a kind count in full.
/// Intervals of normal theory are too short under such tails: this one is a bootstrap-t interval, and since a sample
/// of `n` without a straggler cannot exclude that about one step in `n` is one, it is no shorter than
/// ``floor(samples:)``. A test holds the coverage against known truth.
public struct RatioEstimate: Sendable, Equatable {
    /// One sampled step.
    public struct Sample: Sendable, Equatable {
        /// Index of the stratum that the step was drawn from.
        public var stratum: Int
        /// Time by the model, in seconds.
        public var model: Double
        /// Measured time, in seconds.
        public var measured: Double

        public init(stratum: Int, model: Double, measured: Double) {
            self.stratum = stratum
            self.model = model
            self.measured = measured
        }
    }

    /// Measured over modelled time.
    public let ratio: Double
    /// Standard error of the ratio by linearisation.
    public let standardError: Double
    /// Bounds of the ratio that hold it in nominally 95 of 100 samples.
    public let interval: ClosedRange<Double>

    /// Least half-width of an interval over the ratio: 2 %, and half a step's time in so many steps.
    public static func floor(samples: Int) -> Double { 0.02 + 0.5 / Double(max(1, samples)) }

    static let resamples = 399

    /// - Parameters:
    ///   - sizes: steps of each stratum in the whole run; strata without samples count with the others' ratio.
    ///   - seed: of the resampling.
    /// - Returns: nothing for a sample whose model time is zero.
    public init?(_ samples: [Sample], sizes: [Int], seed: UInt64 = 1) {
        let sample = StratifiedSample(samples, sizes: sizes)
        guard let (ratio, error) = sample.ratio() else { return nil }
        (self.ratio, standardError) = (ratio, error)
        let least = ratio * Self.floor(samples: samples.count)
        let (low, high) = Self.bootstrapT(sample, ratio, error, seed)
        interval = max(0, ratio - max(least, high * error))...(ratio + max(least, -low * error))
    }

    /// The 2.5 % and 97.5 % points of `(r* - r) / s*` over samples drawn again within strata.
    private static func bootstrapT(
        _ sample: StratifiedSample, _ ratio: Double, _ error: Double, _ seed: UInt64
    ) -> (low: Double, high: Double) {
        guard error > 0 else { return (0, 0) }
        var stream = RandomStream(seed: seed, name: "sampling/bootstrap")
        var statistics: [Double] = []
        var drawn = sample
        for _ in 0..<resamples {
            drawn.draw(from: sample, &stream)
            guard let again = drawn.ratio(), again.error > 0 else { continue }
            statistics.append((again.ratio - ratio) / again.error)
        }
        guard statistics.count > 40 else { return (-1.96, 1.96) }
        statistics.sort()
        let edge = statistics.count / 40
        return (min(-1.96, statistics[edge]), max(1.96, statistics[statistics.count - 1 - edge]))
    }
}

/// Samples in the order of their strata, in flat arrays: a bootstrap sums them hundreds of times.
private struct StratifiedSample {
    private var x: [Double] = []
    private var y: [Double] = []
    /// Where each stratum with samples begins, and the end of the last.
    private var starts = [0]
    /// Steps that a sample of each of these strata stands for, and one less the share of it that was sampled.
    private var weights: [Double] = []
    private var unsampled: [Double] = []

    init(_ samples: [RatioEstimate.Sample], sizes: [Int]) {
        for (stratum, size) in sizes.enumerated() {
            let members = samples.filter { $0.stratum == stratum }
            guard !members.isEmpty else { continue }
            x += members.map(\.model)
            y += members.map(\.measured)
            starts.append(x.count)
            let all = Double(max(size, members.count))
            weights.append(all / Double(members.count))
            unsampled.append(1 - Double(members.count) / all)
        }
    }

    /// Replaces each stratum by as many of its samples drawn with repetition.
    mutating func draw(from sample: StratifiedSample, _ stream: inout RandomStream) {
        for stratum in weights.indices {
            let first = starts[stratum], count = starts[stratum + 1] - first
            for index in first..<(first + count) {
                let source = first + stream.uniform(below: count)
                x[index] = sample.x[source]
                y[index] = sample.y[source]
            }
        }
    }

    /// The combined ratio, once winsorised, and its standard error: residuals `y - r x` vary around each stratum's
    /// mean of them.
    func ratio() -> (ratio: Double, error: Double)? {
        var model = 0.0, measured = 0.0
        for stratum in weights.indices {
            for index in starts[stratum]..<starts[stratum + 1] {
                model += weights[stratum] * x[index]
                measured += weights[stratum] * y[index]
            }
        }
        guard model > 0 else { return nil }
        let (outlier, excess, weight) = largestExcess(measured / model)
        let ratio = (measured - excess) / model
        var variance = 0.0
        for stratum in weights.indices {
            let count = Double(starts[stratum + 1] - starts[stratum])
            guard count > 1 else { continue }
            var sum = 0.0, squares = 0.0
            for index in starts[stratum]..<starts[stratum + 1] {
                var residual = y[index] - ratio * x[index]
                if index == outlier { residual -= excess / weight }
                sum += residual
                squares += residual * residual
            }
            let spread = max(0, squares - sum * sum / count) / (count - 1)
            variance += weights[stratum] * weights[stratum] * unsampled[stratum] * count * spread
        }
        return (ratio, variance.squareRoot() / model)
    }

    /// The sample with the largest weighted excess over `ratio x model`, what of it is beyond the second largest, and
    /// its weight.
    private func largestExcess(_ ratio: Double) -> (index: Int, excess: Double, weight: Double) {
        var largest = -Double.infinity, second = -Double.infinity, place = 0, weight = 1.0
        for stratum in weights.indices {
            for index in starts[stratum]..<starts[stratum + 1] {
                let excess = weights[stratum] * (y[index] - ratio * x[index])
                if excess > largest {
                    second = largest
                    (largest, place, weight) = (excess, index, weights[stratum])
                } else if excess > second {
                    second = excess
                }
            }
        }
        return second > -.infinity ? (place, largest - second, weight) : (place, 0, weight)
    }
}
