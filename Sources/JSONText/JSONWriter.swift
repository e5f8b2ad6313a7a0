/// Writes values as canonical JSON text: the same value always gives the same bytes.
///
/// Members keep their order. Doubles are the shortest text that reads back bit for bit; an integral
/// real prints as `1.0` or `1e+20`, so that kinds survive a round trip. NaN and infinities, which
/// JSON does not have, are written as `null`. Only quotes, backslashes and control characters are
/// escaped. There is no newline at the end.
public struct JSONWriter: Sendable {
    /// Everything on one line, without spaces.
    public static let compact = JSONWriter(isPretty: false, sortsKeys: false)

    /// Two spaces a level. Arrays of scalars that fit into 80 bytes, and empty objects and arrays,
    /// stay on one line.
    public static let pretty = JSONWriter(isPretty: true, sortsKeys: false)

    private let isPretty: Bool
    private let sortsKeys: Bool

    /// The text of a value.
    public func text(of value: JSONValue) -> String {
        String(decoding: bytes(of: value), as: UTF8.self)
    }

    /// The text of a value as UTF-8.
    public func bytes(of value: JSONValue) -> [UInt8] {
        var bytes: [UInt8] = []
        append(value, to: &bytes)
        return bytes
    }

    /// Appends the text of a value to a buffer.
    public func append(_ value: JSONValue, to bytes: inout [UInt8]) {
        append(value, to: &bytes, depth: 0)
    }

    /// The compact text with the members of every object sorted by the UTF-8 bytes of their keys:
    /// equal for two values that differ only in order of members. This is what a hash is taken of.
    public static func canonicalForHash(_ value: JSONValue) -> [UInt8] {
        JSONWriter(isPretty: false, sortsKeys: true).bytes(of: value)
    }

    private func append(_ value: JSONValue, to bytes: inout [UInt8], depth: Int) {
        switch value {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.appendJSON(value)
        case .integer(let value): bytes.appendJSON(value)
        case .real(let value): bytes.appendJSON(value)
        case .string(let value): bytes.appendJSON(value)
        case .array(let elements): append(elements, to: &bytes, depth: depth)
        case .object(let object): append(object, to: &bytes, depth: depth)
        }
    }

    private func append(_ elements: [JSONValue], to bytes: inout [UInt8], depth: Int) {
        if isPretty, let line = Self.line(of: elements) {
            bytes.append(contentsOf: line)
            return
        }
        bytes.append(UInt8(ascii: "["))
        for (index, element) in elements.enumerated() {
            separate(&bytes, isFirst: index == 0, depth: depth + 1)
            append(element, to: &bytes, depth: depth + 1)
        }
        close(&bytes, with: UInt8(ascii: "]"), isEmpty: elements.isEmpty, depth: depth)
    }

    private func append(_ object: JSONObject, to bytes: inout [UInt8], depth: Int) {
        bytes.append(UInt8(ascii: "{"))
        let members = sortsKeys ? object.sorted { utf8Precedes($0.key, $1.key) } : Array(object)
        for (index, member) in members.enumerated() {
            separate(&bytes, isFirst: index == 0, depth: depth + 1)
            bytes.appendJSON(member.key)
            bytes.append(UInt8(ascii: ":"))
            if isPretty { bytes.append(UInt8(ascii: " ")) }
            append(member.value, to: &bytes, depth: depth + 1)
        }
        close(&bytes, with: UInt8(ascii: "}"), isEmpty: object.isEmpty, depth: depth)
    }

    private func separate(_ bytes: inout [UInt8], isFirst: Bool, depth: Int) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        if isPretty { Self.breakLine(&bytes, depth: depth) }
    }

    private func close(_ bytes: inout [UInt8], with bracket: UInt8, isEmpty: Bool, depth: Int) {
        if isPretty, !isEmpty { Self.breakLine(&bytes, depth: depth) }
        bytes.append(bracket)
    }

    private static func breakLine(_ bytes: inout [UInt8], depth: Int) {
        bytes.append(UInt8(ascii: "\n"))
        bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
    }

    /// `[1, 2, 3]`, when all elements are scalars and the line is short.
    private static func line(of elements: [JSONValue]) -> [UInt8]? {
        var line = [UInt8(ascii: "[")]
        for (index, element) in elements.enumerated() {
            switch element {
            case .array, .object: return nil
            default:
                if index > 0 { line.append(contentsOf: ", ".utf8) }
                compact.append(element, to: &line)
            }
            if line.count >= 80 { return nil }
        }
        line.append(UInt8(ascii: "]"))
        return line
    }
}
