import Testing

@testable import TraceFormats

/// Header, cells and rows of CSV.
@Suite struct CSVTests {
    private func cells(_ line: String) throws(TraceProblem) -> [String] {
        var lines = LineReader(bytes: Array(line.utf8), name: "x.csv")
        guard try lines.next() else { return [] }
        return try CSVHeader.names(lines)
    }

    @Test(arguments: [
        ("a,b", ["a", "b"]), ("a,,", ["a", "", ""]), (",", ["", ""]), ("a", ["a"]), (" a ,\tb", ["a", "b"]),
        (#""a,b",c"#, ["a,b", "c"]), (#""""#, [""]), (#""say ""hi""",x"#, [#"say "hi""#, "x"]),
        (#""""""",2"#, [#""""#, "2"]),
        (#"a"b,c"#, [#"a"b"#, "c"]),
    ] as [(String, [String])])
    func splitsCells(line: String, expected: [String]) throws {
        #expect(try cells(line) == expected)
    }

    @Test(arguments: [(#"a,"b"#, 3, "a quoted cell without its end"), (#""a"b,c"#, 1, "text behind a quoted cell")])
    func refusesBrokenQuotes(line: String, column: Int, found: String) {
        let expected = #expect(throws: TraceProblem.self) { try cells(line) }
        #expect(expected?.column == column)
        #expect(expected?.found == found)
    }

    @Test func findsColumnsInAnyOrder() throws {
        let trace = try read("num_decode_tokens,\"arrived_at\",extra,num_prefill_tokens\n5,1.5,x,7\n6,2.5,y,8\n")
        #expect(trace.inputTokens == [7, 8])
        #expect(trace.outputTokens == [5, 6])
        #expect(trace.arrivalNanoseconds == [0, 1_000_000_000])
    }

    @Test(arguments: [
        WrongText(
            "arrived,num_prefill_tokens,num_decode_tokens\n",
            "trace:1: arrived_at: no such column among arrived, num_prefill_tokens, num_decode_tokens; "
                + "is \"arrived\" meant? rename it to \"arrived_at\""
        ),
        WrongText(
            "x,num_prefill_tokens,num_decode_tokens\n",
            "trace:1: arrived_at: no such column among x, num_prefill_tokens, num_decode_tokens; "
                + "give the trace this column, or name its format"
        ),
        WrongText("a,b,a\n", "trace:1: a: a column twice; give every column its own name"),
        WrongText(
            "arrived_at,num_prefill_tokens,num_decode_tokens\n1,2\n",
            "trace:2: 2 cells under 3 columns; complete the line, which may have been cut, or remove it"
        ),
        WrongText(
            "arrived_at,num_prefill_tokens,num_decode_tokens\n1,,3\n",
            "trace:2:3: num_prefill_tokens: an empty cell; expected an integer"
        ),
        WrongText(
            "arrived_at,num_prefill_tokens,num_decode_tokens\n1,2,3\nsoon,2,3\n",
            "trace:3:1: arrived_at: found soon; expected a number"
        ),
        WrongText(
            "arrived_at,num_prefill_tokens,num_decode_tokens\n1,2,3 4\n",
            "trace:2:7: num_decode_tokens: found 4; expected nothing behind the value"
        ),
        WrongText("", "trace: holds no requests; use a file with at least one request"),
        WrongText(
            "arrived_at,num_prefill_tokens,num_decode_tokens\n",
            "trace: holds no requests; use a file with at least one request"
        ),
    ])
    func namesWhatIsWrong(_ wrong: WrongText) {
        #expect(problem(wrong.text, .vidur) == wrong.expected)
    }
}
