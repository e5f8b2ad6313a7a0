import Testing

@testable import JSONText

struct JSONLocatorTests {
    private static let text = """
        {
          "name": "é", "pools": [
            {"a.b": 1},
            [true, {"x": {}}]
          ],
          "\\u0061bc" : 7
        }
        """

    @Test(
        arguments: [
            ([], nil, "1:1"), (["name"], "2:3", "2:11"), (["pools"], "2:16", "2:25"),
            (["pools", 0], nil, "3:5"),
            (["pools", 0, "a.b"], "3:6", "3:13"), (["pools", 1, 0], nil, "4:6"),
            (["pools", 1, 1, "x"], "4:13", "4:18"),
            (["abc"], "6:3", "6:16"), (["none"], nil, nil), (["pools", 2], nil, nil),
            (["pools", -1], nil, nil),
            (["pools", "a"], nil, nil), ([0], nil, nil), (["pools", 1, 1, "x", "y"], nil, nil),
            (["name", 0], nil, nil),
        ] as [(JSONPath, String?, String?)])
    func findsKeyAndValue(path: JSONPath, key: String?, value: String?) throws {
        let document = try JSONDocument(text: Self.text)
        #expect(document.keyPosition(of: path)?.description == key)
        #expect(document.position(of: path)?.description == value)
    }

    @Test func fallsBackToWhatIsAround() throws {
        let document = try JSONDocument(text: Self.text, file: "f")
        #expect(document.place(of: ["pools", 0, "missing", "deep"]).description == "f:3:5")
        #expect(document.place(of: ["name"], isKey: true).description == "f:2:3")
        #expect(document.place(of: ["pools", 0], isKey: true).description == "f:3:5")
    }

    /// The text from the position of any path begins with the text of its value, and the text from
    /// the position of its key with the key, compact and pretty.
    @Test(arguments: 0..<60) func randomPathsAreFoundAgain(seed: Int) throws {
        var generator = SeededGenerator(seed: seed)
        let root = JSONValue.random(&generator)
        for writer in [JSONWriter.compact, .pretty] {
            let document = try JSONDocument(bytes: writer.bytes(of: root))
            for path in root.allPaths {
                let value = try #require(root.value(at: path))
                var locator = JSONLocator(document.bytes)
                let located = locator.locate(path)
                let offsets = try #require(located)
                var tokens = JSONTokens(document.bytes, from: offsets.value)
                let skipped = tokens.skipValue()
                let range = try #require(skipped)
                let read = try JSONDocument(bytes: Array(document.bytes[range])).value
                #expect(read == value)
                if case .key(let name)? = path.components.last {
                    let key = try #require(offsets.key)
                    let written = JSONWriter.compact.bytes(of: .string(name))
                    #expect(document.bytes[key...].starts(with: written))
                }
            }
        }
    }
}
