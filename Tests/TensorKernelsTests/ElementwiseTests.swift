import EventEngine
import Testing

@testable import TensorKernels

@Suite struct ElementwiseTests {
    @Test(arguments: [1, 15, 16, 40])
    func swiGLUIsThatOfDoublePrecision(width: Int) {
        let rows = 2
        var gateUp = randomNumbers(2 * rows * width, "x").map { 20 * $0 }
        gateUp[0] = -200
        var result = [Float](repeating: .nan, count: rows * width)
        Elementwise.swiGLU(gateUp, into: &result, rows: rows, width: width)
        var exact: [Double] = []
        for row in 0..<rows {
            for column in 0..<width {
                let gate = Double(gateUp[2 * row * width + column])
                exact.append(gate / (1 + PortableMath.exp(-gate)) * Double(gateUp[(2 * row + 1) * width + column]))
            }
        }
        #expect(relativeError(result, exact) < 1e-6)
    }

    @Test(arguments: [0, 1, 15, 16, 40], [1, 2, 5])
    func reduceSumsRanks(count: Int, ranks: Int) {
        let buffers = randomNumbers(ranks * count, "x")
        var result = [Float](repeating: .nan, count: count)
        Elementwise.reduce(buffers, ranks: ranks, into: &result, count: count)
        for index in 0..<count {
            let numbers = (0..<ranks).map { Double(buffers[$0 * count + index]) }
            let error = (Double(result[index]) - numbers.reduce(0, +)).magnitude
            #expect(error <= 1e-6 * numbers.reduce(0) { $0 + $1.magnitude })
        }
    }

    @Test func noRanksSumToZero() {
        var result: [Float] = [3, 4]
        Elementwise.reduce([1], ranks: 0, into: &result, count: 2)
        #expect(result == [0, 0])
    }

    @Test func gatherTakesRows() {
        var result = [Float](repeating: 0, count: 6)
        Elementwise.gather([0, 1, 10, 11, 20, 21], width: 2, rows: [2, 0, 2], into: &result)
        #expect(result == [20, 21, 0, 1, 20, 21])
    }
}
