import Testing

@testable import JSONText

struct JSONWriterTests {
    @Test(arguments: 0..<200) func randomValuesSurvive(seed: Int) throws {
        var generator = SeededGenerator(seed: seed)
        let value = JSONValue.random(&generator)
        for writer in [JSONWriter.compact, .pretty] {
            let text = writer.text(of: value)
            let read = try JSONDocument(text: text).value
            #expect(read == value)
            #expect(writer.text(of: read) == text)
        }
    }

    @Test(arguments: 0..<200) func doublesSurviveBitForBit(seed: Int) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<20 {
            let value = JSONValue.randomDouble(&generator)
            let read = try JSONDocument(text: JSONWriter.compact.text(of: .real(value))).value
            guard case .real(let back) = read else {
                Issue.record("\(value) came back as \(read)")
                return
            }
            #expect(back.bitPattern == value.bitPattern)
        }
    }

    @Test(
        arguments: [
            (0.1, "0.1"), (1, "1.0"), (-0.0, "-0.0"), (1e20, "1e+20"),
            (Double.leastNonzeroMagnitude, "5e-324"), (123456789.12345679, "123456789.12345679"),
            (1.7976931348623157e308, "1.7976931348623157e+308"), (.nan, "null"), (.infinity, "null"),
            (-.infinity, "null"),
        ] as [(Double, String)])
    func doublesAreShort(value: Double, text: String) {
        #expect(JSONWriter.compact.text(of: .real(value)) == text)
    }

    @Test func escapesOnlyWhatMustBe() {
        let text = "\"\\/\u{8}\t\n\u{C}\r\u{1}\u{1F}\u{7F}é😀\u{2028}"
        #expect(
            JSONWriter.compact.text(of: .string(text))
                == "\"\\\"\\\\/\\b\\t\\n\\f\\r\\u0001\\u001f\u{7F}é😀\u{2028}\"")
    }

    @Test func prettyKeepsShortArraysOnALine() {
        let value: JSONValue = [
            "a": [1, 2.5, "x", .null], "b": [], "c": .object(JSONObject()), "d": [[1], ["k": 2]],
            "long": .array((0..<30).map { JSONValue(1000 + $0) }),
        ]
        let head = """
            {
              "a": [1, 2.5, "x", null],
              "b": [],
              "c": {},
              "d": [
                [1],
                {
                  "k": 2
                }
              ],
              "long": [
                1000,
                1001,
            """
        #expect(JSONWriter.pretty.text(of: value).hasPrefix(head))
        #expect(JSONWriter.pretty.text(of: value).hasSuffix("    1029\n  ]\n}"))
    }

    @Test func theHashedTextForgetsOrder() {
        let value: JSONValue = ["b": 1, "a": ["d": [2, 1], "c": 0], "é": 1, "Z": 1]
        let other: JSONValue = ["Z": 1, "é": 1, "a": ["c": 0, "d": [2, 1]], "b": 1]
        let text = String(decoding: JSONWriter.canonicalForHash(value), as: UTF8.self)
        #expect(text == #"{"Z":1,"a":{"c":0,"d":[2,1]},"b":1,"é":1}"#)
        #expect(JSONWriter.canonicalForHash(other) == JSONWriter.canonicalForHash(value))
    }
}
