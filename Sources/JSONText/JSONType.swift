/// What a value must be, and how to make a Swift value of it.
///
/// A type is passed to ``JSONObjectReader/required(_:_:)``, `optional` or ``JSONReader/read(_:)``;
/// whether a member must be there is their matter, what it may be is the matter of the type. Callers
/// build their own with ``init(expected:standIn:decode:)``, ``map(_:)`` and ``checked(_:)``.
public struct JSONType<Value> {
    /// What is expected, with its article: "an integer of at least 1".
    public let expected: String
    /// A value to go on with after a problem. Never part of a successful decoding.
    public let standIn: () -> Value
    /// The value, or nil after reporting to the reader what is wrong.
    public let decode: (JSONReader) -> Value?

    /// A type of one's own. `decode` must report a problem whenever it returns nil.
    public init(
        expected: String, standIn: @escaping @autoclosure () -> Value,
        decode: @escaping (JSONReader) -> Value?
    ) {
        self.expected = expected
        self.standIn = standIn
        self.decode = decode
    }

    /// A type that is told by the value alone; nil of `convert` is reported as `expected …, found …`.
    public init(
        expected: String, standIn: @escaping @autoclosure () -> Value,
        convert: @escaping (JSONValue) -> Value?
    ) {
        self.init(expected: expected, standIn: standIn()) { reader in
            if let value = convert(reader.value) { return value }
            reader.reportExpected(expected)
            return nil
        }
    }

    /// The same type with its value transformed.
    public func map<New>(_ transform: @escaping (Value) -> New) -> JSONType<New> {
        JSONType<New>(expected: expected, standIn: transform(standIn())) { decode($0).map(transform) }
    }

    /// The same type with a further check: `problem` returns what is wrong with a value, or nil. It
    /// does not see stand-ins.
    public func checked(_ problem: @escaping (Value) -> String?) -> JSONType {
        JSONType(expected: expected, standIn: standIn()) { reader in
            guard let value = decode(reader) else { return nil }
            guard let message = problem(value) else { return value }
            reader.fail(message)
            return nil
        }
    }
}
