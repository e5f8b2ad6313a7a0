/// Symmetric eight-bit integer codes: `value = scale x code`, codes from -127 to 127.
enum Int8Code {
    static let largest: Float = 127
    /// 1.5 x 2^23: adding it leaves no bits for a fraction.
    private static let rounder: Float = 12_582_912

    /// The scale that gives the largest magnitude the largest code; 1 where all numbers are below 1e-30, which
    /// become zero, since the inverse of their scale may not be finite.
    static func scale(_ values: UnsafePointer<Float>, _ count: Int) -> Float {
        let magnitude = VectorMath.largestMagnitude(values, count)
        return magnitude > 1e-30 ? magnitude / largest : 1
    }

    /// The nearest code, ties to even.
    @inline(__always)
    static func code(_ value: Float, perUnit: Float) -> Int8 {
        let scaled = value * perUnit
        let bounded = scaled > largest ? largest : (scaled < -largest ? -largest : scaled)
        return Int8(truncatingIfNeeded: Int32(bitPattern: (bounded + rounder).bitPattern &- rounder.bitPattern))
    }

    /// The codes of `count` numbers as bytes, with the bits of `flip` turned over.
    @inline(__always)
    static func encode(
        _ values: UnsafePointer<Float>, perUnit: Float, flip: UInt8, into codes: UnsafeMutablePointer<UInt8>,
        _ count: Int
    ) {
        for index in 0..<count {
            codes[index] = UInt8(bitPattern: code(values[index], perUnit: perUnit)) ^ flip
        }
    }
}
