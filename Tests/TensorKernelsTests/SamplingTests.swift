import EventEngine
import Testing

@testable import TensorKernels

@Suite struct SamplingTests {
    private static func stream() -> RandomStream { RandomStream(seed: 3, name: "sampling") }

    @Test(arguments: [1, 15, 16, 37])
    func softmaxIsThatOfDoublePrecision(width: Int) {
        let logits = randomNumbers(2 * width, "x").map { 30 * $0 }
        var values = logits
        Softmax.apply(&values, rows: 2, width: width, temperature: 0.5)
        for row in 0..<2 {
            let numbers = logits[(row * width)..<((row + 1) * width)].map { 2 * Double($0) }
            let weights = numbers.map { PortableMath.exp($0 - (numbers.max() ?? 0)) }
            let total = weights.reduce(0, +)
            let result = values[(row * width)..<((row + 1) * width)]
            #expect(relativeError(result, weights.map { $0 / total }) < 1e-5)
            #expect((result.reduce(0, +) - 1).magnitude < 1e-5)
        }
    }

    @Test func temperatureZeroTakesTheLargestAndDrawsNothing() {
        var random = Self.stream()
        var logits: [Float] = [1, 5, 2, 5]
        #expect(TokenSampler(temperature: 0).sample(&logits, count: 4, using: &random) == 1)
        var untouched = Self.stream()
        #expect(random.next() == untouched.next())
    }

    @Test func oneCandidateIsAlwaysTaken() {
        var random = Self.stream()
        for _ in 0..<20 {
            var logits: [Float] = [0, 0.1, 0.3, 0.2]
            #expect(TokenSampler(topK: 1).sample(&logits, count: 4, using: &random) == 2)
            logits = [0, 0.1, 0.3, 0.2]
            #expect(TokenSampler(topP: 0.01).sample(&logits, count: 4, using: &random) == 2)
        }
    }

    /// What is drawn from probabilities in the ratio of 1 : 2 : 3 : 4.
    static let laws: [(sampler: TokenSampler, parts: [Double])] = [
        (TokenSampler(), [1, 2, 3, 4]),
        (TokenSampler(topK: 2), [0, 0, 3, 4]),
        (TokenSampler(topK: 3, topP: 0.75), [0, 0, 3, 4]),
        (TokenSampler(topP: 0.85), [0, 2, 3, 4]),
        (TokenSampler(temperature: 0.5), [1, 4, 9, 16]),
    ]

    /// Frequencies are the probabilities of the candidates over their sum.
    @Test(arguments: laws)
    func frequencies(sampler: TokenSampler, parts: [Double]) {
        let logits = [0.1, 0.2, 0.3, 0.4].map { Float(PortableMath.log($0)) }
        var random = Self.stream()
        var counts = [0, 0, 0, 0]
        let draws = 4000
        for _ in 0..<draws {
            var row = logits
            counts[sampler.sample(&row, count: 4, using: &random)] += 1
        }
        let whole = parts.reduce(0, +)
        for (count, part) in zip(counts, parts) {
            let probability = part / whole
            // Four standard deviations.
            let bound = 4 * (probability * (1 - probability) * Double(draws)).squareRoot()
            #expect((Double(count) - probability * Double(draws)).magnitude <= bound)
        }
    }

    /// Of many, the `topK` largest are kept whatever their order.
    @Test func topKOfMany() {
        let logits = randomNumbers(500, "logits")
        let best = Set((0..<500).sorted { logits[$0] > logits[$1] }.prefix(7))
        var random = Self.stream()
        var seen: Set<Int> = []
        for _ in 0..<200 {
            var row = logits
            seen.insert(TokenSampler(topK: 7).sample(&row, count: 500, using: &random))
        }
        #expect(seen == best)
    }

    @Test func sameSeedSameTokens() {
        func tokens() -> [Int] {
            var random = Self.stream()
            return (0..<20).map { index in
                var row = randomNumbers(100, "\(index)")
                return TokenSampler(temperature: 0.7, topK: 20, topP: 0.9).sample(&row, count: 100, using: &random)
            }
        }
        #expect(tokens() == tokens())
    }
}
