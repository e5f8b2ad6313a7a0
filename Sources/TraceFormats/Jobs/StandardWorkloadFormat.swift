import JSONText

/// The Standard Workload Format (Chapin et al., 1999; version 2.2): comment lines begin with `;`, others are 18 numbers
/// between white space, -1 where a value is not known.
///
/// Devices are the processors asked for, or else those that were given; the estimate is the time asked for; the tenant
/// is the user. Jobs that never ran are left out.
enum StandardWorkloadFormat: JobFormatReader {
    static let signature = "; comments, then 18 numbers a line"
    private static let fields = 18

    static func recognises(_ lines: borrowing LineReader) -> Bool {
        if lines.buffer[lines.line.lowerBound] == UInt8(ascii: ";") { return true }
        guard let numbers = try? numbers(lines) else { return false }
        return numbers.count == fields
    }

    static func read(_ lines: inout LineReader, into rows: inout JobRows) throws(TraceProblem) {
        while try lines.next() {
            guard lines.buffer[lines.line.lowerBound] != UInt8(ascii: ";") else { continue }
            let values = try numbers(lines)
            guard values.count == fields else {
                throw lines.problem(
                    found: "\(values.count) numbers", remedy: "a line of the Standard Workload Format has \(fields)")
            }
            let second: Int64 = 1_000_000_000
            let devices = (values[7] > 0 ? values[7] : values[4]) / second
            guard values[3] >= 0, devices > 0 else {
                rows.leftOut += 1
                continue
            }
            var row = JobRow(
                name: "\(values[0] / second)", submit: values[1], devices: devices, duration: values[3])
            if values[8] > 0 { row.estimate = values[8] }
            if values[11] >= 0 { row.tenant = "user-\(values[11] / second)" }
            try rows.append(row, lines)
        }
    }

    /// The numbers of the current line, times 10^9.
    private static func numbers(_ lines: borrowing LineReader) throws(TraceProblem) -> [Int64] {
        var values: [Int64] = []
        var position = lines.line.lowerBound
        let end = lines.line.upperBound
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        while position < end {
            while position < end, isSpace(lines.buffer[position]) { position += 1 }
            let start = position
            while position < end, !isSpace(lines.buffer[position]) { position += 1 }
            guard position > start else { break }
            var scanner = JSONLineScanner(lines.buffer, in: start..<position)
            do throws(JSONLineProblem) {
                values.append(try scanner.scaledInteger(decimals: 9))
                try scanner.endLine()
            } catch {
                throw lines.problem(error, offset: start - lines.line.lowerBound)
            }
        }
        return values
    }
}
