/// The fixed-point units of shared links.
///
/// Rates are whole multiples of 1/1024 byte per second and amounts of what that rate moves in a
/// nanosecond. Sums of rates and progress over time are therefore exact: they do not depend on the
/// order of flows, nothing drifts, and "never exceeds the capacity" is a statement about integers.
/// Rounding a rate down to its unit delays a flow at 1 GB/s by less than 1e-12 of its duration.
enum FlowUnits {
    /// Units of rate in a byte per second.
    static let ratePerBytePerSecond: Double = 1024
    /// Units of amount in a byte: 1024 units of rate, for the 1e9 nanoseconds of a second.
    static let amountPerByte: Int128 = 1024 * 1_000_000_000
    /// The largest capacity that a link may have, in bytes per second (4500 TB/s).
    static let largestBytesPerSecond = 0x1p52

    /// The largest whole rate that does not exceed `bytesPerSecond`.
    static func rate(bytesPerSecond: Double) -> Int64 { Int64(bytesPerSecond * ratePerBytePerSecond) }

    /// A rate in bytes per second, exact below 2^53 units.
    static func bytesPerSecond(rate: Int64) -> Double { Double(rate) / ratePerBytePerSecond }

    /// How long `amount` takes at `rate`, rounded up; nil when it never ends (or not in 292 years).
    static func nanoseconds(moving amount: Int128, at rate: Int64) -> Nanoseconds? {
        if amount <= 0 { return 0 }
        if rate == 0 { return nil }
        return Nanoseconds(exactly: (amount + Int128(rate) - 1) / Int128(rate))
    }
}
