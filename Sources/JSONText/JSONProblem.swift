/// One thing that is wrong with an input: where, what, and what to do about it.
public struct JSONProblem: Error, Sendable, Equatable {
    /// The file, line and column, as far as they are known.
    public var place: JSONPlace
    /// The path of the value; the root when the whole document or no document is meant.
    public var path: JSONPath
    /// What was expected and what was found.
    public var message: String
    /// What to write instead, where that is known.
    public var remedy: String?

    /// A problem; parts that are not known are left out.
    public init(
        place: JSONPlace = JSONPlace(), path: JSONPath = .root, message: String, remedy: String? = nil
    ) {
        self.place = place
        self.path = path
        self.message = message
        self.remedy = remedy
    }

    /// The file, where known.
    public var file: String? { place.file }
    /// The line from 1, where known.
    public var line: Int? { place.line }
    /// The column from 1 in characters, where known.
    public var column: Int? { place.column }
}

extension JSONProblem: CustomStringConvertible {
    /// `file:line:column: path: message; remedy`, parts left out where unknown.
    public var description: String {
        var parts: [String] = []
        if !place.description.isEmpty { parts.append(place.description) }
        if !path.isRoot { parts.append(path.description) }
        parts.append(message)
        let text = parts.joined(separator: ": ")
        return remedy.map { "\(text); \($0)" } ?? text
    }
}

/// All problems of an input, in the order of their places.
public struct JSONProblems: Error, Sendable, Equatable {
    /// The problems, by file, line, column, path and message; what has no place comes first.
    public let problems: [JSONProblem]
    /// How many more there were than are listed.
    public let omitted: Int

    /// Sorts the problems. `omitted` counts those that were not kept.
    public init(_ problems: [JSONProblem], omitted: Int = 0) {
        self.problems = problems.sorted { $0.isBefore($1) }
        self.omitted = omitted
    }
}

extension JSONProblems: CustomStringConvertible {
    /// One problem a line.
    public var description: String {
        let lines = problems.map(\.description)
        let rest = omitted == 0 ? [] : ["and \(omitted) more problem\(omitted == 1 ? "" : "s")"]
        return (lines + rest).joined(separator: "\n")
    }
}

extension JSONProblem {
    fileprivate func isBefore(_ other: JSONProblem) -> Bool {
        if file != other.file { return utf8Precedes(file ?? "", other.file ?? "") }
        if line != other.line { return line ?? 0 < other.line ?? 0 }
        if column != other.column { return column ?? 0 < other.column ?? 0 }
        if path != other.path { return utf8Precedes(path.description, other.path.description) }
        return utf8Precedes(message, other.message)
    }
}

/// Order by UTF-8 bytes, which no version of Unicode tables can change.
func utf8Precedes(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
}
