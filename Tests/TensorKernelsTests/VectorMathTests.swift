import EventEngine
import Testing

@testable import TensorKernels

@Suite struct VectorMathTests {
    @Test func exponentialIsThatOfDoublePrecision() {
        var worst = 0.0
        for step in 0..<2000 {
            let x = -87 + Float(step) * 0.087
            let exact = PortableMath.exp(Double(x))
            let value = VectorMath.exponential(VectorMath.Lanes(repeating: x))[3]
            worst = max(worst, ((Double(value) - exact) / exact).magnitude)
        }
        #expect(worst < 2.5e-7)
    }

    @Test func exponentialOfMinusInfinityIsZero() {
        #expect(VectorMath.exponential(VectorMath.Lanes(repeating: -.infinity)) == VectorMath.Lanes())
        #expect(VectorMath.exponential(VectorMath.Lanes()) == VectorMath.Lanes(repeating: 1))
    }

    @Test(arguments: [0, 1, 7, 8, 15, 16, 17, 31, 32, 33, 100])
    func loopsTakeEveryNumberOnce(count: Int) {
        let a = randomNumbers(4 * count, "a"), b = randomNumbers(count, "b")
        func exact(_ row: Int) -> Double {
            (0..<count).reduce(0) { $0 + Double(a[row * count + $1]) * Double(b[$1]) }
        }
        let four = VectorMath.dot4(a, stride: count, b, count)
        for row in 0..<4 { #expect((Double(four[row]) - exact(row)).magnitude < 1e-5) }
        #expect((Double(VectorMath.dot(a, b, count)) - exact(0)).magnitude < 1e-5)
        #expect(VectorMath.largest(b, count) == b.max() ?? -.infinity)
        #expect(VectorMath.largestMagnitude(b, count) == b.map(\.magnitude).max() ?? 0)
        var values = b
        let sum = VectorMath.exponentials(&values, minus: 0.5, count)
        let exactSum = b.reduce(0) { $0 + PortableMath.exp(Double($1) - 0.5) }
        #expect((Double(sum) - exactSum).magnitude <= 1e-6 * max(1, exactSum))
    }
}
