import JSONText

/// Results of a sweep as a table for spreadsheets: a row per point, a column per figure.
///
/// Columns are found first, in the order in which points have them; paths below `set`, `metrics` and `cluster` are
/// their names. Lists are left out. RFC 4180, with newlines of one character.
public struct SweepCSV {
    private var columns: [String] = []
    private var known: Set<String> = []

    /// Creates a table without rows.
    public init() {}

    /// Takes note of a line's columns.
    public mutating func note(_ line: JSONValue) {
        Self.forEachCell(line) { name, _ in
            if known.insert(name).inserted { columns.append(name) }
        }
    }

    /// The names of the columns.
    public var header: [UInt8] { Array((columns.map(Self.quoted).joined(separator: ",") + "\n").utf8) }

    /// A line's row.
    public func row(_ line: JSONValue) -> [UInt8] {
        var cells: [String: String] = [:]
        Self.forEachCell(line) { cells[$0] = $1 }
        return Array((columns.map { Self.quoted(cells[$0] ?? "") }.joined(separator: ",") + "\n").utf8)
    }

    private static func forEachCell(_ line: JSONValue, _ body: (String, String) -> Void) {
        for (key, value) in line.objectValue ?? JSONObject() {
            // What is set is named by its path, whose dots are its own.
            let inner = key == "set" || key == "metrics" || key == "cluster"
            guard inner, let members = value.objectValue else {
                cell(key, value, body)
                continue
            }
            for (name, value) in members { cell(key == "cluster" ? "cluster." + name : name, value, body) }
        }
    }

    private static func cell(_ name: String, _ value: JSONValue, _ body: (String, String) -> Void) {
        switch value {
        case .object(let members): for (key, value) in members { cell(name + "." + key, value, body) }
        case .array: break
        case .null: body(name, "")
        case .string(let text): body(name, text)
        default: body(name, JSONWriter.compact.text(of: value))
        }
    }

    private static func quoted(_ text: String) -> String {
        let isPlain = !text.utf8.contains { ",\"\n\r".utf8.contains($0) }
        return isPlain ? text : "\"" + text.split(separator: "\"", omittingEmptySubsequences: false)
            .joined(separator: "\"\"") + "\""
    }
}
