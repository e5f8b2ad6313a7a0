import Glibc
import Testing

@testable import JSONText

struct JSONDocumentTests {
    @Test func readsEveryKind() throws {
        let text = #" {"a": null, "b": [true, false], "c": -7, "d": 2.50, "e": "x\u00e9\u0000", "f": {}} "#
        let expected: JSONValue = [
            "a": .null, "b": [true, false], "c": -7, "d": 2.5, "e": "xé\0", "f": .object(JSONObject()),
        ]
        #expect(try JSONDocument(text: text).value == expected)
        #expect(try JSONDocument(text: "3").value == 3)
        #expect(try JSONDocument(text: "-0.0").value.numberValue?.sign == .minus)
    }

    @Test(arguments: [
        ("", "f:1:1: not valid JSON: the text is empty"),
        (" \n ", "f:2:2: not valid JSON: the text is empty"),
        ("{\"a\":\n  tru}", "f:2:3: not valid JSON: invalid token near tru"),
        ("{\"a\": True}", "f:1:7: not valid JSON: invalid token near True; write true"),
        ("[1, 2,]", "f:1:7: not valid JSON: unexpected token near ]; remove the comma before it"),
        ("{\"a\": 1,}", "f:1:9: not valid JSON: string or '}' expected near }; remove the comma before it"),
        ("{\n  // no\n}", "f:2:3: not valid JSON: string or '}' expected near //; JSON has no comments"),
        ("{'a': 1}", "f:1:2: not valid JSON: string or '}' expected near 'a'; write texts in double quotes"),
        ("{\"a\": {\"b\": [1, 2}", "f:1:18: not valid JSON: ']' expected near }"),
        (
            "{\"a\": {\"b\": [1, 2",
            "f:1:18: not valid JSON: ']' expected at the end of the text; the [ at 1:13 is not closed"
        ),
        (
            "{\"a\": \"b\"",
            "f:1:10: not valid JSON: '}' expected at the end of the text; the { at 1:1 is not closed"
        ),
        ("{\"a\": \"bc", "f:1:7: not valid JSON: premature end of input near \"bc"),
        ("{\"a\": \"b\nc\"}", "f:1:7: not valid JSON: unexpected newline near \"b"),
        ("{\"a\": 1,\n \"a\": 2}", "f:2:2: not valid JSON: duplicate object key near \"a\""),
        ("{\"\u{E9}\": 1, \"e\u{301}\": 2}", "f: duplicate object key \"é\" (in another Unicode form)"),
        ("[99999999999999999999]", "f:1:2: not valid JSON: too big integer near 99999999999999999999"),
        ("[1e999]", "f:1:2: not valid JSON: real number overflow near 1e999"),
        ("[01]", "f:1:2: not valid JSON: invalid token near 01"),
        ("[1] 2", "f:1:5: not valid JSON: end of file expected near 2"),
        ("{\"é\": \"é\" x}", "f:1:11: not valid JSON: '}' expected near x"),
        ("[NaN]", "f:1:2: not valid JSON: invalid token near NaN; write null"),
        ("[\"\\q\"]", "f:1:2: not valid JSON: invalid escape near \"\\q\""),
        ("\u{FEFF}{}", "f:1:1: the text begins with a byte order mark; save it as UTF-8 without one"),
    ])
    func pointsToTheStartOfTheOffendingToken(text: String, message: String) {
        #expect {
            try JSONDocument(text: text, file: "f")
        } throws: {
            #expect("\($0)" == message)
            return $0 is JSONProblems
        }
    }

    @Test func refusesTooDeepTexts() {
        let deep = String(repeating: "[", count: 3000) + String(repeating: "]", count: 3000)
        #expect {
            try JSONDocument(text: deep)
        } throws: {
            "\($0)".contains("maximum parsing depth reached")
        }
    }

    @Test func readsTextsAsDeepAsLibjanssonAllows() throws {
        let deep = String(repeating: "[", count: 2000) + String(repeating: "]", count: 2000)
        let document = try JSONDocument(text: deep)
        #expect(JSONWriter.compact.text(of: document.value) == deep)
    }

    @Test func namesTheFirstByteThatIsNotUTF8() {
        let bytes = Array("{\"a\":\n \"é".utf8) + [0xFF] + Array("\"}".utf8)
        #expect {
            try JSONDocument(bytes: bytes, file: "f.json")
        } throws: {
            "\($0)" == "f.json:2:4: the text is not UTF-8 (byte 10 is 0xff); save it as UTF-8"
        }
    }

    @Test func findsATruncatedCharacter() {
        #expect(firstInvalidUTF8([0x61, 0xC3]) == 1)
        #expect(firstInvalidUTF8([0x61, 0xC3, 0xA9]) == nil)
    }

    @Test func readsFiles() throws {
        try TemporaryFolder.with { folder in
            try folder.write("a.json", "{\"a\": 1}")
            #expect(try JSONDocument(contentsOf: folder.path("a.json")).value == ["a": 1])
            try folder.write("b.json", "{")
            #expect {
                try JSONDocument(contentsOf: folder.path("b.json"), named: "b.json")
            } throws: {
                "\($0)".hasPrefix("b.json:1:2: not valid JSON")
            }
        }
    }

    @Test func saysWhyAFileCannotBeRead() {
        #expect {
            try JSONDocument(contentsOf: "/nowhere/a.json")
        } throws: {
            "\($0)"
                == "/nowhere/a.json: cannot be read: no such file or folder; check the path; "
                    + "it is relative to where it is named"
        }
        #expect {
            try JSONDocument(contentsOf: "/tmp")
        } throws: {
            "\($0)" == "/tmp: cannot be read: it is a folder; name a file"
        }
    }
}
