import JSONText

/// Texts with `{column}` or `{column*4}`, filled in from a row.
enum ValidationTemplate {
    /// - Throws: a column that the row has not, or a product of what is no whole number.
    static func fill(_ text: String, from row: MeasurementTable.Row, of table: MeasurementTable) throws(FileProblem)
        -> String {
        var result = "", rest = text[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            result += rest[..<open]
            let parts = rest[rest.index(after: open)..<close].split(separator: "*", omittingEmptySubsequences: false)
            let column = String(parts[0])
            try table.require([column])
            if parts.count == 2 {
                guard let factor = Int(parts[1]), let value = Int(row[column]) else {
                    throw FileProblem(
                        path: "\(table.file):\(row.number)",
                        message: "expected a whole number in \(column), found \"\(row[column])\"")
                }
                result += "\(value * factor)"
            } else {
                result += row[column]
            }
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }
}

extension DerivedColumn {
    /// Adds the column to a table.
    func add(to table: inout MeasurementTable) throws(FileProblem) {
        try table.require([source])
        for index in table.rows.indices {
            var text = table.rows[index][source]
            if let after {
                text = text.range(after: after).map(String.init) ?? ""
            }
            if let replacement = replacements.first(where: { $0.from == text }) { text = replacement.to }
            if text.isEmpty, let standIn { text = standIn }
            table.rows[index].cells[name] = text
        }
        if !table.columns.contains(name) { table.columns.append(name) }
    }
}

extension String {
    /// What follows a text, up to the next `;`, blank or the end; nil where it does not occur.
    fileprivate func range(after prefix: String) -> Substring? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(prefix) {
                return self[index(start, offsetBy: prefix.count)...].prefix { $0 != ";" && $0 != " " }
            }
            start = index(after: start)
        }
        return nil
    }
}
