/// A position in a text: line and column from 1.
///
/// Columns count characters as Unicode scalars, as libjansson does; a tab counts as one.
public struct JSONPosition: Sendable, Hashable, CustomStringConvertible {
    /// The line, from 1.
    public var line: Int
    /// The column, from 1, in Unicode scalars.
    public var column: Int

    /// The position of a line and a column, both from 1.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// `line:column`.
    public var description: String { "\(line):\(column)" }

    /// The position of a byte of a UTF-8 text; of its end for an offset beyond it.
    init(ofByte offset: Int, in text: [UInt8]) {
        line = 1
        column = 1
        for byte in text.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {  // Continuation bytes do not start a scalar.
                column += 1
            }
        }
    }
}

/// Where something stands: a file and a position, as far as they are known.
public struct JSONPlace: Sendable, Hashable, CustomStringConvertible {
    /// The file as it was named by the user.
    public var file: String?
    /// The line, from 1.
    public var line: Int?
    /// The column, from 1, in Unicode scalars.
    public var column: Int?

    /// A place; parts that are not known are nil.
    public init(file: String? = nil, line: Int? = nil, column: Int? = nil) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// The place of a position in a file.
    public init(file: String?, position: JSONPosition?) {
        self.init(file: file, line: position?.line, column: position?.column)
    }

    /// `file:line:column`, parts left out where unknown.
    public var description: String {
        var parts: [String] = []
        if let file { parts.append(file) }
        if let line {
            parts.append("\(line)")
            if let column { parts.append("\(column)") }
        }
        return parts.joined(separator: ":")
    }
}
