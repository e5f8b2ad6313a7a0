/// Reads the members of one object and remembers which were asked for.
///
/// ```swift
/// let pool = reader.object { pool in
///     Pool(
///         role: pool.required("role", .choice(Role.self)),
///         replicas: pool.optional("replicas", .integer(in: 1...), default: 1),
///         slo: pool.optional("slo", .duration()))
/// }
/// ```
///
/// A member that is `null` counts as absent. A class, since closures that build a value share it.
public final class JSONObjectReader {
    /// The object itself, for its path and for checks over several members.
    public let reader: JSONReader
    private let members: JSONObject
    private var asked: [String] = []
    /// The same keys, for membership only.
    private var askedSet: Set<String> = []

    init(_ reader: JSONReader, _ members: JSONObject) {
        self.reader = reader
        self.members = members
    }

    /// Where the object stands.
    public var path: JSONPath { reader.path }

    /// All keys that were asked for, in that order: after reading, the keys that the object may have.
    public var knownKeys: [String] { asked }

    /// A member that must be there; a stand-in after a problem.
    public func required<Value>(_ key: String, _ type: JSONType<Value>) -> Value {
        guard let child = child(key) else {
            reader.diagnostics.report(path.appending(key: key), "missing; expected \(type.expected)")
            return type.standIn()
        }
        return child.read(type)
    }

    /// A member that may be absent; nil when it is, and after a problem.
    public func optional<Value>(_ key: String, _ type: JSONType<Value>) -> Value? {
        child(key).flatMap { type.decode($0) }
    }

    /// A member with a value for when it is absent, which also stands in after a problem.
    public func optional<Value>(
        _ key: String, _ type: JSONType<Value>, default standard: @autoclosure () -> Value
    ) -> Value {
        optional(key, type) ?? standard()
    }

    /// A reader of a member; nil when it is absent or `null`.
    public func child(_ key: String) -> JSONReader? {
        ignore(key)
        guard let value = members[key], !value.isNull else { return nil }
        return reader(of: key, value)
    }

    /// Whether the member is there and not `null`.
    public func has(_ key: String) -> Bool { child(key) != nil }

    /// Allows a key without reading it.
    public func ignore(_ key: String) {
        if askedSet.insert(key).inserted { asked.append(key) }
    }

    /// All members that are not `null`, in order, for objects whose keys are names; all keys count as
    /// asked for.
    public var allMembers: [(name: String, reader: JSONReader)] {
        members.keys.forEach(ignore)
        return members.filter { !$0.value.isNull }.map {
            (name: $0.key, reader: reader(of: $0.key, $0.value))
        }
    }

    /// Records a problem of the whole object.
    public func fail(_ message: String, remedy: String? = nil) { reader.fail(message, remedy: remedy) }

    /// Records a problem of a member, at its value or, when it is absent, at the object.
    public func fail(at key: String, _ message: String, remedy: String? = nil) {
        reader.diagnostics.report(path.appending(key: key), message, remedy: remedy)
    }

    /// Reports the members that were not asked for, each with the nearest known key or, when none is
    /// near, all known keys. Call it once, after the last question.
    public func finish() {
        for key in members.keys where !askedSet.contains(key) {
            reader.diagnostics.report(
                path.appending(key: key), isKey: true, "unknown key", remedy: remedy(forUnknown: key))
        }
    }

    private func remedy(forUnknown key: String) -> String {
        // A key that is already there cannot be the one that was meant.
        let free = asked.filter { members[$0] == nil }
        if let near = Spelling.nearest(to: key, among: free) { return "did you mean \"\(near)\"?" }
        if asked.isEmpty { return "no keys are allowed here" }
        return "known keys are \(asked.joined(separator: ", "))"
    }

    private func reader(of key: String, _ value: JSONValue) -> JSONReader {
        JSONReader(value, path: path.appending(key: key), diagnostics: reader.diagnostics)
    }
}
