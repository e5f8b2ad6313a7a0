import JSONText

/// A table of measurements as rows of texts by column: CSV, JSON Lines or a JSON array of objects.
struct MeasurementTable: Sendable {
    struct Row: Sendable, Equatable {
        /// Line or element, from 1, for messages.
        var number: Int
        var cells: [String: String]

        subscript(_ column: String) -> String { cells[column] ?? "" }
    }

    let file: String
    /// In the order of the file.
    var columns: [String]
    var rows: [Row]

    /// - Throws: a file that cannot be read, or where it is wrong.
    init(contentsOf path: String) throws {
        file = path
        if path.hasSuffix(".json") {
            let document = try JSONDocument(contentsOf: path)
            guard let elements = document.value.arrayValue else {
                throw FileProblem(path: path, message: "expected an array of objects")
            }
            rows = elements.enumerated().map { Row(number: $0 + 1, cells: Self.cells($1)) }
        } else if path.hasSuffix(".jsonl") {
            rows = []
            for (index, line) in try Self.lines(path).enumerated() where !line.isEmpty {
                let document = try JSONDocument(bytes: Array(line.utf8), file: "\(path):\(index + 1)")
                rows.append(Row(number: index + 1, cells: Self.cells(document.value)))
            }
        } else {
            let lines = try Self.lines(path)
            let header = lines.first.map { Self.split($0) } ?? []
            rows = []
            for (index, line) in lines.enumerated().dropFirst() where !line.isEmpty {
                let cells = Self.split(line)
                guard cells.count == header.count else {
                    throw FileProblem(
                        path: "\(path):\(index + 1)",
                        message: "\(cells.count) cells under a header of \(header.count)",
                        remedy: "give every line all columns")
                }
                rows.append(Row(
                    number: index + 1, cells: Dictionary(zip(header, cells), uniquingKeysWith: { first, _ in first })))
            }
            columns = header
            try check()
            return
        }
        columns = rows.reduce(into: Set<String>()) { $0.formUnion($1.cells.keys) }.sorted()
        try check()
    }

    private func check() throws(FileProblem) {
        guard rows.isEmpty else { return }
        throw FileProblem(path: file, message: "holds no rows", remedy: "use a table with at least one")
    }

    /// - Throws: a column that is not there, with the nearest that is.
    func require(_ names: [String]) throws(FileProblem) {
        for name in names where !columns.contains(name) {
            let near = Spelling.nearest(to: name, among: columns).map { "did you mean \($0)?" }
            throw FileProblem(
                path: file, message: "has no column \(name)",
                remedy: near ?? "its columns are \(columns.joined(separator: ", "))")
        }
    }

    /// A number of a row.
    func number(_ row: Row, _ column: String) throws(FileProblem) -> Double {
        guard let value = Double(row[column]), value.isFinite else {
            throw FileProblem(
                path: "\(file):\(row.number)", message: "expected a number in \(column), found \"\(row[column])\"")
        }
        return value
    }

    private static func lines(_ path: String) throws(FileProblem) -> [Substring] {
        String(decoding: try FileText.read(path), as: UTF8.self)
            .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    }

    /// Cells between commas; a quoted one may hold commas and doubled quotes.
    private static func split(_ line: Substring) -> [String] {
        var cells: [String] = [], cell = "", isQuoted = false
        for character in line {
            if character == "\"" {
                // A doubled quote inside quotes leaves and enters them: only the quote itself is lost.
                isQuoted.toggle()
            } else if character == ",", !isQuoted {
                cells.append(cell)
                cell = ""
            } else {
                cell.append(character)
            }
        }
        return cells + [cell]
    }

    /// Scalars by their dotted path; texts as they are.
    private static func cells(_ value: JSONValue) -> [String: String] {
        var cells: [String: String] = [:]
        func walk(_ value: JSONValue, _ path: String) {
            switch value {
            case .object(let object):
                for (key, member) in object { walk(member, path.isEmpty ? key : path + "." + key) }
            case .array(let elements):
                cells[path] = String(decoding: JSONWriter.compact.bytes(of: value), as: UTF8.self)
                for (index, element) in elements.enumerated() { walk(element, path + ".\(index)") }
            case .string(let text): cells[path] = text
            case .null: cells[path] = ""
            default: cells[path] = String(decoding: JSONWriter.compact.bytes(of: value), as: UTF8.self)
            }
        }
        walk(value, "")
        return cells
    }
}
