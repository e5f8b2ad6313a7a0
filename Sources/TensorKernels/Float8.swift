/// A number in eight bits with four of exponent and three of fraction (OCP OFP8 E4M3): largest 448, no
/// infinity, one not-a-number of each sign.
public struct Float8E4M3: Sendable, Equatable {
    /// Sign, four bits of exponent and three of fraction.
    public var bitPattern: UInt8

    /// The largest finite value.
    public static let largest: Float = 448

    /// Creates the number that these bits stand for.
    public init(bitPattern: UInt8) { self.bitPattern = bitPattern }

    /// The nearest value, ties to even; what is larger than the largest becomes the largest, as conversion
    /// instructions do when they saturate.
    @inlinable public init(_ value: Float) {
        let bits = value.bitPattern
        let sign = UInt8(truncatingIfNeeded: bits >> 24) & 0x80
        let magnitude = bits & 0x7fff_ffff
        // Below 2^-6 values are multiples of 2^-9; above, the fraction is cut to three bits. Both ways are
        // computed and one is taken, so that loops over numbers have no branches.
        let rounder: Float = 12_582_912
        let steps = (Float(bitPattern: magnitude) * 512 + rounder).bitPattern &- rounder.bitPattern
        let rounded = (magnitude &+ 0x7_ffff &+ (magnitude &>> 20 & 1)) &>> 20 &- 960
        var code = magnitude < 0x3c80_0000 ? steps : rounded
        code = magnitude >= 0x43e0_0000 ? 0x7e : code  // 448
        code = magnitude > 0x7f80_0000 ? 0x7f : code
        bitPattern = sign | UInt8(truncatingIfNeeded: code)
    }

    /// The same number in single precision, exactly.
    public var float: Float { Self.values[Int(bitPattern)] }

    /// All 256 values, by code.
    static let values: [Float] = (0..<256).map { code in
        let exponent = code >> 3 & 15, fraction = code & 7
        let magnitude: Float =
            if code & 0x7f == 0x7f {
                .nan
            } else if exponent == 0 {
                Float(fraction) / 512
            } else {
                Float(sign: .plus, exponent: exponent - 7, significand: 1 + Float(fraction) / 8)
            }
        return code < 128 ? magnitude : -magnitude
    }
}

extension Float8E4M3 {
    /// The codes of `count` numbers times `perUnit`.
    @inline(__always)
    static func encode(
        _ values: UnsafePointer<Float>, perUnit: Float, into codes: UnsafeMutablePointer<UInt8>, _ count: Int
    ) {
        for index in 0..<count { codes[index] = Float8E4M3(values[index] * perUnit).bitPattern }
    }
}
