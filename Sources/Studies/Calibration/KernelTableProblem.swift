/// Why a kernel table cannot be used: where, what was found, and what to do.
public struct KernelTableProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// The table as it was named.
    public var file: String
    /// From 1; 0 where the file as a whole is meant.
    public var line: Int
    /// The column that is wrong, if it is one.
    public var column: String?
    /// What was found.
    public var message: String
    /// What to do.
    public var remedy: String

    /// `file:line: column: message; remedy`.
    public var description: String {
        let place = line > 0 ? "\(file):\(line)" : file
        return place + ": " + (column.map { "\($0): " } ?? "") + message + "; " + remedy
    }
}
