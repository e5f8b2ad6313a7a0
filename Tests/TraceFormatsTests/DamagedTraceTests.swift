import EventEngine
import Testing

@testable import TraceFormats

/// Files damaged at random: each is read as a sound trace or refused with a place, and never stops the process.
@Suite struct DamagedTraceTests {
    private static let files: [RequestTraceFormat: String] = [
        .simulate: """
            {"format":"simulate-requests/1","block_tokens":512}
            {"arrival_ns":0,"input_tokens":700,"output_tokens":45,"hash_ids":[0,1],"session":0}
            {"arrival_s":2.5,"input_tokens":1100,"output_tokens":60,"hash_ids":[0,2,3],"session":0,"previous":0}

            """,
        .mooncake: """
            {"timestamp": 27482, "input_length": 1025, "output_length": 52, "hash_ids": [46, 47, 90]}
            {"timestamp": 30535, "input_length": 512, "output_length": 26, "hash_ids": [46]}

            """,
        .azure: "TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 23:59:59.9799600,4808,10\r\n"
            + "2023-11-17 00:00:00.0319600+01:00,3180,8",
        .vidur: "arrived_at,num_prefill_tokens,num_decode_tokens\n0.0,374,44\n5.8926549999999995,91,16\n",
        .burstgpt: "Timestamp,Session ID,Request tokens,Response tokens\n5.0,\"a\"\"b\",906,446\n6.0,,5,0\n7,c,8,9\n",
        .bailian: """
            {"chat_id": 55, "parent_chat_id": -1, "timestamp": 61.114, "input_length": 20, "output_length": 1, "hash_ids": [9, 7]}
            {"chat_id": 56, "parent_chat_id": 55, "timestamp": 62, "input_length": 9, "output_length": 1, "hash_ids": [7]}

            """,
        .llmservingsim: """
            {"input_toks":3,"output_toks":2,"arrival_time_ns":46926808,"input_tok_ids":[1,2,3],"note":"\\u00e9 x"}

            """,
    ]

    @Test(arguments: RequestTraceFormat.allCases.filter { $0 != .auto })
    func damageIsRefusedOrHarmless(format: RequestTraceFormat) throws {
        let whole = Array(try #require(Self.files[format]).utf8)
        _ = try RequestTraceReader.read(bytes: whole, format: format)
        var random = RandomStream(seed: 1, name: "test.damage.\(format)")
        let marks = Array("\"{}[],:\\ue+-.0123456789\r\n\u{0}é ".utf8)
        var refused = 0
        for _ in 0..<3000 {
            var bytes = whole
            for _ in 0...random.uniform(below: 3) {
                let place = random.uniform(below: bytes.count)
                switch random.uniform(below: 3) {
                case 0: bytes[place] = marks[random.uniform(below: marks.count)]
                case 1: bytes.remove(at: place)
                default: bytes.insert(marks[random.uniform(below: marks.count)], at: place)
                }
            }
            do throws(TraceProblem) {
                let options = TraceReadOptions(spreadTicks: random.bernoulli(0.5))
                let trace = try RequestTraceReader.read(
                    bytes: bytes, format: random.bernoulli(0.5) ? format : .auto, options: options)
                #expect(trace.brokenInvariants() == [])
                _ = TraceSummary(trace).lints.map(\.description)
            } catch {
                refused += 1
                #expect(!error.found.isEmpty && !error.remedy.isEmpty)
            }
        }
        #expect(refused > 300)
    }
}
