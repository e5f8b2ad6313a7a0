import Testing

@testable import TraceFormats

@Suite struct MooncakeFormatTests {
    @Test func readsTheRealFormsOfLines() throws {
        let trace = try read(
            """
            {"timestamp": 27482, "input_length": 1025, "output_length": 52, "hash_ids": [46, 47, 90]}
            {"timestamp": 30535.5, "input_length": 512, "output_length": 26, "hash_ids": [46]}

            {"hash_ids":[46,47,91],"timestamp":30536,"input_length":1400,"output_length":3,"other":{"x":[1]}}
            """)
        #expect(trace.arrivalNanoseconds == [0, 3_053_500_000, 3_054_000_000])
        #expect(trace.inputTokens == [1025, 512, 1400])
        #expect(trace.outputTokens == [52, 26, 3])
        #expect(trace.blockTokens == 512)
        #expect(trace.blockIDs == [0, 1, 2, 0, 0, 1, 3])
        #expect(trace.distinctBlocks == 4)
        #expect(trace.sessionIDs == nil)
        #expect(trace.brokenInvariants() == [])
    }

    @Test func readsTracesWithoutBlocks() throws {
        let trace = try read(#"{"timestamp": 0, "input_length": 5, "output_length": 1}"#)
        #expect(trace.blockTokens == 0)
        #expect(trace.blockIDs.isEmpty)
    }

    @Test(arguments: [
        WrongText(
            #"{"timestamp": 0, "input_length": 513, "output_length": 1, "hash_ids": [1]}"#,
            "trace:1: hash_ids: found 1 blocks for 513 tokens; "
                + "2 blocks of 512 tokens are needed, the last one possibly partial"
        ),
        WrongText(
            #"{"timestamp": 0, "input_length": 0, "output_length": 1}"#,
            "trace:1: input_length: found 0; a prompt has between 1 and 2147483647 tokens"
        ),
        WrongText(
            #"{"timestamp": 0, "input_length": 5, "output_length": -1}"#,
            "trace:1: output_length: found -1; an answer has between 0 and 2147483647 tokens"
        ),
        WrongText(
            #"{"timestamp": -1, "input_length": 5, "output_length": 1}"#,
            "trace:1: timestamp: found a negative time; count time from 0"
        ),
        WrongText(
            #"{"timestamp": "0", "input_length": 5, "output_length": 1}"#,
            "trace:1:15: timestamp: found \"0\"; expected a number"
        ),
        WrongText(
            #"{"timestamp": 0, "input_length": 5, "output_le"#,
            "trace:1:37: found \"output_le; expected a closing quote"
        ),
        WrongText(
            #"{"timestamp": 0, "output_length": 5}"#,
            "trace:1:37: input_length: found no such key; expected the key \"input_length\""
        ),
        WrongText(
            """
            {"timestamp": 0, "input_length": 5, "output_length": 1, "hash_ids": [1]}
            {"timestamp": 0, "input_length": 5, "output_length": 1}
            """,
            "trace:2: hash_ids: no blocks here but on the lines above; give every request its blocks, or none"
        ),
        WrongText(
            """
            {"timestamp": 0, "input_length": 5, "output_length": 1}
            {"timestamp": 0, "input_length": 5, "output_length": 1, "hash_ids": [1]}
            """,
            "trace:2: hash_ids: blocks here but not on the lines above; give every request its blocks, or none"
        ),
    ])
    func namesWhatIsWrong(_ wrong: WrongText) {
        #expect(problem(wrong.text, .mooncake) == wrong.expected)
    }

    /// A file that was cut anywhere inside its last line is refused, never read short.
    @Test func noCutGoesUnnoticed() {
        let whole = #"{"timestamp": 0, "input_length": 600, "output_length": 12, "hash_ids": [1, 23]}"#
        for length in 1..<whole.utf8.count {
            #expect(problem(String(whole.prefix(length)), .mooncake) != nil)
        }
        #expect(problem(whole, .mooncake) == nil)
    }
}
