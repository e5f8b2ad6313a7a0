// Links libm, where debug builds look for the square root. It is the one function of libm that
// IEEE 754 requires to be correctly rounded.
private import Glibc

/// Elementary functions that give the same bits on every machine.
///
/// The C library's functions differ between versions and processors in the last place, and a
/// result that must be the same bytes everywhere cannot use them. These are made of IEEE 754
/// additions, multiplications, divisions and square roots only. They are not correctly rounded;
/// the largest errors seen against 200-bit arithmetic on 100 000 arguments each are stated with
/// each function, in units in the last place (ulp).
public enum PortableMath {
    /// The nearest integer, ties to the even one.
    /// - Precondition: `value` is finite and the result fits 64 bits.
    @inlinable public static func roundHalfToEven(_ value: Double) -> Int64 {
        Int64(roundedHalfToEven(value))
    }

    /// The nearest whole number, ties to the even one; at 2^52 and above a double is whole already.
    ///
    /// Adding and taking away 1.5 x 2^52 leaves no bits for a fraction, and the addition rounds half
    /// to even.
    @inlinable static func roundedHalfToEven(_ value: Double) -> Double {
        value.magnitude < 0x1p51 ? (value + 0x1.8p52) - 0x1.8p52 : wholeAbove51Bits(value)
    }

    /// As `roundedHalfToEven` for magnitudes from 2^51, where halves are all the fraction there is.
    @usableFromInline static func wholeAbove51Bits(_ value: Double) -> Double {
        guard value.magnitude < 0x1p52 else { return value }
        let shifted = value.magnitude + 0x1p52
        return value < 0 ? -(shifted - 0x1p52) : shifted - 0x1p52
    }

    /// The value of a polynomial at `x`, coefficients from the highest power down.
    @inline(__always)
    static func polynomial<let count: Int>(
        _ x: Double, _ coefficients: InlineArray<count, Double>
    ) -> Double {
        var sum = coefficients[0]
        for power in 1..<count { sum = sum * x + coefficients[power] }
        return sum
    }

    /// `value` times 2^`exponent`, rounded once or, in the subnormal range, twice.
    static func scale(_ value: Double, by exponent: Int) -> Double {
        if -1022...1023 ~= exponent { return value * powerOfTwo(exponent) }
        let half = exponent >> 1
        return value * powerOfTwo(half) * powerOfTwo(exponent - half)
    }

    private static func powerOfTwo(_ exponent: Int) -> Double {
        Double(bitPattern: UInt64(exponent + 1023) << 52)
    }
}
