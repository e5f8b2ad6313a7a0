import Testing

@testable import JSONText

struct JSONPathTests {
    @Test(
        arguments: [
            (JSONPath(["workloads", "chat", "pools", 2, "name"]), "workloads.chat.pools[2].name"),
            (["models", "qwen2.5-32b", "layers"], #"models["qwen2.5-32b"].layers"#),
            ([0, 1], "[0][1]"), ([], ""), (["", "a\"b"], #"[""]["a\"b"]"#), (["a-b_c d/e"], "a-b_c d/e"),
        ] as [(JSONPath, String)])
    func printsAndReadsBack(path: JSONPath, text: String) throws {
        #expect(path.description == text)
        #expect(try JSONPath(parsing: text) == path)
    }

    @Test func singleQuotesTakeTheKeyAsItIs() throws {
        #expect(try JSONPath(parsing: #"models['qwen2.5'].a"#) == ["models", "qwen2.5", "a"])
        #expect(try JSONPath(parsing: #"['a\']"#) == [#"a\"#])
    }

    @Test(arguments: [
        ("a..b", #""a..b" is not a path: a key is missing before ".b"; write keys as a.b.c or ["a.b"]"#),
        ("a.", #""a." is not a path: a key is missing before ""; write keys as a.b.c or ["a.b"]"#),
        (".a", #"".a" is not a path: a key is missing before ".a"; write keys as a.b.c or ["a.b"]"#),
        ("a[x]", #""a[x]" is not a path: [x] is not an index; write an index from 0, or a key in quotes"#),
        ("a[+1]", #""a[+1]" is not a path: [+1] is not an index; write an index from 0, or a key in quotes"#),
        ("a[1", #""a[1" is not a path: [1] is not an index; write an index from 0, or a key in quotes"#),
        ("a[]", #""a[]" is not a path: [] is not an index; write an index from 0, or a key in quotes"#),
        (#"a["b"#, #""a["b" is not a path: a quoted key is not closed by "]"#),
        (#"a["\q"]"#, #""a["\q"]" is not a path: "\q" is not a JSON string"#),
        ("a]", #""a]" is not a path: ] is not allowed in a plain key; write it as ["…"]"#),
        ("[0]a", #""[0]a" is not a path: a dot is missing before "a""#),
    ])
    func saysWhatIsWrong(text: String, message: String) {
        #expect {
            try JSONPath(parsing: text)
        } throws: {
            "\($0)" == message
        }
    }

    @Test(arguments: 0..<100) func randomPathsPrintAndReadBack(seed: Int) throws {
        var generator = SeededGenerator(seed: seed)
        for path in JSONValue.random(&generator).allPaths {
            #expect(try JSONPath(parsing: path.description) == path)
        }
    }

    @Test func stepsUpAndDown() {
        let path = JSONPath.root.appending(key: "a").appending(index: 1)
        #expect(path == ["a", 1])
        #expect(path.parent == ["a"])
        #expect(path.parent.parent.isRoot)
        #expect(JSONPath.root.parent == .root)
    }
}
