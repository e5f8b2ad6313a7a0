extension PortableMath {
    /// The natural logarithm. Largest error seen: 0.50 ulp.
    ///
    /// Negative arguments give nan, zero gives minus infinity.
    public static func log(_ x: Double) -> Double {
        guard x > 0, x < .infinity else { return edgeOfLogarithm(x) }
        return logarithm(ofPositive: x).hi
    }

    /// The logarithm to base 2, exact for powers of two. Largest error seen: 0.50 ulp.
    ///
    /// Negative arguments give nan, zero gives minus infinity.
    public static func log2(_ x: Double) -> Double {
        guard x > 0, x < .infinity else { return edgeOfLogarithm(x) }
        let (exponent, mantissa) = decompose(x)
        let fraction = logarithm(ofMantissa: mantissa) * DoubleDouble.oneOverLn2
        return (DoubleDouble(hi: Double(exponent), lo: 0) + fraction).hi
    }

    private static func edgeOfLogarithm(_ x: Double) -> Double {
        if x == 0 { return -.infinity }
        return x > 0 ? x : .nan
    }

    /// The natural logarithm of a positive, finite argument to about 65 bits.
    static func logarithm(ofPositive x: Double) -> DoubleDouble {
        let (exponent, mantissa) = decompose(x)
        let fraction = logarithm(ofMantissa: mantissa)
        if exponent == 0 { return fraction }
        let whole = DoubleDouble(product: Double(exponent), DoubleDouble.ln2.hi)
        let rest = whole.lo + Double(exponent) * DoubleDouble.ln2.lo
        return DoubleDouble(hi: whole.hi, lo: rest) + fraction
    }

    /// `x` as 2^exponent times a mantissa between the square roots of 1/2 and 2.
    private static func decompose(_ x: Double) -> (exponent: Int, mantissa: Double) {
        let isSubnormal = x < 0x1p-1022
        let bits = (isSubnormal ? x * 0x1p54 : x).bitPattern
        let exponent = Int(bits >> 52) - 1023 - (isSubnormal ? 54 : 0)
        let mantissa = Double(bitPattern: bits & 0x000f_ffff_ffff_ffff | 0x3ff0_0000_0000_0000)
        return mantissa > 1.4142135623730951 ? (exponent + 1, mantissa / 2) : (exponent, mantissa)
    }

    /// ln m = 2 artanh s = 2s (1 + z/3 + z^2/5 + …) with s = (m-1)/(m+1), z = s^2 < 0.0295.
    ///
    /// The terms up to z/3 are kept in two doubles; thirteen terms reach 2^-65 of the result.
    private static func logarithm(ofMantissa mantissa: Double) -> DoubleDouble {
        let excess = mantissa - 1
        let s = excess / DoubleDouble(sum: 2, excess)
        let z = s * s
        let tail =
            z.hi
            * polynomial(
                z.hi,
                [
                    1.0 / 25, 1.0 / 23, 1.0 / 21, 1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13, 1.0 / 11,
                    1.0 / 9, 1.0 / 7, 1.0 / 5,
                ])
        let series = DoubleDouble(hi: tail, lo: 0) + DoubleDouble.third
        let sum = s + s * (z * series)
        return DoubleDouble(hi: 2 * sum.hi, lo: 2 * sum.lo)
    }
}
