import Testing

@testable import TraceFormats

@Suite struct FormatDetectionTests {
    @Test(arguments: [
        (#"{"format":"simulate-requests/1"}"#, .simulate),
        (#"{"timestamp":0,"input_length":1,"output_length":1,"hash_ids":[0]}"#, .mooncake),
        (#"{"output_length":1,"timestamp":0,"input_length":1}"#, .mooncake),
        (
            #"{"chat_id":1,"parent_chat_id":-1,"timestamp":0,"input_length":1,"output_length":1,"hash_ids":[0]}"#,
            .bailian),
        (#"{"input_toks":1,"output_toks":1,"arrival_time_ns":0}"#, .llmservingsim),
        ("TIMESTAMP,ContextTokens,GeneratedTokens\r\n", .azure),
        ("arrived_at,num_prefill_tokens,num_decode_tokens\n", .vidur),
        ("\n\"Timestamp\",Model,Request tokens,Response tokens\n", .burstgpt),
    ] as [(String, RequestTraceFormat)])
    func knowsTheFirstLine(text: String, expected: RequestTraceFormat) throws {
        var lines = LineReader(bytes: Array(text.utf8), name: "x")
        #expect(try FormatDetection.format(of: &lines) == expected)
    }

    @Test func saysWhatItKnows() {
        #expect(
            problem("time,in,out\n1,2,3\n")
                == "trace:1: names of no known format: time, in, out; use a file of one of the formats "
                + "simulate (format); "
                + "mooncake (timestamp, input_length, output_length); "
                + "azure (TIMESTAMP, ContextTokens, GeneratedTokens); "
                + "vidur (arrived_at, num_prefill_tokens, num_decode_tokens); "
                + "burstgpt (Timestamp, Request tokens, Response tokens); "
                + "bailian (chat_id, timestamp, input_length, output_length); "
                + "llmservingsim (input_toks, output_toks, arrival_time_ns)")
        #expect(problem("") == "trace: holds no requests; use a file with at least one request")
        #expect(
            problem("version https://git-lfs.github.com/spec/v1\noid sha256:1\n")
                == "trace:1: a Git LFS pointer instead of the trace; fetch the file itself, e.g. with git lfs pull")
        #expect(problem(#"{"timestamp": }"#) == "trace:1:15: timestamp: found }; expected a value")
    }

    /// Every format but `auto` has a reader, and no two files of different formats look alike.
    @Test func everyFormatHasItsOwnSignature() {
        var signatures: [[String]] = []
        for format in RequestTraceFormat.allCases where format != .auto {
            let signature = format.reader?.signature ?? []
            #expect(!signature.isEmpty, "\(format)")
            #expect(!signatures.contains(signature))
            signatures.append(signature)
        }
        #expect(RequestTraceFormat.auto.reader == nil)
    }
}
