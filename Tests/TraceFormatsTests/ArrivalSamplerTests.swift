import Testing

@testable import TraceFormats

@Suite struct ArrivalSamplerTests {
    private func times(
        _ process: ArrivalProcess, tick: Int64 = 0, count: Int = 20_000
    ) throws(GeneratorProblem) -> [Int64] {
        var sampler = try ArrivalSampler(process, tickNanoseconds: tick, seed: 1)
        var times: [Int64] = []
        for _ in 0..<count { times.append(try sampler.next()) }
        return times
    }

    struct Expected: Sendable {
        var process: ArrivalProcess
        /// Of the gaps, in theory.
        var variation: Double
    }

    /// Weibull of shape 0.5: the coefficient of variation is sqrt(5).
    @Test(arguments: [
        Expected(process: .poisson(requestsPerSecond: 20), variation: 1),
        Expected(process: .gamma(requestsPerSecond: 20, coefficientOfVariation: 2), variation: 2),
        Expected(process: .gamma(requestsPerSecond: 20, coefficientOfVariation: 0.5), variation: 0.5),
        Expected(process: .weibull(requestsPerSecond: 20, shape: 0.5), variation: 2.236),
        Expected(process: .weibull(requestsPerSecond: 20, shape: 1), variation: 1),
        Expected(process: .constant(requestsPerSecond: 20), variation: 0),
    ])
    func ratesAndBurstinessComeOut(_ expected: Expected) throws {
        var trace = RequestTrace()
        trace.arrivalNanoseconds = try times(expected.process)
        let summary = TraceSummary(trace)
        // Four standard errors of the mean gap.
        #expect(abs(summary.requestsPerSecond / 20 - 1) < 0.001 + expected.variation * 4 / 141.4)
        #expect(abs(summary.gapCoefficientOfVariation - expected.variation) < 0.001 + 0.08 * expected.variation)
        #expect(trace.arrivalNanoseconds[0] == 0)
    }

    @Test func constantGapsAreExact() throws {
        #expect(try times(.constant(requestsPerSecond: 4), count: 4) == [0, 250_000_000, 500_000_000, 750_000_000])
    }

    @Test func ticksRoundDown() throws {
        let fine = try times(.poisson(requestsPerSecond: 5), count: 500)
        let coarse = try times(.poisson(requestsPerSecond: 5), tick: 1_000_000_000, count: 500)
        #expect(coarse == fine.map { $0 - $0 % 1_000_000_000 })
    }

    @Test func closedLoopsArriveAtOnce() throws {
        #expect(try times(.closedLoop(concurrency: 8), count: 3) == [0, 0, 0])
    }

    @Test(arguments: [
        .poisson(requestsPerSecond: 0), .poisson(requestsPerSecond: .infinity), .constant(requestsPerSecond: -1),
        .gamma(requestsPerSecond: 1, coefficientOfVariation: 0), .weibull(requestsPerSecond: 1, shape: .nan),
        .closedLoop(concurrency: 0),
    ] as [ArrivalProcess])
    func refusesWhatIsNoRate(process: ArrivalProcess) {
        #expect(throws: GeneratorProblem.self) { try times(process) }
    }

    @Test func refusesTimesBeyondTheClock() {
        #expect(throws: GeneratorProblem.self) { try times(.constant(requestsPerSecond: 1e-6)) }
        #expect(throws: GeneratorProblem.self) { try times(.poisson(requestsPerSecond: 1), tick: -1) }
    }
}
