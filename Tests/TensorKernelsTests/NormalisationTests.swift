import Testing

@testable import TensorKernels

@Suite struct NormalisationTests {
    @Test(arguments: [1, 5, 16, 33, 100])
    func isThatOfDoublePrecision(width: Int) {
        let rows = 3
        let x = randomNumbers(rows * width, "x"), residual = randomNumbers(rows * width, "residual")
        let weight = randomNumbers(width, "weight")
        func exact(_ input: [Double]) -> [Double] {
            (0..<rows).flatMap { row in
                let numbers = input[(row * width)..<((row + 1) * width)]
                let mean = numbers.reduce(0) { $0 + $1 * $1 } / Double(width)
                return zip(numbers, weight).map { $0 / (mean + 1e-6).squareRoot() * Double($1) }
            }
        }
        let norm = RMSNorm(width: width)
        var result = [Float](repeating: .nan, count: rows * width)
        norm.apply(x, weight: weight, into: &result, rows: rows)
        #expect(relativeError(result, exact(x.map(Double.init))) < 1e-6)
        var sum = residual
        norm.apply(adding: x, to: &sum, weight: weight, into: &result, rows: rows)
        #expect(sum == zip(x, residual).map { $1 + $0 })
        #expect(relativeError(result, exact(sum.map(Double.init))) < 1e-6)
    }

    @Test func byHand() {
        var result: [Float] = [0, 0]
        RMSNorm(width: 2, epsilon: 0).apply([1, 7], weight: [1, 2], into: &result, rows: 1)
        #expect(relativeError(result, [0.2, 2.8]) < 1e-6)  // root of the mean square: 5
    }
}
