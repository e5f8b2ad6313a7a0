/// What is wrong with a trace file, where, and what to do about it.
public struct TraceProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file as the caller named it.
    public var file: String
    /// Line of the file from 1; nil where the problem is the file as a whole.
    public var line: Int?
    /// Byte of the line from 1, where one is to blame.
    public var column: Int?
    /// The key or column of the format.
    public var field: String?
    /// What was found.
    public var found: String
    /// What would be right, or how to get there.
    public var remedy: String

    /// A problem; parts of the place that are not known stay out.
    public init(
        file: String, line: Int? = nil, column: Int? = nil, field: String? = nil, found: String, remedy: String
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.field = field
        self.found = found
        self.remedy = remedy
    }

    /// `file:line:column: field: found …; remedy`, with the parts that are known.
    public var description: String {
        var place = file
        if let line { place += ":\(line)" }
        if let column { place += ":\(column)" }
        let subject = field.map { "\($0): " } ?? ""
        return "\(place): \(subject)\(found); \(remedy)"
    }
}
