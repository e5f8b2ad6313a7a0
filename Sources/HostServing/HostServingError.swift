/// Why a model or a trace cannot be served on the host: what was found and what to do.
public struct HostServingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was found.
    public var message: String
    /// What to do about it.
    public var remedy: String

    public init(_ message: String, remedy: String) {
        (self.message, self.remedy) = (message, remedy)
    }

    public var description: String { "\(message); \(remedy)" }
}
