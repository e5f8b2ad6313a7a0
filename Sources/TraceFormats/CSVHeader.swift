import JSONText

/// The first line of a CSV file: column names in any order.
struct CSVHeader {
    let names: [String]

    /// Reads the current line as a header, which must not name a column twice.
    init(_ lines: borrowing LineReader) throws(TraceProblem) {
        names = try Self.names(lines)
        for (index, name) in names.enumerated() where names.firstIndex(of: name) != index {
            throw lines.problem(field: name, found: "a column twice", remedy: "give every column its own name")
        }
    }

    /// The cells of the current line. Names may be quoted; white space around them is not part of them.
    static func names(_ lines: borrowing LineReader) throws(TraceProblem) -> [String] {
        var cells = CSVCells()
        try cells.split(lines)
        var names: [String] = []
        for index in 0..<cells.count { names.append(cells.text(index, in: lines)) }
        return names
    }

    /// The index of a column that must be there; the problem names the most similar one that is.
    func column(_ name: String, _ lines: borrowing LineReader) throws(TraceProblem) -> Int {
        if let index = names.firstIndex(of: name) { return index }
        let hint = Spelling.nearest(to: name, among: names).map { "is \"\($0)\" meant? rename it to \"\(name)\"" }
        throw lines.problem(
            field: name, found: "no such column among \(names.joined(separator: ", "))",
            remedy: hint ?? "give the trace this column, or name its format")
    }

    /// The index of a column that may be missing.
    func optionalColumn(_ name: String) -> Int? {
        names.firstIndex(of: name)
    }
}
