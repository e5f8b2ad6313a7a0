/// An instant or a duration of simulated time, in nanoseconds.
///
/// Instants count from the start of the simulation, so they are never negative.
/// Sixty-three bits hold 292 years; there is no floating-point clock and no epsilon anywhere.
public typealias Nanoseconds = Int64

/// The two crossings between the integer clock and floating-point seconds.
public enum TimeConversion {
    /// The duration of `seconds`, rounded once, half to even.
    ///
    /// Round each distinct operator once and multiply the integer by its repetitions; rounding a
    /// sum instead of its parts gives another (equally good, but different) number.
    /// - Parameter seconds: a finite number of seconds below 2^63 ns; anything else is a
    ///   programming error.
    @inlinable public static func nanoseconds(fromSeconds seconds: Double) -> Nanoseconds {
        PortableMath.roundHalfToEven(seconds * 1e9)
    }

    /// The duration in seconds, correct to one rounding of `Double`. For reports, not for the clock.
    @inlinable public static func seconds(_ nanoseconds: Nanoseconds) -> Double {
        Double(nanoseconds) / 1e9
    }
}
