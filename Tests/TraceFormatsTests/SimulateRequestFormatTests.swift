import Testing

@testable import TraceFormats

@Suite struct SimulateRequestFormatTests {
    private static let header = #"{"format":"simulate-requests/1"}"# + "\n"
    private static let blocks = #"{"format":"simulate-requests/1","block_tokens":512}"# + "\n"

    @Test func readsItsOwnExample() throws {
        let trace = try read(
            Self.blocks + """
                {"arrival_ns":0,"input_tokens":700,"output_tokens":45,"hash_ids":[0,1],"session":0}
                {"arrival_s":2.5,"input_tokens":1100,"output_tokens":60,"hash_ids":[0,2,3],"session":0,"previous":0}
                """)
        #expect(trace.arrivalNanoseconds == [0, 2_500_000_000])
        #expect(trace.blockTokens == 512)
        #expect(trace.blockIDs == [0, 1, 0, 2, 3])
        #expect(trace.sessionIDs == [0, 0])
        #expect(trace.previousRequest == [-1, 0])
    }

    @Test func numbersSessionsAnew() throws {
        let trace = try read(
            Self.header + """
                {"arrival_ns":9,"input_tokens":1,"output_tokens":0,"session":70}
                {"arrival_ns":9,"input_tokens":1,"output_tokens":0,"session":-4}
                {"arrival_ns":9,"input_tokens":1,"output_tokens":0,"session":70,"previous":0}
                """)
        #expect(trace.sessionIDs == [0, 1, 0])
    }

    @Test(arguments: [
        WrongText(
            #"{"format":"simulate-requests/2"}"#,
            "trace:1: format: found \"simulate-requests/2\"; this version reads \"simulate-requests/1\""),
        WrongText(
            #"{"format":"simulate-requests/1","blocktokens":5}"#,
            "trace:1:33: blocktokens: found an unknown key; expected \"block_tokens\""
        ),
        WrongText(
            #"{"format":"simulate-requests/1","block_tokens":0}"#,
            "trace:1: block_tokens: found 0; a block has 1 to 1048576 tokens"
        ),
        WrongText(header, "trace: holds no requests; use a file with at least one request"),
        WrongText(
            header + #"{"arrival_ns":0,"input_tokens":1,"output_tokens":1,"priority":3}"#,
            "trace:2:52: priority: found an unknown key; expected one of the keys input_tokens, output_tokens, "
                + "arrival_ns, arrival_s, hash_ids, session, previous"
        ),
        WrongText(
            header + #"{"input_tokens":1,"output_tokens":1}"#,
            "trace:2: arrival_ns: no time of arrival; give either arrival_ns or arrival_s"
        ),
        WrongText(
            header + #"{"arrival_ns":0,"arrival_s":0,"input_tokens":1,"output_tokens":1}"#,
            "trace:2: arrival_ns: two times of arrival; give either arrival_ns or arrival_s"
        ),
        WrongText(
            header + #"{"arrival_ns":0,"input_tokens":1,"output_tokens":1,"hash_ids":[0]}"#,
            "trace:2: hash_ids: blocks of unknown size; give block_tokens on the first line and hash_ids on every "
                + "other, or neither"
        ),
        WrongText(
            blocks + #"{"arrival_ns":0,"input_tokens":1,"output_tokens":1}"#,
            "trace:2: hash_ids: no blocks; give block_tokens on the first line and hash_ids on every other, or neither"
        ),
        WrongText(
            header + #"{"arrival_ns":0,"input_tokens":1,"output_tokens":1,"previous":0}"#,
            "trace:2: previous: no session beside it; give the session, too"
        ),
        WrongText(
            header + #"{"arrival_ns":0,"input_tokens":1,"output_tokens":1,"session":0,"previous":0}"#,
            "trace:2: previous: found 0; name an earlier request, counted from 0"
        ),
        WrongText(
            header + #"{"arrival_ns":0,"input_tokens":1,"output_tokens":1,"session":0}"# + "\n"
                + #"{"arrival_ns":0,"input_tokens":1,"output_tokens":1,"session":1,"previous":0}"#,
            "trace:3: previous: request 0 of another session; name a request of the same session"
        ),
        WrongText(
            header + #"{"arrival_ns":0,"input_tokens":1,"output_tokens":1,"session":0}"# + "\n"
                + #"{"arrival_ns":0,"input_tokens":1,"output_tokens":1}"#,
            "trace:3: session: no session here but above; give every request its session, or none"
        ),
        WrongText(
            header + #"{"arrival_ns":0,"input_tokens":1,"output_tokens":1}"# + "\n"
                + #"{"arrival_ns":0,"input_tokens":1,"output_tokens":1,"session":0}"#,
            "trace:3: session: a session here but not above; give every request its session, or none"
        ),
    ])
    func namesWhatIsWrong(_ wrong: WrongText) {
        #expect(problem(wrong.text) == wrong.expected)
    }
}
