import EventEngine

/// A distribution made ready for drawing, with a random stream of its own.
struct IntegerSampler {
    /// How often a draw outside the bounds is repeated before the bounds are declared unusable.
    private static let maximumRedraws = 100_000

    private let law: Law
    private let bounds: ClosedRange<Int64>
    private let field: String
    private var stream: RandomStream

    private enum Law {
        case constant(Int64)
        case uniform
        case normal(mean: Double, standardDeviation: Double)
        case lognormal(mu: Double, sigma: Double)
        case quantiles(probabilities: [Double], logarithms: [Double])
        case empirical([Int32])
    }

    /// Checks the distribution, whose values must lie in `allowed`; `field` names it in problems and its stream.
    init(
        _ distribution: IntegerDistribution, field: String, allowed: ClosedRange<Int>, seed: UInt64
    ) throws(GeneratorProblem) {
        (law, bounds) = try Self.law(of: distribution, field)
        self.field = field
        stream = RandomStream(seed: seed, name: "requests.\(field)")
        guard bounds.lowerBound >= allowed.lowerBound, bounds.upperBound <= allowed.upperBound else {
            throw GeneratorProblem(
                field: field, found: "values from \(bounds.lowerBound) to \(bounds.upperBound)",
                remedy: "keep them between \(allowed.lowerBound) and \(allowed.upperBound)")
        }
    }

    /// The next value.
    mutating func next() throws(GeneratorProblem) -> Int64 {
        switch law {
        case .constant(let value):
            return value
        case .uniform:
            return bounds.lowerBound + Int64(stream.uniform(below: bounds.count))
        case .empirical(let values):
            return Int64(values[stream.uniform(below: values.count)])
        case .quantiles(let probabilities, let logarithms):
            return Self.interpolate(stream.uniform(), probabilities, logarithms)
        case .normal(let mean, let deviation):
            for _ in 0..<Self.maximumRedraws {
                if let value = inside(stream.normal(mean: mean, standardDeviation: deviation)) { return value }
            }
        case .lognormal(let mu, let sigma):
            for _ in 0..<Self.maximumRedraws {
                if let value = inside(stream.lognormal(mu: mu, sigma: sigma)) { return value }
            }
        }
        throw GeneratorProblem(
            field: field, found: "bounds \(bounds.lowerBound) to \(bounds.upperBound) that almost no draw meets",
            remedy: "widen the bounds or move the mean between them")
    }

    private func inside(_ value: Double) -> Int64? {
        guard value > -1e15, value < 1e15 else { return nil }
        let rounded = PortableMath.roundHalfToEven(value)
        return bounds.contains(rounded) ? rounded : nil
    }

    private static func interpolate(_ uniform: Double, _ probabilities: [Double], _ logarithms: [Double]) -> Int64 {
        var upper = 1
        while upper < probabilities.count - 1, probabilities[upper] <= uniform { upper += 1 }
        let (p0, p1) = (probabilities[upper - 1], probabilities[upper])
        let share = p1 > p0 ? (uniform - p0) / (p1 - p0) : 0
        let logarithm = logarithms[upper - 1] + share * (logarithms[upper] - logarithms[upper - 1])
        return PortableMath.roundHalfToEven(PortableMath.exp(logarithm))
    }

    private static func law(
        of distribution: IntegerDistribution, _ field: String
    ) throws(GeneratorProblem) -> (Law, ClosedRange<Int64>) {
        switch distribution {
        case .constant(let value):
            return (.constant(Int64(value)), try range(value, value, field))
        case .uniform(let minimum, let maximum):
            return (.uniform, try range(minimum, maximum, field))
        case .normal(let mean, let deviation, let minimum, let maximum):
            try check(
                mean.isFinite && deviation.isFinite && deviation >= 0, field, "mean \(mean), deviation \(deviation)")
            return (.normal(mean: mean, standardDeviation: deviation), try range(minimum, maximum, field))
        case .lognormal(let mean, let deviation, let minimum, let maximum):
            try check(
                mean.isFinite && mean > 0 && deviation.isFinite && deviation >= 0, field,
                "mean \(mean), deviation \(deviation)")
            // Johnson, Kotz, Balakrishnan 1994, chapter 14: moments of the lognormal.
            let variance = PortableMath.log(1 + (deviation / mean) * (deviation / mean))
            let mu = PortableMath.log(mean) - variance / 2
            return (.lognormal(mu: mu, sigma: variance.squareRoot()), try range(minimum, maximum, field))
        case .lognormalQuantiles(let median, let p90, let minimum, let maximum):
            try check(median > 0 && p90 >= median && p90.isFinite, field, "median \(median), p90 \(p90)")
            let sigma = (PortableMath.log(p90) - PortableMath.log(median)) / PortableMath.normalQuantile(0.9)
            return (.lognormal(mu: PortableMath.log(median), sigma: sigma), try range(minimum, maximum, field))
        case .quantiles(let points):
            return try quantileLaw(points, field)
        case .empirical(let values):
            guard let minimum = values.min(), let maximum = values.max() else {
                throw GeneratorProblem(field: field, found: "no values", remedy: "give at least one")
            }
            return (.empirical(values), Int64(minimum)...Int64(maximum))
        }
    }

    private static func quantileLaw(
        _ points: [QuantilePoint], _ field: String
    ) throws(GeneratorProblem) -> (Law, ClosedRange<Int64>) {
        let ascends = zip(points, points.dropFirst()).allSatisfy {
            $0.probability < $1.probability && $0.value <= $1.value
        }
        guard points.count >= 2, ascends, let first = points.first, let last = points.last,
            first.probability == 0, last.probability == 1, first.value >= 1
        else {
            throw GeneratorProblem(
                field: field, found: "quantiles that do not lead upwards from probability 0 to 1",
                remedy: "give points with rising probabilities 0 to 1 and values from 1 that do not fall")
        }
        let logarithms = points.map { PortableMath.log(Double($0.value)) }
        let law = Law.quantiles(probabilities: points.map(\.probability), logarithms: logarithms)
        return (law, try range(first.value, last.value, field))
    }

    private static func range(
        _ minimum: Int, _ maximum: Int, _ field: String
    ) throws(GeneratorProblem) -> ClosedRange<Int64> {
        try check(minimum <= maximum, field, "a minimum of \(minimum) above a maximum of \(maximum)")
        return Int64(minimum)...Int64(maximum)
    }

    private static func check(_ holds: Bool, _ field: String, _ found: String) throws(GeneratorProblem) {
        guard holds else {
            throw GeneratorProblem(field: field, found: found, remedy: "give finite values, positive and in order")
        }
    }
}
