import Testing

@testable import JSONText

/// The scanner of JSON lines: values exact, everything that is not one JSON object refused with its place.
@Suite struct JSONLineScannerTests {
    private static let keys = JSONLineKeys(required: ["a", "long_key"], optional: ["ids"])

    /// Scans a line for integers `a` and `long_key` and the array `ids`.
    private func scan(_ line: String) throws(JSONLineProblem) -> (a: Int64, long: Int64, ids: [Int64]) {
        var scanner = JSONLineScanner(line)
        var result: (a: Int64, long: Int64, ids: [Int64]) = (0, 0, [])
        try scanner.beginObject()
        while let key = try scanner.nextKey(Self.keys) {
            switch key {
            case 0: result.a = try scanner.integer()
            case 1: result.long = try scanner.integer()
            case 2: try scanner.integers(appendingTo: &result.ids)
            default: try scanner.skipValue()
            }
        }
        try scanner.endLine(Self.keys)
        return result
    }

    /// One value, and the end of the line behind it.
    private func value<Value>(
        _ text: String, _ read: (inout JSONLineScanner) throws(JSONLineProblem) -> Value
    ) throws(JSONLineProblem) -> Value {
        var scanner = JSONLineScanner(text)
        let value = try read(&scanner)
        try scanner.endLine()
        return value
    }

    @Test func readsKnownKeysInAnyOrderAndPassesOverTheRest() throws {
        let line = #" { "x": [1, {"y": "}\"", "z": [null, true, [-1.5e3]]}], "#
            + #""long_key":-7 , "ids": [0, 7,42 ],"a":3 } "#
        let result = try scan(line)
        #expect(result.a == 3)
        #expect(result.long == -7)
        #expect(result.ids == [0, 7, 42])
    }

    @Test func everyCutOfALineIsAProblem() {
        let line = #"{"a": 12, "long_key": -3, "ids": [1, 22, 3], "s": "q\"r", "t": {"u": [true, null]}}"#
        for length in 0..<line.utf8.count {
            let cut = String(line.utf8.prefix(length)) ?? ""
            #expect(throws: JSONLineProblem.self, "\(cut)") { try scan(cut) }
        }
    }

    struct Refused: Sendable, CustomStringConvertible {
        var line: String
        var column: Int
        var key: String?
        var found: String
        var expected: String
        var description: String { line }
    }

