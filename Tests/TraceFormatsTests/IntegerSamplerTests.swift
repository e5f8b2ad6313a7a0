import EventEngine
import Testing

@testable import TraceFormats

@Suite struct IntegerSamplerTests {
    private func draws(
        _ distribution: IntegerDistribution, count: Int = 20_000, allowed: ClosedRange<Int> = 0...1_000_000
    ) throws(GeneratorProblem) -> [Double] {
        var sampler = try IntegerSampler(distribution, field: "test", allowed: allowed, seed: 1)
        var values: [Double] = []
        for _ in 0..<count { values.append(Double(try sampler.next())) }
        return values
    }

    private func moments(_ values: [Double]) -> (mean: Double, deviation: Double) {
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        return (mean, variance.squareRoot())
    }

    @Test func constantsAndChoices() throws {
        #expect(try draws(.constant(7), count: 3) == [7, 7, 7])
        let uniform = try draws(.uniform(minimum: 3, maximum: 6))
        #expect(Set(uniform) == [3, 4, 5, 6])
        for value in 3...6 {
            let share = Double(uniform.filter { $0 == Double(value) }.count) / 20_000
            #expect(abs(share - 0.25) < 0.015)
        }
        #expect(Set(try draws(.empirical([5, 9, 9]))) == [5, 9])
        let nines = try draws(.empirical([5, 9, 9])).filter { $0 == 9 }.count
        #expect(abs(Double(nines) / 20_000 - 2.0 / 3) < 0.015)
    }

    /// Standard errors at 20,000 draws: about 0.7 % of a deviation; the tolerance is four of them.
    @Test func momentsComeOut() throws {
        let normal = moments(try draws(.normal(mean: 512, standardDeviation: 50, minimum: 0, maximum: 10_000)))
        #expect(abs(normal.mean - 512) < 1.5)
        #expect(abs(normal.deviation - 50) < 1.2)
        let lognormal = moments(
            try draws(.lognormal(mean: 800, standardDeviation: 400, minimum: 0, maximum: 1_000_000)))
        #expect(abs(lognormal.mean - 800) < 12)
        #expect(abs(lognormal.deviation - 400) < 30)
        let sorted = try draws(.lognormalQuantiles(median: 200, p90: 900, minimum: 0, maximum: 1_000_000)).sorted()
        #expect(abs(sorted[10_000] / 200 - 1) < 0.05)
        #expect(abs(sorted[18_000] / 900 - 1) < 0.06)
    }

    /// The mean of a half normal, sigma * sqrt(2 / pi), and not the mean of a normal with its lower half piled up at 0.
    @Test func boundsCutOffInsteadOfClamping() throws {
        let values = try draws(.normal(mean: 1000, standardDeviation: 200, minimum: 1000, maximum: 1_000_000))
        #expect(abs(moments(values).mean - (1000 + 200 * 0.797_885)) < 5)
        #expect(values.filter { $0 == 1000 }.count < 100)
        let narrow = try draws(.normal(mean: 512, standardDeviation: 256, minimum: 2, maximum: 700))
        #expect(narrow.allSatisfy { (2...700).contains($0) })
        #expect(narrow.filter { $0 == 2 || $0 == 700 }.count < 150)
    }

    @Test func quantilesAreMet() throws {
        let points = [QuantilePoint(0, 10), QuantilePoint(0.5, 100), QuantilePoint(0.9, 100), QuantilePoint(1, 10_000)]
        let sorted = try draws(.quantiles(points)).sorted()
        #expect(sorted.first == 10)
        #expect(sorted.last.map { $0 <= 10_000 && $0 > 9_000 } == true)
        // Half way to the median: the geometric mean of 10 and 100.
        #expect(abs(sorted[5_000] / 31.6 - 1) < 0.05)
        #expect(sorted[10_100] == 100 && sorted[17_900] == 100)
        #expect(abs(sorted[19_000] / 1000 - 1) < 0.1)
    }

    @Test(arguments: [
        .uniform(minimum: 5, maximum: 4), .constant(-1), .constant(2_000_000), .empirical([]), .empirical([1, -1]),
        .normal(mean: .nan, standardDeviation: 1, minimum: 0, maximum: 5),
        .normal(mean: 5, standardDeviation: -1, minimum: 0, maximum: 5),
        .lognormal(mean: 0, standardDeviation: 1, minimum: 0, maximum: 5),
        .lognormalQuantiles(median: 10, p90: 9, minimum: 0, maximum: 50),
        .quantiles([]), .quantiles([QuantilePoint(0, 1)]), .quantiles([QuantilePoint(0, 5), QuantilePoint(1, 4)]),
        .quantiles([QuantilePoint(0.1, 1), QuantilePoint(1, 2)]),
        .quantiles([QuantilePoint(0, 0), QuantilePoint(1, 2)]),
        .quantiles([QuantilePoint(0, 1), QuantilePoint(0.5, 2), QuantilePoint(0.5, 3), QuantilePoint(1, 4)]),
        .normal(mean: 5, standardDeviation: 1, minimum: 500, maximum: 600),
    ] as [IntegerDistribution])
    func refusesWhatCannotBeDrawn(distribution: IntegerDistribution) {
        let problem = #expect(throws: GeneratorProblem.self) { try draws(distribution, count: 1) }
        #expect(problem?.field == "test")
    }
}
