/// A configuration of the generator that cannot be carried out: which part, what it says, what would do.
public struct GeneratorProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// The property, e.g. `arrivals` or `sessions.turns`.
    public var field: String
    /// What it says, as it should be shown.
    public var found: String
    /// What would do.
    public var remedy: String

    /// A problem of one property.
    public init(field: String, found: String, remedy: String) {
        self.field = field
        self.found = found
        self.remedy = remedy
    }

    /// `field: found; remedy`.
    public var description: String { "\(field): \(found); \(remedy)" }
}
