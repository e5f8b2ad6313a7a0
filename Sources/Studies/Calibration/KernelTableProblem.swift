/// Why a kernel table cannot be used: where, what was found, and what to do.
public struct KernelTableProblem: Error, Sendable, Equatable, CustomStringConvertible {
    public var file: String
    /// From 1; 0 where the file as a whole is meant.
    public var line: Int
    public var column: String?
    public var message: String
    public var remedy: String

    /// `file:line: column: message; remedy`.
    public var description: String {
        let place = line > 0 ? "\(file):\(line)" : file
        return place + ": " + (column.map { "\($0): " } ?? "") + message + "; " + remedy
    }
}
