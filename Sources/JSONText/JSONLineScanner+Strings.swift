extension JSONLineScanner {
    /// Consumes a string, with its escapes resolved. Text that is not UTF-8, or half a surrogate pair, is a problem.
    public mutating func string() throws(JSONLineProblem) -> String {
        let place = position
        guard position < end, bytes[position] == UInt8(ascii: "\"") else { throw problem("a string in quotes") }
        try skipString()
        let inside = bytes[place + 1..<position - 1]
        let decoded = inside.contains(UInt8(ascii: "\\")) ? try unescape(inside) : Array(inside)
        guard let text = String(validating: decoded, as: UTF8.self) else { throw problem(at: place, "text in UTF-8") }
        return text
    }

    /// Consumes `true` or `false`.
    public mutating func bool() throws(JSONLineProblem) -> Bool {
        if literal("true") { return true }
        if literal("false") { return false }
        throw problem("true or false")
    }

    /// Consumes one value of any kind, checking its syntax. Objects and arrays may be nested 64 deep.
    public mutating func skipValue() throws(JSONLineProblem) {
        try skipValue(depth: 0)
    }

    private mutating func skipValue(depth: Int) throws(JSONLineProblem) {
        guard position < end else { throw problem("a value") }
        switch bytes[position] {
        case UInt8(ascii: "\""):
            try skipString()
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard depth < 64 else { throw problem("at most 64 levels") }
            try skipMembers(isObject: bytes[position] == UInt8(ascii: "{"), depth: depth)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            _ = try scanNumber("a number")
        default:
            if literal("true") || literal("false") || literal("null") { return }
            throw problem("a value")
        }
    }

    private mutating func skipMembers(isObject: Bool, depth: Int) throws(JSONLineProblem) {
        let close = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
        position += 1
        skipSpace()
        if position < end, bytes[position] == close {
            position += 1
            return
        }
        while true {
            if !isObject {
                takePlainIntegers { _ in }
                if bytes[position - 1] == close { return }
            }
            if isObject {
                guard position < end, bytes[position] == UInt8(ascii: "\"") else { throw problem("a key in quotes") }
                try skipString()
                skipSpace()
                guard position < end, bytes[position] == UInt8(ascii: ":") else {
                    throw problem("\":\" behind the key")
                }
                position += 1
                skipSpace()
            }
            try skipValue(depth: depth + 1)
            skipSpace()
            guard position < end, bytes[position] == close || bytes[position] == UInt8(ascii: ",") else {
                throw problem(isObject ? "\",\" or \"}\"" : "\",\" or \"]\"")
            }
            position += 1
            if bytes[position - 1] == close { return }
            skipSpace()
        }
    }

    /// Consumes a string without decoding it; `position` is at its opening quote.
    mutating func skipString() throws(JSONLineProblem) {
        let place = position
        position += 1
        while position < end {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                position += 1
                return
            }
            guard byte >= 0x20 else { throw problem("no control character in a string: write it as \\u00..") }
            position += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        position = end
        throw problem(at: place, "a closing quote")
    }

    private mutating func literal(_ word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        guard position + length <= end else { return false }
        let matches = word.withUTF8Buffer { bytes[position..<position + length].elementsEqual($0) }
        if matches { position += length }
        return matches
    }

    private func unescape(_ text: ArraySlice<UInt8>) throws(JSONLineProblem) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            guard text[index] == UInt8(ascii: "\\") else {
                result.append(text[index])
                index += 1
                continue
            }
            let code = text[index + 1]
            if code == UInt8(ascii: "u") {
                let (scalar, length) = try unicodeEscape(text, at: index)
                result.append(contentsOf: Array(String(Character(scalar)).utf8))
                index += length
            } else {
                guard let byte = Self.simpleEscape(code) else { throw problem(at: index, "a known escape") }
                result.append(byte)
                index += 2
            }
        }
        return result
    }

    private static func simpleEscape(_ code: UInt8) -> UInt8? {
        switch code {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): code
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    /// The scalar of `\uXXXX`, or of a surrogate pair of two such escapes, and the bytes it took.
    private func unicodeEscape(
        _ text: ArraySlice<UInt8>, at index: Int
    ) throws(JSONLineProblem) -> (scalar: Unicode.Scalar, length: Int) {
        let first = try hexadecimal(text, at: index)
        if let scalar = Unicode.Scalar(first) { return (scalar, 6) }
        guard first < 0xDC00, index + 6 < text.endIndex, text[index + 6] == UInt8(ascii: "\\") else {
            throw problem(at: index, "both halves of a surrogate pair")
        }
        let second = try hexadecimal(text, at: index + 6)
        guard second >= 0xDC00, second < 0xE000,
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw problem(at: index, "both halves of a surrogate pair") }
        return (scalar, 12)
    }

    private func hexadecimal(_ text: ArraySlice<UInt8>, at index: Int) throws(JSONLineProblem) -> UInt32 {
        guard index + 6 <= text.endIndex, text[index + 1] == UInt8(ascii: "u") else {
            throw problem(at: index, "\\u and four hexadecimal digits")
        }
        var value: UInt32 = 0
        for offset in 2..<6 {
            guard let digit = Character(Unicode.Scalar(text[index + offset])).hexDigitValue else {
                throw problem(at: index, "\\u and four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
        }
        return value
    }
}
