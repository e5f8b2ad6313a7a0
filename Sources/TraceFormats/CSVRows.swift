/// The lines of a CSV file behind its header, each checked to have as many cells as the header has names.
struct CSVRows: ~Copyable {
    let header: CSVHeader
    private(set) var cells = CSVCells()

    /// Consumes the header line.
    init(_ lines: inout LineReader) throws(TraceProblem) {
        guard try lines.next() else { throw lines.emptyFile() }
        header = try CSVHeader(lines)
    }

    /// Moves to the next row; false at the end of the file.
    mutating func next(_ lines: inout LineReader) throws(TraceProblem) -> Bool {
        guard try lines.next() else { return false }
        try cells.split(lines)
        guard cells.count == header.names.count else {
            throw lines.problem(
                found: "\(cells.count) cells under \(header.names.count) columns",
                remedy: "complete the line, which may have been cut, or remove it")
        }
        return true
    }
}
