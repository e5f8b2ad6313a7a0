/// The text forms of scalars, shared by the tree writer and the stream.
extension [UInt8] {
    /// Appends a quoted string. Only what JSON demands is escaped: quote, backslash and control
    /// characters; everything else stays UTF-8.
    mutating func appendJSON(_ text: String) {
        append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { bytes in
            var clean = 0
            for index in bytes.indices where Self.needsEscape(bytes[index]) {
                append(contentsOf: bytes[clean..<index])
                appendEscape(bytes[index])
                clean = index + 1
            }
            append(contentsOf: bytes[clean...])
        }
        append(UInt8(ascii: "\""))
    }

    /// Appends an integer.
    mutating func appendJSON(_ value: Int64) {
        append(contentsOf: value.description.utf8)
    }

    /// Appends the shortest text that reads back as the same double; `null` for NaN and infinities,
    /// which JSON does not have. An integral double keeps its `.0` or exponent and so stays a real.
    mutating func appendJSON(_ value: Double) {
        append(contentsOf: value.isFinite ? value.description.utf8 : "null".utf8)
    }

    /// Appends `true` or `false`.
    mutating func appendJSON(_ value: Bool) {
        append(contentsOf: value ? "true".utf8 : "false".utf8)
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func appendEscape(_ byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0C: append(UInt8(ascii: "f"))
        case 0x0D: append(UInt8(ascii: "r"))
        default:
            append(contentsOf: "u00".utf8)
            append(Self.hexDigit(byte >> 4))
            append(Self.hexDigit(byte & 15))
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
