/// An unevaluated sum of two doubles, `hi` being the sum rounded: about 106 bits of precision.
///
/// Only additions, multiplications and divisions of IEEE 754 are used, each rounded on its own
/// (Swift never contracts them), so that every machine gives the same bits.
/// Source: Dekker, A floating-point technique for extending the available precision (1971),
/// doi:10.1007/BF01397083.
struct DoubleDouble {
    var hi: Double
    var lo: Double

    init(hi: Double, lo: Double) {
        self.hi = hi
        self.lo = lo
    }

    /// The exact sum of two doubles.
    init(sum a: Double, _ b: Double) {
        hi = a + b
        let shadow = hi - a
        lo = (a - (hi - shadow)) + (b - shadow)
    }

    /// The exact product of two doubles of moderate size (below 2^970).
    init(product a: Double, _ b: Double) {
        hi = a * b
        let (aHigh, aLow) = Self.split(a)
        let (bHigh, bLow) = Self.split(b)
        lo = ((aHigh * bHigh - hi) + aHigh * bLow + aLow * bHigh) + aLow * bLow
    }

    /// Two parts of at most 26 bits, whose products are exact.
    private static func split(_ a: Double) -> (high: Double, low: Double) {
        let scaled = 0x8000001p0 * a
        let high = scaled - (scaled - a)
        return (high, a - high)
    }

    /// The sum, to about 2^-104 of the larger part.
    static func + (left: DoubleDouble, right: DoubleDouble) -> DoubleDouble {
        let sum = DoubleDouble(sum: left.hi, right.hi)
        return DoubleDouble(sum: sum.hi, sum.lo + (left.lo + right.lo))
    }

    /// The product, to about 2^-102 of itself.
    static func * (left: DoubleDouble, right: DoubleDouble) -> DoubleDouble {
        let product = DoubleDouble(product: left.hi, right.hi)
        let cross = left.hi * right.lo + left.lo * right.hi
        return DoubleDouble(sum: product.hi, product.lo + cross)
    }

    /// The quotient of a double, to about 2^-102 of itself.
    static func / (numerator: Double, denominator: DoubleDouble) -> DoubleDouble {
        let quotient = numerator / denominator.hi
        let back = DoubleDouble(product: quotient, denominator.hi)
        let rest = (numerator - back.hi) - back.lo - quotient * denominator.lo
        return DoubleDouble(sum: quotient, rest / denominator.hi)
    }

    static let ln2 = DoubleDouble(hi: 0x1.62e42fefa39efp-1, lo: 0x1.abc9e3b39803fp-56)
    static let oneOverLn2 = DoubleDouble(hi: 0x1.71547652b82fep+0, lo: 0x1.777d0ffda0d24p-56)
    static let halfPi = DoubleDouble(hi: 0x1.921fb54442d18p+0, lo: 0x1.1a62633145c07p-54)
    static let third = DoubleDouble(hi: 0x1.5555555555555p-2, lo: 0x1.5555555555555p-56)
}
