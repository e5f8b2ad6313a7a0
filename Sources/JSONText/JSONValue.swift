/// A JSON value as a Swift value.
///
/// Integers and reals are kept apart, as libjansson does: a number is `.real` when its text has a
/// fraction or an exponent. Objects keep the order of their members.
///
/// Equality compares kinds too: `.integer(1)` is not `.real(1.0)`. Two objects are equal when they
/// have the same members in the same order; to compare without order, compare
/// ``JSONWriter/canonicalForHash(_:)``.
public enum JSONValue: Sendable, Equatable {
    /// The literal `null`. Typed decoding counts it as absent.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number without fraction and exponent.
    case integer(Int64)
    /// A number with fraction or exponent.
    case real(Double)
    /// A text.
    case string(String)
    /// An ordered list.
    case array([JSONValue])
    /// Members in the order of the text.
    case object(JSONObject)

    /// The value of an integer.
    @inlinable public init(_ value: Int) { self = .integer(Int64(value)) }

    /// The value of a real number. NaN and infinities are kept here and written as `null`.
    @inlinable public init(_ value: Double) { self = .real(value) }

    /// The value of a text.
    @inlinable public init(_ value: String) { self = .string(value) }

    /// The value of a truth.
    @inlinable public init(_ value: Bool) { self = .bool(value) }
}

extension JSONValue {
    /// Whether this is `null`.
    public var isNull: Bool { self == .null }

    /// The truth, or nil for another kind.
    public var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }

    /// The integer, or nil for another kind (a `.real` too).
    public var integerValue: Int64? { if case .integer(let value) = self { value } else { nil } }

    /// The number as a double, from an integer (rounded to nearest) or a real; nil for another kind.
    public var numberValue: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .real(let value): value
        default: nil
        }
    }

    /// The text, or nil for another kind.
    public var stringValue: String? { if case .string(let value) = self { value } else { nil } }

    /// The elements, or nil for another kind.
    public var arrayValue: [JSONValue]? { if case .array(let value) = self { value } else { nil } }

    /// The members, or nil for another kind.
    public var objectValue: JSONObject? { if case .object(let value) = self { value } else { nil } }

    /// The member of this name; nil when there is none or this is not an object.
    public subscript(key: String) -> JSONValue? { objectValue?[key] }

    /// The element of this index; nil when there is none or this is not an array.
    public subscript(index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }
}
