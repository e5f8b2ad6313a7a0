import Testing

@testable import JSONText

struct JSONValuePatchTests {
    /// The examples of RFC 7396, appendix A.
    @Test(arguments: [
        (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
        (#"{"a":"b"}"#, #"{"a":null}"#, "{}"), (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
        (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
        (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
        (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#), (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#),
        (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#), (#"{"a":"foo"}"#, "null", "null"),
        (#"{"a":"foo"}"#, #""bar""#, #""bar""#),
        (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#), ("[1,2]", #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
        ("{}", #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
    ])
    func mergesAsTheStandardShows(original: String, patch: String, result: String) throws {
        let patched = try JSONDocument(text: original).value.applying(
            mergePatch: JSONDocument(text: patch).value)
        #expect(JSONWriter.compact.text(of: patched) == result)
    }

    @Test func keepsTheOrderOfKnownKeys() {
        let value: JSONValue = ["b": ["x": 1, "y": 2], "a": 1]
        let patched = value.applying(mergePatch: ["c": 3, "a": 9, "b": ["y": 5]])
        #expect(JSONWriter.compact.text(of: patched) == #"{"b":{"x":1,"y":5},"a":9,"c":3}"#)
    }

    @Test(arguments: 0..<60) func patchingTwiceIsPatchingOnce(seed: Int) {
        var generator = SeededGenerator(seed: seed)
        let value = JSONValue.random(&generator)
        let patch = JSONValue.random(&generator)
        let once = value.applying(mergePatch: patch)
        #expect(once.applying(mergePatch: patch) == once)
    }

    @Test func setsAndCreatesObjectsOnTheWay() throws {
        var value: JSONValue = ["a": ["b": 1], "list": [1, ["x": 2]], "n": .null]
        try value.set(["a", "b"], to: 5)
        try value.set(["a", "c", "d"], to: "new")
        try value.set(["list", 1, "x"], to: true)
        try value.set(["list", 2], to: .null)
        try value.set(["n", "deep"], to: 1)
        #expect(
            JSONWriter.compact.text(of: value)
                == #"{"a":{"b":5,"c":{"d":"new"}},"list":[1,{"x":true},null],"n":{"deep":1}}"#)
        try value.set(.root, to: 3)
        #expect(value == 3)
    }

    @Test(
        arguments: [
            (["a", "b", "c"], "a.b: cannot set \"c\" inside 1, which is not an object"),
            (["list", 3], "list: cannot set index 3 of an array of 1; write an index from 0 to 1"),
            (["list", "x"], "list: cannot set \"x\" inside an array of 1, which is not an object"),
            (["a", 0], "a: cannot set index 0 of an object, which is not an array"),
            (["new", 0], "new: cannot set index 0 of null, which is not an array"),
        ] as [(JSONPath, String)])
    func blockedWaysAreProblems(path: JSONPath, message: String) {
        let original: JSONValue = ["a": ["b": 1], "list": [1]]
        var value = original
        #expect {
            try value.set(path, to: 7)
        } throws: {
            "\($0)" == message
        }
        #expect(value == original)
    }

    @Test(arguments: 0..<60) func whatIsSetIsFoundAndNothingElseMoves(seed: Int) throws {
        var generator = SeededGenerator(seed: seed)
        let original = JSONValue.random(&generator)
        for path in original.allPaths {
            var value = original
            try value.set(path, to: "mark")
            #expect(value.value(at: path) == "mark")
            try value.set(path, to: #require(original.value(at: path)))
            #expect(value == original)
        }
    }

    @Test(
        arguments: [
            ("4096", 4096), ("1.5", 1.5), ("true", true), ("null", .null), (#"{"a": [1]}"#, ["a": [1]]),
            (#""4096""#, "4096"),
            ("least-kv", "least-kv"), ("50 ms", "50 ms"), ("", ""), ("{a:1}", "{a:1}"), ("NaN", "NaN"),
            ("1 2", "1 2"),
        ] as [(String, JSONValue)])
    func looseTextsAreJSONOrStrings(text: String, value: JSONValue) {
        #expect(JSONValue(parsingLoosely: text) == value)
    }
}
