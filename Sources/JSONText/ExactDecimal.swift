/// A decimal number as it was written: `sign significand x 10^exponent`, without rounding.
///
/// Holds up to 19 significant digits, so that conversions to integers are exact in 128 bits.
struct ExactDecimal: Equatable {
    var isNegative = false
    var significand: UInt64 = 0
    var exponent = 0

    /// Most significant digits that are held.
    static let maximumDigits = 19

    /// How a text fails to be a number.
    enum Failure: Error { case notANumber, tooManyDigits }

    /// Takes a number off the front of a text: `-?digits[.digits][e[+-]digits]`.
    init(takenFrom text: inout Substring) throws(Failure) {
        var rest = text
        if let sign = rest.first, sign == "-" || sign == "+" {
            isNegative = sign == "-"
            rest.removeFirst()
        }
        let whole = Self.takeDigits(&rest)
        var fraction: Substring = ""
        if rest.first == "." {
            rest.removeFirst()
            fraction = Self.takeDigits(&rest)
            guard !fraction.isEmpty else { throw .notANumber }
        }
        guard !whole.isEmpty else { throw .notANumber }
        exponent = Self.takeExponent(&rest) - fraction.utf8.count
        text = rest
        try setSignificand(Array(whole.utf8) + Array(fraction.utf8))
    }

    private mutating func setSignificand(_ digits: [UInt8]) throws(Failure) {
        let zero = UInt8(ascii: "0")
        let trailing = digits.reversed().prefix { $0 == zero }.count
        let significant = digits.dropLast(trailing).drop { $0 == zero }
        guard significant.count <= Self.maximumDigits else { throw .tooManyDigits }
        significand = significant.reduce(0) { 10 * $0 + UInt64($1 - zero) }
        exponent = significand == 0 ? 0 : exponent + trailing
        isNegative = isNegative && significand != 0
    }

    private static func takeDigits(_ text: inout Substring) -> Substring {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        text = text[digits.endIndex...]
        return digits
    }

    /// The exponent, or 0 with the text untouched when what follows is a unit that begins with e.
    private static func takeExponent(_ text: inout Substring) -> Int {
        guard text.first == "e" || text.first == "E" else { return 0 }
        var rest = text.dropFirst()
        var isNegative = false
        if let sign = rest.first, sign == "-" || sign == "+" {
            isNegative = sign == "-"
            rest.removeFirst()
        }
        let digits = takeDigits(&rest)
        guard !digits.isEmpty else { return 0 }
        text = rest
        // Saturated: far outside of what any quantity can hold.
        let magnitude = min(Int(digits) ?? 100_000, 100_000)
        return isNegative ? -magnitude : magnitude
    }
}

extension ExactDecimal {
    /// The value times `multiplier x 10^decimal x 2^binary`, rounded half to even; nil when it does
    /// not fit. `multiplier` is at most 86400, `binary` within -3...40.
    func integer(times multiplier: Int, decimal: Int, binary: Int) -> Int64? {
        guard significand > 0 else { return 0 }
        // At most 10^19 x 2^40 < 2^104, since only times have a multiplier and only bytes powers of two.
        var numerator = UInt128(significand) * UInt128(multiplier) << UInt128(max(0, binary))
        var denominator = UInt128(1) << UInt128(max(0, -binary))
        let shift = exponent + decimal
        for _ in 0..<min(abs(shift), 40) {
            if shift > 0 {
                let (product, overflow) = numerator.multipliedReportingOverflow(by: 10)
                if overflow { return nil }
                numerator = product
            } else if denominator <= UInt128.max / 20 {
                denominator *= 10
            } else {
                // Beyond twice the largest numerator all quotients round to 0.
                return 0
            }
        }
        let (quotient, remainder) = numerator.quotientAndRemainder(dividingBy: denominator)
        let isUp = 2 * remainder > denominator || (2 * remainder == denominator && quotient & 1 == 1)
        guard let magnitude = Int64(exactly: quotient + (isUp ? 1 : 0)) else { return nil }
        return isNegative ? -magnitude : magnitude
    }

    /// The value times `multiplier x 10^decimal x 2^binary` as a double. Correctly rounded when the
    /// multiplier is 1, since powers of ten go through the text and powers of two are exact.
    func double(times multiplier: Int, decimal: Int, binary: Int) -> Double {
        let scaled = Double("\(significand)e\(exponent + decimal)") ?? .infinity
        let magnitude = scaled * Double(multiplier) * Double(sign: .plus, exponent: binary, significand: 1)
        return isNegative ? -magnitude : magnitude
    }
}
