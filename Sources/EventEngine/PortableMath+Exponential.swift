extension PortableMath {
    /// The exponential function. Largest error seen: 0.61 ulp (0.75 where subnormal).
    ///
    /// Overflows to infinity above 709.78 and underflows to zero below -745.13.
    public static func exp(_ x: Double) -> Double {
        x.isNaN ? x : exponential(DoubleDouble(hi: x, lo: 0))
    }

    /// `base` to the power of `exponent`. Largest error seen: 0.61 ulp.
    ///
    /// Special cases are those of IEEE 754: anything to the power of 0 and 1 to any power are 1; a
    /// negative base has a power for whole exponents only, otherwise the result is nan.
    public static func pow(_ base: Double, _ exponent: Double) -> Double {
        if exponent == 0 || base == 1 { return 1 }
        if base.isNaN || exponent.isNaN { return .nan }
        let power = powerOfMagnitude(base.magnitude, exponent)
        guard base.sign == .minus else { return power }
        if isOdd(exponent) { return -power }
        let isWhole = exponent.magnitude >= 0x1p53 || roundedHalfToEven(exponent) == exponent
        return isWhole || base == 0 || base.isInfinite ? power : .nan
    }

    private static func powerOfMagnitude(_ base: Double, _ exponent: Double) -> Double {
        if base == 1 { return 1 }
        if base == 0 || base.isInfinite {
            return (base == 0) == (exponent < 0) ? .infinity : 0
        }
        let logarithm = logarithm(ofPositive: base)
        let estimate = logarithm.hi * exponent
        guard estimate.magnitude < 800 else { return estimate > 0 ? .infinity : 0 }
        let product = DoubleDouble(product: exponent, logarithm.hi)
        return exponential(
            DoubleDouble(sum: product.hi, product.lo + exponent * logarithm.lo))
    }

    private static func isOdd(_ x: Double) -> Bool {
        x.magnitude < 0x1p53 && roundedHalfToEven(x) == x && Int64(x) & 1 == 1
    }

    /// exp(hi + lo) = 2^k exp(r) with |r| <= ln 2 / 2, and fourteen terms of the series for exp(r).
    ///
    /// ln 2 is taken away in two parts; the first has 32 bits, so that k times it is exact.
    static func exponential(_ x: DoubleDouble) -> Double {
        if x.hi > 709.79 { return .infinity }
        if x.hi < -745.14 { return 0 }
        let k = roundedHalfToEven(x.hi * DoubleDouble.oneOverLn2.hi)
        let reduced = DoubleDouble(sum: x.hi - k * 0x1.62e42feep-1, -k * 0x1.a39ef35793c76p-33)
        let r = DoubleDouble(sum: reduced.hi, reduced.lo + x.lo)
        let z = r.hi
        let tail =
            z * z
            * polynomial(
                z,
                [
                    1.0 / 87_178_291_200, 1.0 / 6_227_020_800, 1.0 / 479_001_600, 1.0 / 39_916_800,
                    1.0 / 3_628_800, 1.0 / 362_880, 1.0 / 40_320, 1.0 / 5_040, 1.0 / 720, 1.0 / 120, 1.0 / 24,
                    1.0 / 6, 1.0 / 2,
                ])
        let head = DoubleDouble(sum: 1, z)
        return scale(head.hi + (head.lo + (tail + (r.lo + r.lo * z))), by: Int(k))
    }
}
