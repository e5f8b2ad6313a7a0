import EventEngine
import Testing

/// Every distribution against its mean and variance, and against its distribution function at a
/// point, on 40 000 draws; five standard errors.
@Suite struct RandomStreamDistributionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let mean: Double
        let variance: Double
        /// The fourth central moment by the square of the variance.
        let kurtosis: Double
        /// The probability of a draw below `point`.
        let point: Double
        let below: Double
        let draw: @Sendable (inout RandomStream) -> Double
    }

    static let cases = [
        Case(
            testDescription: "uniform", mean: 0.5, variance: 1.0 / 12, kurtosis: 1.8, point: 0.25,
            below: 0.25, draw: { $0.uniform() }),
        Case(
            testDescription: "exponential", mean: 3, variance: 9, kurtosis: 9, point: 3,
            below: 0.6321205588285577, draw: { $0.exponential(mean: 3) }),
        Case(
            testDescription: "normal", mean: -2, variance: 6.25, kurtosis: 3, point: 0.5,
            below: 0.8413447460685429, draw: { $0.normal(mean: -2, standardDeviation: 2.5) }),
        Case(
            testDescription: "lognormal", mean: 1.0317434074991027, variance: 0.0686539941489668,
            kurtosis: 4.0959, point: 1, below: 0.5, draw: { $0.lognormal(mu: 0, sigma: 0.25) }),
        Case(
            testDescription: "gamma, shape above one", mean: 5, variance: 10, kurtosis: 5.4, point: 5,
            below: 0.5841198130044921, draw: { $0.gamma(shape: 2.5, scale: 2) }),
        Case(
            testDescription: "gamma, shape below one", mean: 1, variance: 2, kurtosis: 15, point: 1,
            below: 0.6826894921370859, draw: { $0.gamma(shape: 0.5, scale: 2) }),
        Case(
            testDescription: "weibull", mean: 0.8862269254527580, variance: 0.2146018366025517,
            kurtosis: 3.2451, point: 1, below: 0.6321205588285577,
            draw: { $0.weibull(shape: 2, scale: 1) }),
        Case(
            testDescription: "bernoulli", mean: 0.3, variance: 0.21, kurtosis: 1.7619, point: 0.5,
            below: 0.7, draw: { $0.bernoulli(0.3) ? 1 : 0 }),
    ]

    @Test(arguments: cases)
    func theMomentsAndTheMedianAreRight(_ distribution: Case) {
        var stream = RandomStream(seed: 11, name: distribution.testDescription)
        let draws = (0..<40_000).map { _ in distribution.draw(&stream) }
        let count = Double(draws.count)
        let mean = draws.reduce(0, +) / count
        let meanError = (distribution.variance / count).squareRoot()
        #expect(abs(mean - distribution.mean) < 5 * meanError)
        let variance = draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
        let varianceError = distribution.variance * ((distribution.kurtosis - 1) / count).squareRoot()
        #expect(abs(variance - distribution.variance) < 5 * varianceError)
        let below = Double(draws.filter { $0 < distribution.point }.count) / count
        let shareError = (distribution.below * (1 - distribution.below) / count).squareRoot()
        #expect(abs(below - distribution.below) < 5 * shareError)
    }

    @Test func allButGammaTakeOneDrawAndRiseWithIt() {
        let draws: [@Sendable (inout RandomStream) -> Double] = [
            { $0.exponential(mean: 1) }, { $0.weibull(shape: 0.7, scale: 1) },
            { $0.normal(mean: 0, standardDeviation: 1) }, { $0.lognormal(mu: 0, sigma: 1) },
        ]
        for draw in draws {
            var stream = RandomStream(seed: 5, name: "one draw")
            var shadow = stream
            let pairs = (0..<500).map { _ in (shadow.uniform(), draw(&stream)) }
            let values = pairs.sorted { $0.0 < $1.0 }.map(\.1)
            #expect(values == values.sorted())
            #expect(stream.next() == shadow.next())
        }
    }

    @Test func certaintiesAreCertain() {
        var stream = RandomStream(seed: 6, name: "certain")
        for _ in 0..<1000 {
            #expect(stream.bernoulli(1) == true)
            #expect(stream.bernoulli(0) == false)
            #expect(stream.normal(mean: 4, standardDeviation: 0) == 4)
            #expect(stream.exponential(mean: 0) == 0)
        }
    }
}
