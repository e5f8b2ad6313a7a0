import Testing

@testable import JSONText

struct JSONTokensTests {
    private func tokens(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        var tokens = JSONTokens(bytes)
        var result: [String] = []
        while let token = tokens.next() { result.append(String(decoding: bytes[token], as: UTF8.self)) }
        return result
    }

    @Test(arguments: [
        (
            #" {"a" : [1,-2.5e3, true]} "#,
            ["{", "\"a\"", ":", "[", "1", ",", "-2.5e3", ",", "true", "]", "}"]
        ),
        (#""a\"b\\" "c""#, [#""a\"b\\""#, #""c""#]),
        ("\"open\nrest\"", ["\"open", "rest", "\""]),
        (#""ends in \"#, [#""ends in \"#]),
        ("tru'x//\t\r\ny", ["tru'x//", "y"]),
        ("", []), (" \n", []),
    ])
    func cutsAnyText(text: String, expected: [String]) {
        #expect(tokens(text) == expected)
    }

    @Test func skipsWholeValues() {
        let bytes = Array(#"[{"a": "]"}, 2] 3"#.utf8)
        var tokens = JSONTokens(bytes)
        #expect(tokens.skipValue() == 0..<15)
        #expect(tokens.peek() == UInt8(ascii: "3"))
        #expect(tokens.skipValue() == 16..<17)
        #expect(tokens.skipValue() == nil)
        #expect(tokens.peek() == nil)
    }

    @Test func unclosedValuesEndWithTheText() {
        var tokens = JSONTokens(Array("[1, [2".utf8))
        #expect(tokens.skipValue() == 0..<6)
    }
}
