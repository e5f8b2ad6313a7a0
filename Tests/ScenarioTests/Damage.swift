import Testing

/// One piece of the small scenario replaced, and all that is said of it.
struct Damage: Sendable, CustomTestStringConvertible {
    let old: String
    let new: String
    let messages: [String]

    init(_ old: String, _ new: String, says messages: String...) {
        self.old = old
        self.new = new
        self.messages = messages
    }

    var testDescription: String { "\(old) -> \(new)" }

    /// What is really said.
    var complaints: [String] { SmallScenario.complaints(replacing: old, new) }
}
