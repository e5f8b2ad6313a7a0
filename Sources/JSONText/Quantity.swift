/// A number with its unit, as in `"50 ms"`, `"64 GiB"` or `"4.0 TB/s"`.
///
/// The decimal text is kept exactly; conversions round once.
public struct Quantity: Sendable, Equatable {
    /// The unit that was written.
    public let unit: QuantityUnit
    private let decimal: ExactDecimal

    /// Which signs a quantity may have.
    public enum Sign: Sendable {
        /// Greater than zero.
        case positive
        /// Zero or greater.
        case nonNegative
        /// Any.
        case any
    }

    /// Reads a number and a unit, with or without space between them.
    /// - Throws: a ``QuantityError`` that knows what to write instead.
    public init(
        _ text: String, _ dimension: QuantityDimension, sign: Sign = .nonNegative
    ) throws(QuantityError) {
        var rest = Substring(text)
        do throws(ExactDecimal.Failure) {
            decimal = try ExactDecimal(takenFrom: &rest)
        } catch {
            throw error == .tooManyDigits ? .tooManyDigits : .notANumber(dimension)
        }
        let spelled = String(rest.drop { $0 == " " })
        guard !spelled.isEmpty else {
            throw .missingUnit(dimension, proposal: dimension.proposal(for: Double(text) ?? 0, written: text))
        }
        guard let unit = dimension.unit(spelled: spelled) else {
            throw .unknownUnit(spelled, dimension)
        }
        self.unit = unit
        if decimal.isNegative, sign != .any { throw .negative }
        if decimal.significand == 0, sign == .positive { throw .zero }
    }

    /// The value in base units (s, B, B/s, OP/s, Hz, W), rounded to the nearest double.
    public var valueInBaseUnits: Double {
        decimal.double(
            times: unit.multiplier, decimal: unit.decimalExponent, binary: unit.binaryExponent)
    }

    /// The value in `10^-digits` base units as an integer, rounded once, half to even: 9 digits of a
    /// time are nanoseconds. `digits` is from 0 to 9.
    /// - Throws: ``QuantityError/outOfRange`` beyond 64 bits.
    public func integer(digits: Int = 0) throws(QuantityError) -> Int64 {
        let value = decimal.integer(
            times: unit.multiplier, decimal: unit.decimalExponent + digits, binary: unit.binaryExponent)
        guard let value else { throw .outOfRange }
        return value
    }
}
