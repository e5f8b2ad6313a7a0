/// What a line of JSON held where something else was expected.
///
/// Columns count bytes of the line from 1. The file and the line number are the reader's to add.
public struct JSONLineProblem: Error, Equatable, Sendable {
    /// The first byte of the offending token, counted from 1.
    public var column: Int
    /// The key whose value was being read, if any.
    public var key: String?
    /// What was there, as it should be shown.
    public var found: String
    /// What would have been right.
    public var expected: String

    /// A problem at a byte of the line.
    public init(column: Int, key: String?, found: String, expected: String) {
        self.column = column
        self.key = key
        self.found = found
        self.expected = expected
    }
}

/// The keys that a reader of lines knows, laid out for comparison without making strings.
///
/// At most 64 keys; a key is known by its index, required ones first.
public struct JSONLineKeys: Sendable {
    /// All names: the required ones, then the optional ones.
    public let names: [String]
    let bytes: [UInt8]
    let offsets: [Int]
    let requiredMask: UInt64

    /// A line without one of the `required` keys is refused by ``JSONLineScanner/endLine(_:)``.
    public init(required: [String], optional: [String] = []) {
        precondition(required.count + optional.count <= 64, "a line has at most 64 known keys")
        names = required + optional
        var bytes: [UInt8] = []
        var offsets = [0]
        for name in names {
            bytes.append(contentsOf: name.utf8)
            offsets.append(bytes.count)
        }
        self.bytes = bytes
        self.offsets = offsets
        requiredMask = required.count == 64 ? .max : (1 << UInt64(required.count)) - 1
    }
}

/// Reads one JSON object from one line of UTF-8, value by value, without building a tree.
///
/// ```swift
/// let keys = JSONLineKeys(required: ["timestamp", "input_length"], optional: ["hash_ids"])
/// var scanner = JSONLineScanner(#"{"timestamp": 3000, "input_length": 512, "hash_ids": [0, 7]}"#)
/// try scanner.beginObject()
/// while let key = try scanner.nextKey(keys) {
///     switch key {
///     case 0: milliseconds = try scanner.integer()
///     case 1: length = try scanner.integer()
///     case 2: try scanner.integers(appendingTo: &blocks)
///     default: try scanner.skipValue()
///     }
/// }
/// try scanner.endLine(keys)
/// ```
///
/// Strict: a line that is cut, has a comma too many, a repeated known key, a value of another type or anything behind
/// its object is a ``JSONLineProblem``. Not checked: repeated unknown keys, and UTF-8 inside skipped strings.
/// Linear in the length of the line; integers allocate nothing.
public struct JSONLineScanner: Sendable {
    let bytes: [UInt8]
    let start: Int
    let end: Int
    var position: Int
    var seen: UInt64 = 0
    var keyStart = 0
    var keyEnd = 0
    var predicted = 0
    var isFirstKey = true

    /// Scans `bytes[range]`, which must not contain the line's own terminator.
    public init(_ bytes: [UInt8], in range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count, "the line lies inside its buffer")
        self.bytes = bytes
        start = range.lowerBound
        end = range.upperBound
        position = start
    }

    /// Scans a whole string, for tests and headers.
    public init(_ line: String) {
        let bytes = Array(line.utf8)
        self.init(bytes, in: 0..<bytes.count)
    }

    /// Consumes the opening brace.
    public mutating func beginObject() throws(JSONLineProblem) {
        skipSpace()
        guard position < end, bytes[position] == UInt8(ascii: "{") else { throw problem("an object, \"{\"") }
        position += 1
    }

    /// Consumes the next key and its colon: its index in `keys`, `keys.names.count` for any other key, nil after the
    /// last member. The caller must then consume exactly one value.
    public mutating func nextKey(_ keys: JSONLineKeys) throws(JSONLineProblem) -> Int? {
        skipSpace()
        if position < end, bytes[position] == UInt8(ascii: "}") {
            position += 1
            keyEnd = keyStart
            return nil
        }
        if !isFirstKey {
            guard position < end, bytes[position] == UInt8(ascii: ",") else { throw problem("\",\" or \"}\"") }
            position += 1
            skipSpace()
        }
        guard position < end, bytes[position] == UInt8(ascii: "\"") else { throw problem("a key in quotes") }
        isFirstKey = false
        keyStart = position + 1
        keyEnd = keyStart
        try skipString()
        keyEnd = position - 1
        skipSpace()
        guard position < end, bytes[position] == UInt8(ascii: ":") else { throw problem("\":\" behind the key") }
        position += 1
        skipSpace()
        return try match(keys)
    }

    /// Checks that nothing but white space follows, and that every required key was there.
    public mutating func endLine(_ keys: JSONLineKeys? = nil) throws(JSONLineProblem) {
        skipSpace()
        guard position == end else { throw problem("nothing behind the value") }
        guard let keys, seen & keys.requiredMask != keys.requiredMask else { return }
        let missing = (~seen & keys.requiredMask).trailingZeroBitCount
        throw JSONLineProblem(
            column: position - start + 1, key: keys.names[missing], found: "no such key",
            expected: "the key \"\(keys.names[missing])\"")
    }

    /// The key read last, decoded.
    public var currentKey: String? {
        keyEnd > keyStart ? String(decoding: bytes[keyStart..<keyEnd], as: UTF8.self) : nil
    }

    /// Passes over spaces and tabs, as a caller that scans something else than an object may want to.
    public mutating func skipWhiteSpace() {
        skipSpace()
    }

    /// A problem of the key read last, for a reader's own rules.
    public func problem(found: String, expected: String) -> JSONLineProblem {
        JSONLineProblem(column: max(keyStart - start, 1), key: currentKey, found: found, expected: expected)
    }

    private mutating func match(_ keys: JSONLineKeys) throws(JSONLineProblem) -> Int {
        let count = keys.names.count
        // Lines of one file repeat their order of keys: the one after the last is tried first.
        for attempt in 0..<count {
            let index = (predicted + attempt) % count
            guard equals(keys, index) else { continue }
            let bit: UInt64 = 1 << UInt64(index)
            guard seen & bit == 0 else { throw problem(at: keyStart - 1, "each key once") }
            seen |= bit
            predicted = index + 1
            return index
        }
        return count
    }

    private func equals(_ keys: JSONLineKeys, _ index: Int) -> Bool {
        let lower = keys.offsets[index]
        let length = keys.offsets[index + 1] - lower
        guard keyEnd - keyStart == length else { return false }
        for offset in 0..<length where bytes[keyStart + offset] != keys.bytes[lower + offset] { return false }
        return true
    }

    @inline(__always)
    mutating func skipSpace() {
        while position < end {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A else { return }
            position += 1
        }
    }

    func problem(at place: Int? = nil, _ expected: String) -> JSONLineProblem {
        let place = place ?? position
        return JSONLineProblem(
            column: place - start + 1, key: currentKey, found: excerpt(at: place), expected: expected)
    }

    /// Up to 24 bytes of the token at `place`, as text.
    private func excerpt(at place: Int) -> String {
        guard place < end else { return "the end of the line" }
        var stop = place + 1
        while stop < end, stop < place + 24, bytes[stop] != UInt8(ascii: ","), bytes[stop] != UInt8(ascii: "}") {
            stop += 1
        }
        return String(decoding: bytes[place..<stop], as: UTF8.self)
    }
}
