import Testing

@testable import EventEngine

@Suite struct DoubleDoubleTests {
    /// Random operands whose bits do not overlap nicely.
    static func operands(_ count: Int) -> [(Double, Double)] {
        var random = RandomStream(seed: 1, name: "double double")
        return (0..<count).map { _ in
            let scale = PortableMath.exp(random.normal(mean: 0, standardDeviation: 10))
            return (random.uniform() - 0.5, (random.uniform() - 0.5) * scale)
        }
    }

    @Test func sumsAreExact() {
        for (a, b) in Self.operands(2000) {
            let sum = DoubleDouble(sum: a, b)
            #expect(sum.hi == a + b)
            // What rounding took away is what the smaller operand lost.
            let (large, small) = a.magnitude > b.magnitude ? (a, b) : (b, a)
            #expect(sum.lo == small - (sum.hi - large))
        }
    }

    @Test func productsAreExact() {
        for (a, b) in Self.operands(2000) {
            let product = DoubleDouble(product: a, b)
            #expect(product.hi == a * b)
            #expect(product.lo == (-product.hi).addingProduct(a, b))
        }
    }

    @Test func quotientsMultiplyBack() {
        for (a, b) in Self.operands(2000) where b != 0 {
            let denominator = DoubleDouble(sum: b, b * 0x1p-55)
            let back = (a / denominator) * denominator
            #expect(((back.hi - a) + back.lo).magnitude <= a.magnitude * 0x1p-100)
        }
    }
}