    @Test(arguments: [
        Refused(line: "[1]", column: 1, key: nil, found: "[1]", expected: "an object, \"{\""),
        Refused(
            line: #"{"a": 1.0}"#, column: 7, key: "a", found: "1.0",
            expected: "an integer, without point and exponent"),
        Refused(line: #"{"a": "1"}"#, column: 7, key: "a", found: "\"1\"", expected: "an integer"),
        Refused(line: #"{"a": 1, "a": 2}"#, column: 10, key: "a", found: "\"a\": 2", expected: "each key once"),
        Refused(line: #"{"a": 01}"#, column: 7, key: "a", found: "01", expected: "a number without leading zeros"),
        Refused(
            line: #"{"a": 9223372036854775808}"#, column: 7, key: "a", found: "9223372036854775808",
            expected: "an integer of at most 64 bits"),
        Refused(
            line: #"{"a": 1, "long_key": 2} x"#, column: 25, key: nil, found: "x",
            expected: "nothing behind the value"),
        Refused(line: #"{"a": 1}"#, column: 9, key: "long_key", found: "no such key", expected: "the key \"long_key\""),
        Refused(line: #"{"a": 1,}"#, column: 9, key: "a", found: "}", expected: "a key in quotes"),
        Refused(line: #"{"ids": [1,,2]}"#, column: 12, key: "ids", found: ",2]", expected: "an integer"),
        Refused(line: #"{"ids": [1 2]}"#, column: 12, key: "ids", found: "2]", expected: "\",\" or \"]\""),
        Refused(line: #"{"ids": [1,]}"#, column: 12, key: "ids", found: "]", expected: "an integer"),
        Refused(line: #"{"x": nul}"#, column: 7, key: "x", found: "nul", expected: "a value"),
        Refused(line: #"{"a": 12"#, column: 9, key: "a", found: "the end of the line", expected: "\",\" or \"}\""),
    ])
    func refusesWithPlaceAndKey(_ refused: Refused) {
        let problem = JSONLineProblem(
            column: refused.column, key: refused.key, found: refused.found, expected: refused.expected)
        #expect(throws: problem) { try scan(refused.line) }
    }

    @Test(arguments: [
        ("0", 9, 0), ("29.479069", 9, 29_479_069_000), ("5.8926549999999995", 9, 5_892_655_000),
        ("1e3", 9, 1_000_000_000_000), ("-0.5", 0, 0), ("1.5", 0, 2), ("2.5", 0, 2), ("2.5000000000000000000001", 0, 3),
        ("0.0000000005", 9, 0), ("0.0000000015", 9, 2), ("19440110.0", 9, 19_440_110_000_000_000),
        ("123456789012345678.5", 0, 123_456_789_012_345_678), ("9223372036854775807", 0, .max),
        ("-9223372036854775808", 0, .min), ("1e-400", 9, 0), ("12345678901234567890123e-20", 3, 123_457),
    ] as [(String, Int, Int64)])
    func scalesByPowersOfTenExactly(text: String, decimals: Int, expected: Int64) throws {
        let scaled = try value(text) { scanner throws(JSONLineProblem) in
            try scanner.scaledInteger(decimals: decimals)
        }
        #expect(scaled == expected)
    }

    @Test(arguments: ["9223372036.854775808", "1e19", "99999999999999999999999"])
    func refusesWhatDoesNotFit64BitsWhenScaled(text: String) {
        #expect(throws: JSONLineProblem.self) {
            try value(text) { scanner throws(JSONLineProblem) in try scanner.scaledInteger(decimals: 9) }
        }
    }

    @Test func doublesAreTheNearestOnes() throws {
        var generator = SplitMix(state: 7)
        for _ in 0..<2_000 {
            let bits = Double(bitPattern: generator.next())
            guard bits.isFinite else { continue }
            for number in [bits, Double(Int64(truncatingIfNeeded: generator.next()) >> 30) / 1000] {
                let text = "\(number)"
                let read = try value(text) { scanner throws(JSONLineProblem) in try scanner.double() }
                #expect(read.bitPattern == number.bitPattern, "\(text)")
            }
        }
    }

    @Test(arguments: ["+1", ".5", "1.", "1e", "--1", "0x10", "NaN", "1e400", "1_000", ""])
    func refusesWhatIsNoNumber(text: String) {
        #expect(throws: JSONLineProblem.self) {
            try value(text) { scanner throws(JSONLineProblem) in try scanner.double() }
        }
    }

    @Test(arguments: [
        (#""""#, ""), (#""a\"b\\c\/d""#, "a\"b\\c/d"), (#""\b\f\n\r\t""#, "\u{8}\u{c}\n\r\t"),
        (#""\u00e9\u4F60""#, "é你"), (#""\ud83d\ude00!""#, "😀!"), (#""流""#, "流"),
    ])
    func resolvesEscapes(text: String, expected: String) throws {
        let read = try value(text) { scanner throws(JSONLineProblem) in try scanner.string() }
        #expect(read == expected)
    }

    @Test(arguments: [
        #""a"#, #""\x""#, #""\u12""#, #""\ud83d""#, #""\ud83dabcdef""#, #""\ude00""#, "\"a\u{1}\"", "5", #""a\"#,
    ])
    func refusesWhatIsNoString(text: String) {
        #expect(throws: JSONLineProblem.self) {
            try value(text) { scanner throws(JSONLineProblem) in try scanner.string() }
        }
    }

    @Test func refusesTextThatIsNotUTF8() {
        let bytes: [UInt8] = [0x22, 0xC3, 0x28, 0x22]
        var scanner = JSONLineScanner(bytes, in: 0..<4)
        #expect(throws: JSONLineProblem.self) { try scanner.string() }
    }

    @Test func readsTruth() throws {
        #expect(try value("true") { scanner throws(JSONLineProblem) in try scanner.bool() })
        #expect(try !value("false") { scanner throws(JSONLineProblem) in try scanner.bool() })
        #expect(throws: JSONLineProblem.self) {
            try value("1") { scanner throws(JSONLineProblem) in try scanner.bool() }
        }
    }

    @Test func nestingHasALimit() throws {
        let deep = { (depth: Int) in String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        try value(deep(64)) { scanner throws(JSONLineProblem) in try scanner.skipValue() }
        #expect(throws: JSONLineProblem.self) {
            try value(deep(65)) { scanner throws(JSONLineProblem) in try scanner.skipValue() }
        }
    }

    @Test func scansItsPartOfABufferOnly() throws {
        let text = Array(#"xx{"a":1}yy"#.utf8)
        var scanner = JSONLineScanner(text, in: 2..<9)
        try scanner.beginObject()
        #expect(try scanner.nextKey(Self.keys) == 0)
        #expect(scanner.currentKey == "a")
        #expect(try scanner.integer() == 1)
        #expect(try scanner.nextKey(Self.keys) == nil)
        try scanner.endLine()
    }

    /// Random integers of all lengths, with and without spaces, come back.
    @Test(arguments: [UInt64(1), 2, 3])
    func arraysOfIntegersRoundTrip(seed: UInt64) throws {
        var generator = SplitMix(state: seed)
        for _ in 0..<200 {
            let values = (0..<Int(generator.next() % 20)).map { _ in
                Int64(truncatingIfNeeded: generator.next()) >> Int64(generator.next() % 64)
            }
            let separator = ["," , ", ", " ,  "][Int(generator.next() % 3)]
            let text = "[" + values.map { "\($0)" }.joined(separator: separator) + "]"
            var read: [Int64] = [5]
            var scanner = JSONLineScanner(text)
            try scanner.integers(appendingTo: &read)
            try scanner.endLine()
            #expect(read == [5] + values)
            try value(text) { scanner throws(JSONLineProblem) in try scanner.skipValue() }
        }
    }
}

/// SplitMix64, so that random cases are the same in every run.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
