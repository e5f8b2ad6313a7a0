import JSONText

/// The cells of one CSV line (RFC 4180), as ranges of the reader's buffer; used again for every line.
///
/// A cell may stand in double quotes, with a quote inside it doubled. A line break inside quotes is not supported: no
/// trace format has one, and it would hide a cut line.
struct CSVCells {
    private let separator: UInt8
    private var ranges: [Range<Int>] = []
    private var hasDoubledQuote: [Bool] = []

    /// Cells that `separator` divides: a comma, or what a dialect has in its place.
    init(separator: UInt8 = UInt8(ascii: ",")) {
        self.separator = separator
    }

    var count: Int { ranges.count }

    /// Splits the current line.
    mutating func split(_ lines: borrowing LineReader) throws(TraceProblem) {
        ranges.removeAll(keepingCapacity: true)
        hasDoubledQuote.removeAll(keepingCapacity: true)
        var position = lines.line.lowerBound
        while true {
            position = try takeCell(lines, at: position)
            guard position < lines.line.upperBound else { return }
            position += 1
            if position == lines.line.upperBound {
                ranges.append(position..<position)
                hasDoubledQuote.append(false)
                return
            }
        }
    }

    /// Takes one cell and returns where its comma, or the line's end, is.
    private mutating func takeCell(_ lines: borrowing LineReader, at start: Int) throws(TraceProblem) -> Int {
        let end = lines.line.upperBound
        var position = start
        guard position < end, lines.buffer[position] == UInt8(ascii: "\"") else {
            while position < end, lines.buffer[position] != separator { position += 1 }
            ranges.append(start..<position)
            hasDoubledQuote.append(false)
            return position
        }
        position += 1
        var doubled = false
        while position < end {
            if lines.buffer[position] == UInt8(ascii: "\"") {
                guard position + 1 < end, lines.buffer[position + 1] == UInt8(ascii: "\"") else { break }
                doubled = true
                position += 1
            }
            position += 1
        }
        let column = start - lines.line.lowerBound + 1
        guard position < end else {
            throw lines.problem(column: column, found: "a quoted cell without its end", remedy: "close the quotes")
        }
        ranges.append(start + 1..<position)
        hasDoubledQuote.append(doubled)
        guard position + 1 == end || lines.buffer[position + 1] == separator else {
            throw lines.problem(column: column, found: "text behind a quoted cell", remedy: "put a separator there")
        }
        return position + 1
    }

    func isEmpty(_ index: Int) -> Bool { ranges[index].isEmpty }

    /// The bytes of a cell in the reader's buffer, without quotes.
    func range(_ index: Int) -> Range<Int> { ranges[index] }

    /// A cell as text, without white space around it.
    func text(_ index: Int, in lines: borrowing LineReader) -> String {
        var bytes = Array(lines.buffer[ranges[index]])
        if hasDoubledQuote[index] {
            // Every second quote of a run only marks the one before it as text.
            var isMark = false
            bytes.removeAll { byte in
                isMark = byte == UInt8(ascii: "\"") && !isMark
                return byte == UInt8(ascii: "\"") && !isMark
            }
        }
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        let trimmed = bytes.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
        return String(decoding: Array(trimmed), as: UTF8.self)
    }

    /// A cell as an integer.
    func integer(_ index: Int, name: String, in lines: borrowing LineReader) throws(TraceProblem) -> Int64 {
        try scan(index, name, lines) { scanner throws(JSONLineProblem) in try scanner.integer() }
    }

    /// A cell as a number times `10^decimals`, rounded half to even.
    func scaledInteger(
        _ index: Int, decimals: Int, name: String, in lines: borrowing LineReader
    ) throws(TraceProblem) -> Int64 {
        try scan(index, name, lines) { scanner throws(JSONLineProblem) in
            try scanner.scaledInteger(decimals: decimals)
        }
    }

    private func scan(
        _ index: Int, _ name: String, _ lines: borrowing LineReader,
        _ read: (inout JSONLineScanner) throws(JSONLineProblem) -> Int64
    ) throws(TraceProblem) -> Int64 {
        var scanner = JSONLineScanner(lines.buffer, in: ranges[index])
        do throws(JSONLineProblem) {
            scanner.skipWhiteSpace()
            let value = try read(&scanner)
            try scanner.endLine()
            return value
        } catch {
            let offset = ranges[index].lowerBound - lines.line.lowerBound
            let isEmpty = ranges[index].isEmpty
            throw lines.problem(
                field: name, column: offset + error.column, found: isEmpty ? "an empty cell" : "found \(error.found)",
                remedy: "expected \(error.expected)")
        }
    }
}
