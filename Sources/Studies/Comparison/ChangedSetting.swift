import JSONText

/// A setting that two scenarios state differently.
public struct ChangedSetting: Sendable, Equatable {
    /// Where it stands.
    public var path: JSONPath
    /// Nil where the scenario does not state it.
    public var first: JSONValue?
    /// Nil where the second scenario does not state it.
    public var second: JSONValue?

    /// Everything that differs: members of objects each on its own, what only one side has whole, lists whole. In
    /// the order of the first, then what only the second has. `1` and `1.0` are the same.
    public static func all(
        from first: JSONValue, to second: JSONValue, below path: JSONPath = .root
    ) -> [ChangedSetting] {
        guard let one = first.objectValue, let other = second.objectValue else {
            return isSame(first, second) ? [] : [ChangedSetting(path: path, first: first, second: second)]
        }
        let keys = one.keys + other.keys.filter { one[$0] == nil }
        return keys.flatMap { key -> [ChangedSetting] in
            let inside = path.appending(key: key)
            guard let before = one[key], let after = other[key] else {
                return [ChangedSetting(path: inside, first: one[key], second: other[key])]
            }
            return all(from: before, to: after, below: inside)
        }
    }

    private static func isSame(_ first: JSONValue, _ second: JSONValue) -> Bool {
        if let one = first.arrayValue, let other = second.arrayValue {
            return one.count == other.count && zip(one, other).allSatisfy { all(from: $0, to: $1).isEmpty }
        }
        if let one = first.numberValue, let other = second.numberValue { return one == other }
        return first == second
    }
}
