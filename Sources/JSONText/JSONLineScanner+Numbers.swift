/// A JSON number as it stands in the text: `mantissa * 10^exponent`, and what did not fit into the mantissa.
struct ScannedNumber {
    var isNegative = false
    /// The first nineteen significant digits.
    var mantissa: UInt64 = 0
    var digits = 0
    /// Power of ten of the mantissa's last digit.
    var exponent = 0
    /// Whether the text has a point or an exponent.
    var isInteger = true
    /// The first digit that was left out, and whether any behind it is not zero.
    var firstDropped: UInt8 = 0
    var hasMore = false
    var dropped = false

    @inline(__always)
    mutating func take(_ digit: UInt8, afterPoint: Bool) {
        if digits < 19 {
            mantissa = mantissa &* 10 &+ UInt64(digit)
            if mantissa != 0 { digits += 1 }
            if afterPoint { exponent -= 1 }
            return
        }
        if dropped { hasMore = hasMore || digit != 0 } else { firstDropped = digit; dropped = true }
        if !afterPoint { exponent += 1 }
    }

    /// The value times `10^decimals`, rounded half to even; nil beyond 64 bits.
    func scaled(decimals: Int) -> Int64? {
        guard mantissa != 0 else { return 0 }
        let power = exponent + decimals
        var magnitude = mantissa
        if power > 0 {
            guard power <= 18 else { return nil }
            let (product, overflow) = magnitude.multipliedReportingOverflow(by: Self.powerOfTen(power))
            guard !overflow else { return nil }
            magnitude = product
        } else {
            magnitude = rounded(droppingDigits: -power)
        }
        if isNegative { return magnitude <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil }
        return Int64(exactly: magnitude)
    }

    private func rounded(droppingDigits count: Int) -> UInt64 {
        guard count < 20 else { return 0 }
        var quotient = mantissa
        var comparison: Int  // of what is dropped with one half
        let tail = firstDropped != 0 || hasMore
        if count == 0 {
            comparison = firstDropped == 5 ? (hasMore ? 1 : 0) : (firstDropped > 5 ? 1 : -1)
        } else {
            let divisor = Self.powerOfTen(count)
            let remainder: UInt64
            (quotient, remainder) = mantissa.quotientAndRemainder(dividingBy: divisor)
            let half = divisor / 2
            comparison = remainder == half ? (tail ? 1 : 0) : (remainder > half ? 1 : -1)
        }
        if comparison > 0 || (comparison == 0 && quotient & 1 == 1) { quotient += 1 }
        return quotient
    }

    private static func powerOfTen(_ power: Int) -> UInt64 {
        var result: UInt64 = 1
        for _ in 0..<power { result &*= 10 }
        return result
    }
}

extension JSONLineScanner {
    /// Consumes an integer. A point or an exponent, or a value beyond 64 bits, is a problem.
    public mutating func integer() throws(JSONLineProblem) -> Int64 {
        let place = position
        let number = try scanNumber("an integer")
        guard number.isInteger else { throw problem(at: place, "an integer, without point and exponent") }
        guard !number.dropped, let value = number.scaled(decimals: 0) else {
            throw problem(at: place, "an integer of at most 64 bits")
        }
        return value
    }

    /// Consumes a number and returns it times `10^decimals`, rounded half to even on its decimal digits: seconds become
    /// exact nanoseconds with `decimals: 9`, whatever the file's resolution.
    public mutating func scaledInteger(decimals: Int) throws(JSONLineProblem) -> Int64 {
        let place = position
        let number = try scanNumber("a number")
        guard let value = number.scaled(decimals: decimals) else {
            throw problem(at: place, "a number whose 10^\(decimals)-fold has at most 64 bits")
        }
        return value
    }

    /// Consumes a number: the nearest double, which must be finite.
    public mutating func double() throws(JSONLineProblem) -> Double {
        let place = position
        let number = try scanNumber("a number")
        // Both factors exact: one rounding, the right one (Clinger 1990).
        if !number.dropped, number.mantissa <= 1 << 53, number.exponent >= -22, number.exponent <= 22 {
            var power = 1.0
            for _ in 0..<abs(number.exponent) { power *= 10 }
            let magnitude = number.exponent < 0 ? Double(number.mantissa) / power : Double(number.mantissa) * power
            return number.isNegative ? -magnitude : magnitude
        }
        guard let value = Double(String(decoding: bytes[place..<position], as: UTF8.self)), value.isFinite else {
            throw problem(at: place, "a number within the range of a double")
        }
        return value
    }

