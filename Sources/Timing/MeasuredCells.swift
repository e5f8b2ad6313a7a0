import JSONText

/// The cells of a small CSV file with a header and no quoting, as profilers write them.
struct MeasuredCells {
    struct Row {
        var line: Int
        var cells: [Substring]
    }

    let file: String
    private let header: [String]
    let rows: [Row]

    /// - Throws: a ``FileProblem`` where a line has more or fewer cells than the header, or there is none.
    init(_ bytes: [UInt8], file: String) throws(FileProblem) {
        self.file = file
        var header: [String]?, rows: [Row] = []
        var line = 0
        for piece in String(decoding: bytes, as: UTF8.self).split(
            omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            line += 1
            if piece.isEmpty { continue }
            let cells = piece.split(separator: ",", omittingEmptySubsequences: false)
            guard let names = header else {
                header = cells.map(String.init)
                continue
            }
            guard cells.count == names.count else {
                throw FileProblem(
                    path: "\(file):\(line)", message: "\(cells.count) cells under a header of \(names.count)",
                    remedy: "give every line all columns")
            }
            rows.append(Row(line: line, cells: cells))
        }
        guard let header, !rows.isEmpty else {
            throw FileProblem(
                path: file, message: "holds no measurements", remedy: "use a file with a header and lines")
        }
        self.header = header
        self.rows = rows
    }

    /// Places of columns.
    func columns(_ names: [String]) throws(FileProblem) -> [Int] {
        var places: [Int] = []
        for name in names {
            guard let place = header.firstIndex(of: name) else {
                let near = Spelling.nearest(to: name, among: header).map { "did you mean \($0)?" }
                throw FileProblem(
                    path: file, message: "has no column \(name)",
                    remedy: near ?? "its columns are \(header.joined(separator: ", "))")
            }
            places.append(place)
        }
        return places
    }

    func text(_ row: Row, _ column: Int) -> String { String(row.cells[column]) }

    /// A count, zero or more.
    func integer(_ row: Row, _ column: Int) throws(FileProblem) -> Int {
        guard let value = Int(row.cells[column]), value >= 0, value < 1 << 40 else {
            throw problem(row, "expected a whole number in \(header[column]), found \(row.cells[column])")
        }
        return value
    }

    /// Nanoseconds from microseconds above zero.
    func nanoseconds(_ row: Row, _ column: Int) throws(FileProblem) -> Double {
        guard let value = Double(row.cells[column]), value > 0, value < 1e12 else {
            throw problem(row, "expected microseconds above 0 in \(header[column]), found \(row.cells[column])")
        }
        return value * 1e3
    }

    func problem(_ row: Row, _ message: String, remedy: String? = nil) -> FileProblem {
        FileProblem(path: "\(file):\(row.line)", message: message, remedy: remedy)
    }
}
