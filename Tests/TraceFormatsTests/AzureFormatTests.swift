import Testing

@testable import TraceFormats

@Suite struct AzureFormatTests {
    @Test func readsTheFormOf2023() throws {
        let trace = try read(
            "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 23:59:59.9799600,4808,10\r\n"
                + "2023-11-17 00:00:00.0319600,3180,8")
        #expect(trace.arrivalNanoseconds == [0, 52_000_000])
        #expect(trace.inputTokens == [4808, 3180])
        #expect(trace.outputTokens == [10, 8])
        #expect(trace.blockTokens == 0)
    }

    @Test func readsTheFormOf2024() throws {
        let trace = try read(
            "TIMESTAMP,ContextTokens,GeneratedTokens\n"
                + "2024-05-12 00:00:00+00:00,100,1\n2024-05-12 00:00:00.25+00:00,7,2\n")
        #expect(trace.arrivalNanoseconds == [0, 250_000_000])
    }

    @Test(arguments: [
        WrongText(
            "TIMESTAMP,ContextTokens,GeneratedTokens\nyesterday,1,1\n",
            "trace:2:1: TIMESTAMP: found yesterday; expected a date and time such as 2023-11-16 18:17:03.9799600 "
                + "or 2024-05-12 00:00:10+00:00"
        ),
        WrongText(
            "TIMESTAMP,ContextTokens,GeneratedTokens\n2024-05-12 00:00:10,1.5,1\n",
            "trace:2:21: ContextTokens: found 1.5; expected an integer, without point and exponent"
        ),
        WrongText(
            "TIMESTAMP,ContextToken,GeneratedTokens\n",
            "trace:1: ContextTokens: no such column among TIMESTAMP, ContextToken, GeneratedTokens; "
                + "is \"ContextToken\" meant? rename it to \"ContextTokens\""
        ),
    ])
    func namesWhatIsWrong(_ wrong: WrongText) {
        #expect(problem(wrong.text, .azure) == wrong.expected)
    }
}
