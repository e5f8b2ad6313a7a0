/// An aligned table: the first column to the left, the others to the right.
public struct TextTable: Sendable {
    private var rows: [[String]] = []

    /// Creates a table with its first row.
    public init(_ header: [String]) { rows.append(header) }

    /// Adds a row below the others.
    public mutating func add(_ row: [String]) { rows.append(row) }

    /// The lines, without trailing blanks.
    public var text: String {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        var lines = rows.map { line($0, widths) }
        lines.insert(widths.map { String(repeating: "-", count: $0) }.joined(separator: "  "), at: 1)
        return lines.joined(separator: "\n") + "\n"
    }

    private func line(_ row: [String], _ widths: [Int]) -> String {
        var cells = row.enumerated().map { column, cell in
            let blanks = String(repeating: " ", count: widths[column] - cell.count)
            return column == 0 ? cell + blanks : blanks + cell
        }
        while let last = cells.last, last.allSatisfy({ $0 == " " }) { cells.removeLast() }
        var text = cells.joined(separator: "  ")
        while text.last == " " { text.removeLast() }
        return text
    }
}
