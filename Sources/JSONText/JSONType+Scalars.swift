extension JSONType<JSONValue> {
    /// Any value, as it is.
    public static var any: JSONType { JSONType(expected: "a value", standIn: .null) { $0.value } }
}

extension JSONType<String> {
    /// A text.
    public static var string: JSONType {
        JSONType(expected: "a string", standIn: "") { (value: JSONValue) in value.stringValue }
    }

    /// A text of at least one character.
    public static var name: JSONType {
        JSONType(expected: "a string that is not empty", standIn: "") { (value: JSONValue) in
            value.stringValue.flatMap { $0.isEmpty ? nil : $0 }
        }
    }

    /// One of some words. `names` must not be empty.
    public static func choice(of names: [String]) -> JSONType {
        .choice(among: names.map { ($0, $0) })
    }
}

extension JSONType<Bool> {
    /// `true` or `false`.
    public static var bool: JSONType {
        JSONType(expected: "true or false", standIn: false) { (value: JSONValue) in value.boolValue }
    }
}

extension JSONType<Int> {
    /// An integer. A real without fraction (`1e6`) is one too, up to 2^53.
    public static var integer: JSONType { .integer(in: JSONBounds<Int>()) }

    /// An integer within bounds: `0...`, `1...8`, `0..<10`.
    public static func integer(in range: some JSONRange<Int>) -> JSONType {
        let bounds = range.bounds
        let expected = bounds.isUnbounded ? "an integer" : "an integer \(bounds)"
        return JSONType(expected: expected, standIn: bounds.standIn) { (value: JSONValue) in
            value.exactInteger.flatMap { bounds.contains($0) ? $0 : nil }
        }
    }
}

extension JSONType<Double> {
    /// A number; an integer is one too.
    public static var number: JSONType { .number(in: JSONBounds<Double>()) }

    /// A number within bounds: `0...1`, `0..<1`, `.above(0)`.
    public static func number(in range: some JSONRange<Double>) -> JSONType {
        let bounds = range.bounds
        let expected = bounds.isUnbounded ? "a number" : "a number \(bounds)"
        return JSONType(expected: expected, standIn: bounds.standIn) { (value: JSONValue) in
            value.numberValue.flatMap { bounds.contains($0) ? $0 : nil }
        }
    }
}

extension JSONType {
    /// One of some words, each with what it means: a registry. `choices` must not be empty.
    public static func choice(among choices: [(name: String, value: Value)]) -> JSONType {
        precondition(!choices.isEmpty, "a choice needs at least one name")
        let names = choices.map(\.name)
        let expected = "one of \(names.joined(separator: ", "))"
        return JSONType(expected: expected, standIn: choices[0].value) { reader in
            if let match = choices.first(where: { .string($0.name) == reader.value }) { return match.value }
            let near = reader.value.stringValue.flatMap { Spelling.nearest(to: $0, among: names) }
            reader.reportExpected(expected, remedy: near.map { "did you mean \"\($0)\"?" })
            return nil
        }
    }

    /// One of the cases of an enumeration, by its raw value, in the order of its cases.
    public static func choice(_ type: Value.Type = Value.self) -> JSONType
    where Value: CaseIterable & RawRepresentable<String> {
        .choice(among: type.allCases.map { ($0.rawValue, $0) })
    }
}

extension JSONValue {
    /// The integer, also of a real that is integral and small enough to be exact.
    fileprivate var exactInteger: Int? {
        switch self {
        case .integer(let value): Int(value)
        case .real(let value) where value.magnitude <= 0x1p53: Int(exactly: value)
        default: nil
        }
    }
}
