/// Dates with times in the manner of ISO 8601, exact to the nanosecond and independent of any locale or time zone file.
enum DateAndTime {
    /// Nanoseconds from 1970-01-01 00:00 UTC to `YYYY-MM-DD hh:mm:ss[.fffffffff][Z|±hh:mm]`, for years 1970 to 2261.
    ///
    /// Date and time may be joined by a space or a `T`; a time without an offset counts as UTC. Nil: not of this form.
    static func nanoseconds(_ bytes: [UInt8], in range: Range<Int>) -> Int64? {
        var text = Cursor(bytes: bytes, position: range.lowerBound, end: range.upperBound)
        guard let year = text.number(digits: 4), text.take("-"), let month = text.number(digits: 2), text.take("-"),
            let day = text.number(digits: 2), text.take(" ") || text.take("T"),
            let hour = text.number(digits: 2), text.take(":"), let minute = text.number(digits: 2), text.take(":"),
            let second = text.number(digits: 2)
        else { return nil }
        guard (1970...2261).contains(year), (1...12).contains(month), (1...days(in: month, of: year)).contains(day),
            hour < 24, minute < 60, second < 61
        else { return nil }
        guard let fraction = text.take(".") ? text.fraction() : 0, let offset = text.offsetMinutes(), text.isAtEnd
        else { return nil }
        let minutes = (daysSince1970(year, month, day) * 24 + hour) * 60 + minute - offset
        return (minutes * 60 + second) * 1_000_000_000 + fraction
    }

    private static func days(in month: Int64, of year: Int64) -> Int64 {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 2 ? (isLeap ? 29 : 28) : (month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31)
    }

    /// Days of the Gregorian calendar, counted in years that begin in March so that a leap day comes last.
    private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let monthFromMarch = (month + 9) % 12
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1
        return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
    }

    private struct Cursor {
        let bytes: [UInt8]
        var position: Int
        let end: Int

        var isAtEnd: Bool { position == end }

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard position < end, bytes[position] == UInt8(ascii: character) else { return false }
            position += 1
            return true
        }

        mutating func number(digits: Int) -> Int64? {
            guard position + digits <= end else { return nil }
            var value: Int64 = 0
            for _ in 0..<digits {
                let digit = bytes[position] &- UInt8(ascii: "0")
                guard digit < 10 else { return nil }
                value = value * 10 + Int64(digit)
                position += 1
            }
            return value
        }

        /// One to nine digits behind the point, as nanoseconds.
        mutating func fraction() -> Int64? {
            var digits = 0
            while position + digits < end, bytes[position + digits] &- UInt8(ascii: "0") < 10 { digits += 1 }
            guard (1...9).contains(digits), var value = number(digits: digits) else { return nil }
            for _ in digits..<9 { value *= 10 }
            return value
        }

        /// `Z`, `+hh:mm`, `-hh:mm`, or nothing.
        mutating func offsetMinutes() -> Int64? {
            if isAtEnd || take("Z") { return 0 }
            let isNegative = take("-")
            guard isNegative || take("+"), let hours = number(digits: 2), take(":"), let minutes = number(digits: 2),
                hours < 24, minutes < 60
            else { return nil }
            return isNegative ? -(hours * 60 + minutes) : hours * 60 + minutes
        }
    }
}
