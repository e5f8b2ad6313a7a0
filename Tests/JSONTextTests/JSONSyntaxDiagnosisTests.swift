import Testing

@testable import JSONText

struct JSONSyntaxDiagnosisTests {
    /// A text with random damage is read or refused with one problem inside the text; what is read
    /// can be written and read again.
    @Test(arguments: 0..<200) func damagedTextsAreReadOrRefused(seed: Int) throws {
        var generator = SeededGenerator(seed: seed)
        var text = JSONWriter.pretty.bytes(of: .random(&generator))
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            let place = Int.random(in: 0...text.count, using: &generator)
            if Bool.random(using: &generator), place < text.count {
                text.remove(at: place)
            } else {
                let byte = Array("{}[]\",:\\ 0e-/\n\u{1}é".utf8).randomElement(using: &generator)
                text.insert(byte ?? 0x20, at: place)
            }
        }
        do throws(JSONProblems) {
            let value = try JSONDocument(bytes: text).value
            #expect(try JSONDocument(bytes: JSONWriter.compact.bytes(of: value)).value == value)
        } catch {
            #expect(error.problems.count == 1)
            let end = JSONPosition(ofByte: text.count, in: text)
            let line = try #require(error.problems[0].line)
            #expect(1...end.line ~= line)
            #expect(try #require(error.problems[0].column) >= 1)
        }
    }

    /// Cutting a text anywhere inside points to its end or to the string that was cut.
    @Test func cutTextsPointToTheEnd() throws {
        let whole = Array(#"{"a": [1, {"b": "text"}, 2], "c": {}}"#.utf8)
        for length in 1..<whole.count {
            let cut = Array(whole.prefix(length))
            var tokens = JSONTokens(cut)
            var last = 0..<0
            while let token = tokens.next() { last = token }
            let isOpenString =
                cut[last.lowerBound] == UInt8(ascii: "\"")
                && (last.count == 1 || cut.last != UInt8(ascii: "\"")) && last.upperBound == length
            let expected = JSONPosition(ofByte: isOpenString ? last.lowerBound : length, in: cut)
            do throws(JSONProblems) {
                _ = try JSONDocument(bytes: cut)
                Issue.record("\(length) bytes were accepted")
            } catch {
                #expect(error.problems[0].column == expected.column, "\(error)")
            }
        }
    }
}