    /// Consumes an array of integers and appends them to `values`.
    public mutating func integers(appendingTo values: inout [Int64]) throws(JSONLineProblem) {
        guard position < end, bytes[position] == UInt8(ascii: "[") else { throw problem("an array of integers") }
        position += 1
        skipSpace()
        if position < end, bytes[position] == UInt8(ascii: "]") {
            position += 1
            return
        }
        while true {
            takePlainIntegers { values.append($0) }
            if position > start, bytes[position - 1] == UInt8(ascii: "]") { return }
            values.append(try integer())
            skipSpace()
            guard position < end, bytes[position] == UInt8(ascii: ",") || bytes[position] == UInt8(ascii: "]") else {
                throw problem("\",\" or \"]\"")
            }
            position += 1
            if bytes[position - 1] == UInt8(ascii: "]") { return }
            skipSpace()
        }
    }

    /// Consumes the leading elements of an array that are written the usual way: up to eighteen digits, then `,`, `,
    /// ` or `]`, which is consumed, too. Leaves anything else, right or wrong, to the general way.
    @inline(__always)
    mutating func takePlainIntegers(_ body: (Int64) -> Void) {
        // A local copy of the array and of the position spares a load of both from memory per byte.
        let bytes = bytes
        var cursor = position
        while cursor < end {
            let first = cursor
            var value: Int64 = 0
            while cursor < end, bytes[cursor] &- UInt8(ascii: "0") < 10 {
                value = value &* 10 &+ Int64(bytes[cursor] &- UInt8(ascii: "0"))
                cursor += 1
            }
            let length = cursor - first
            let isPlain = length == 1 || (length > 1 && length <= 18 && bytes[first] != UInt8(ascii: "0"))
            guard isPlain, cursor < end else { return }
            let terminator = bytes[cursor]
            guard terminator == UInt8(ascii: ",") || terminator == UInt8(ascii: "]") else { return }
            body(value)
            cursor += 1
            if terminator == UInt8(ascii: ","), cursor < end, bytes[cursor] == UInt8(ascii: " ") { cursor += 1 }
            position = cursor
            if terminator == UInt8(ascii: "]") { return }
        }
    }

    /// Consumes a number by the grammar of RFC 8259: no plus sign, no leading zero, digits on both sides of a point.
    mutating func scanNumber(_ expected: String) throws(JSONLineProblem) -> ScannedNumber {
        let place = position
        var number = ScannedNumber()
        if position < end, bytes[position] == UInt8(ascii: "-") {
            number.isNegative = true
            position += 1
        }
        let integerStart = position
        guard scanDigits(into: &number, afterPoint: false) else { throw problem(at: place, expected) }
        if position - integerStart > 1, bytes[integerStart] == UInt8(ascii: "0") {
            throw problem(at: place, "a number without leading zeros")
        }
        if position < end, bytes[position] == UInt8(ascii: ".") {
            position += 1
            number.isInteger = false
            guard scanDigits(into: &number, afterPoint: true) else { throw problem("a digit behind the point") }
        }
        if position < end, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            number.isInteger = false
            number.exponent += try scanExponent()
        }
        return number
    }

    private mutating func scanExponent() throws(JSONLineProblem) -> Int {
        var isNegative = false
        if position < end, bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
            isNegative = bytes[position] == UInt8(ascii: "-")
            position += 1
        }
        var digits = ScannedNumber()
        guard scanDigits(into: &digits, afterPoint: false) else { throw problem("a digit of the exponent") }
        let magnitude = digits.dropped ? 100_000 : Int(min(digits.mantissa, 100_000))
        return isNegative ? -magnitude : magnitude
    }

    @inline(__always)
    private mutating func scanDigits(into number: inout ScannedNumber, afterPoint: Bool) -> Bool {
        let first = position
        while position < end {
            let digit = bytes[position] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            number.take(digit, afterPoint: afterPoint)
            position += 1
        }
        return position > first
    }
}
