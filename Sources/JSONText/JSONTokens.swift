/// The tokens of a JSON text as byte ranges, for finding places again after libjansson has parsed it.
///
/// Valid texts give exactly their tokens. An invalid text gives ranges that cover all but its white
/// space, so that the token around any byte can be shown. Nothing is read beyond the text.
struct JSONTokens {
    private let text: [UInt8]
    private(set) var offset: Int

    init(_ text: [UInt8], from offset: Int = 0) {
        self.text = text
        self.offset = offset
    }

    /// The next token: a bracket, colon or comma, a string with its quotes, or a run of anything else.
    mutating func next() -> Range<Int>? {
        while offset < text.count, Self.isSpace(text[offset]) { offset += 1 }
        guard offset < text.count else { return nil }
        let start = offset
        if text[start] == UInt8(ascii: "\"") {
            skipString()
        } else {
            offset += 1
            if !Self.isPunctuation(text[start]) { skipWord() }
        }
        return start..<offset
    }

    /// The first byte of the next token, without taking it.
    func peek() -> UInt8? {
        var ahead = self
        return ahead.next().map { text[$0.lowerBound] }
    }

    /// Takes one whole value and returns its range; nil at the end of the text.
    mutating func skipValue() -> Range<Int>? {
        guard let first = next() else { return nil }
        var depth = Self.depthChange(text[first.lowerBound])
        while depth > 0, let token = next() { depth += Self.depthChange(text[token.lowerBound]) }
        return first.lowerBound..<offset
    }

    /// Stops behind the closing quote, or at the end of the line, which no string may cross.
    private mutating func skipString() {
        offset += 1
        while offset < text.count, text[offset] != UInt8(ascii: "\n") {
            let byte = text[offset]
            offset += 1
            if byte == UInt8(ascii: "\"") { return }
            if byte == UInt8(ascii: "\\"), offset < text.count { offset += 1 }
        }
    }

    private mutating func skipWord() {
        while offset < text.count {
            let byte = text[offset]
            guard !Self.isSpace(byte), !Self.isPunctuation(byte), byte != UInt8(ascii: "\"") else { return }
            offset += 1
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
    }

    private static func isPunctuation(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ":") || byte == UInt8(ascii: ",") || depthChange(byte) != 0
    }

    /// +1 for an opening bracket, -1 for a closing one.
    static func depthChange(_ byte: UInt8) -> Int {
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["): 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"): -1
        default: 0
        }
    }
}
