/// A number in bfloat16, the upper half of a single-precision number, as kept in memory.
public struct BFloat16: Sendable, Equatable {
    /// Sign, eight bits of exponent and seven of fraction.
    public var bitPattern: UInt16

    /// The nearest bfloat16 number, ties to even; not-a-number stays what it is.
    @inlinable public init(_ value: Float) {
        let bits = value.bitPattern
        if value.isNaN {
            bitPattern = UInt16(truncatingIfNeeded: bits >> 16) | 0x40
        } else {
            bitPattern = UInt16(truncatingIfNeeded: (bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16)
        }
    }

    /// Creates the number that these bits stand for.
    @inlinable public init(bitPattern: UInt16) { self.bitPattern = bitPattern }

    /// The same number in single precision, exactly.
    @inlinable public var float: Float { Float(bitPattern: UInt32(bitPattern) << 16) }
}

extension BFloat16 {
    /// Rounds `count` numbers.
    public static func convert(
        _ values: UnsafePointer<Float>, to result: UnsafeMutablePointer<BFloat16>, count: Int
    ) {
        for index in 0..<count { result[index] = BFloat16(values[index]) }
    }

    /// Widens `count` numbers.
    public static func convert(
        _ values: UnsafePointer<BFloat16>, to result: UnsafeMutablePointer<Float>, count: Int
    ) {
        for index in 0..<count { result[index] = values[index].float }
    }
}
