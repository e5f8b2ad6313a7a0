extension JSONType {
    /// An object. `body` asks for the members; members that it does not ask for are reported.
    public static func object(_ body: @escaping (JSONObjectReader) -> Value) -> JSONType {
        .object("an object", body)
    }

    /// An object that messages call `expected`, with its article: "a pool".
    public static func object(_ expected: String, _ body: @escaping (JSONObjectReader) -> Value) -> JSONType {
        JSONType(expected: expected, standIn: muted(body)) { reader in
            guard case .object = reader.value else {
                reader.reportExpected(expected)
                return nil
            }
            return reader.object(body)
        }
    }

    /// What `body` makes of an empty object, nothing reported.
    private static func muted(_ body: (JSONObjectReader) -> Value) -> Value {
        JSONReader(.object(JSONObject()), diagnostics: .muted()).object(body)
    }

    /// An array with elements of one type; elements that are wrong are left out after being reported.
    public static func array<Element>(
        of type: JSONType<Element>, count range: some JSONRange<Int> = JSONBounds<Int>()
    ) -> JSONType where Value == [Element] {
        let bounds = range.bounds
        let expected = bounds.isUnbounded ? "an array" : "an array with a number of elements \(bounds)"
        return JSONType(expected: expected, standIn: []) { reader in
            guard case .array(let elements) = reader.value, bounds.contains(elements.count) else {
                reader.reportExpected(expected)
                return nil
            }
            return reader.elements().compactMap(type.decode)
        }
    }

    /// An object whose keys are names that the user chose, as name and value in order. Members that
    /// are wrong are left out after being reported; `null` counts as absent.
    public static func members<Element>(
        of type: JSONType<Element>
    ) -> JSONType where Value == [(name: String, value: Element)] {
        JSONType(expected: "an object", standIn: []) { reader in
            guard case .object = reader.value else {
                reader.reportExpected("an object")
                return nil
            }
            return reader.asObject().allMembers.compactMap { member in
                type.decode(member.reader).map { (name: member.name, value: $0) }
            }
        }
    }
}
