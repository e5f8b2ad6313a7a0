/// Protocol Buffers on the wire: varints, fixed numbers, and messages and texts with their length before them.
///
/// Own code because a trace needs six calls of it, which a generated library would surround with a model of four
/// hundred message types; a test reads what is written with the parser of the `perfetto` package.
/// Source: protobuf.dev, Encoding.
struct ProtobufBuffer: Sendable {
    /// What has been written.
    var bytes: [UInt8] = []

    /// An integer field that is not negative.
    mutating func integer(_ field: UInt64, _ value: UInt64) {
        varint(field << 3)
        varint(value)
    }

    /// An `int64` field: negative numbers take ten bytes.
    mutating func signed(_ field: UInt64, _ value: Int64) {
        integer(field, UInt64(bitPattern: value))
    }

    /// A `fixed64` field.
    mutating func fixed(_ field: UInt64, _ value: UInt64) {
        varint(field << 3 | 1)
        for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }

    /// A `double` field.
    mutating func double(_ field: UInt64, _ value: Double) { fixed(field, value.bitPattern) }

    /// A `string` field.
    mutating func text(_ field: UInt64, _ value: String) {
        varint(field << 3 | 2)
        varint(UInt64(value.utf8.count))
        bytes.append(contentsOf: value.utf8)
    }

    /// A message field.
    mutating func message(_ field: UInt64, _ body: (inout ProtobufBuffer) -> Void) {
        varint(field << 3 | 2)
        let start = bytes.count
        bytes.append(0)
        body(&self)
        let length = bytes.count - start - 1
        if length < 0x80 {
            bytes[start] = UInt8(length)
            return
        }
        // Most messages are shorter than 128 bytes; of longer ones the length needs more room.
        var prefix = ProtobufBuffer()
        prefix.varint(UInt64(length))
        bytes.replaceSubrange(start...start, with: prefix.bytes)
    }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
