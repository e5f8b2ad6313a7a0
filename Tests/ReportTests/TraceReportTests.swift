import JSONText
import Testing
import TraceFormats

@testable import Report

@Suite struct TraceReportTests {
    private func report(_ text: String) throws -> TraceReport {
        TraceReport(TraceSummary(try RequestTraceReader.read(bytes: Array(text.utf8))))
    }

    private let blocks = """
        {"timestamp": 0, "input_length": 600, "output_length": 10, "hash_ids": [1, 2]}
        {"timestamp": 0, "input_length": 1000, "output_length": 20, "hash_ids": [1, 3]}
        {"timestamp": 3000, "input_length": 200, "output_length": 60, "hash_ids": [4]}
        {"timestamp": 6000, "input_length": 200, "output_length": 30, "hash_ids": [4]}
        """

    @Test func theTextSaysWhatTheTraceHolds() throws {
        let text = try report(blocks).text
        for line in [
            "requests          4\n", "duration          6.00 s\n", "rate              0.500 requests/s\n",
            "prefix blocks     6 of 512 tokens, 4 distinct\n",
            "unbounded cache   hits 2 of 6 blocks (33.3 %), 712 tokens; 2 requests with a hit\n",
        ] {
            #expect(text.contains(line), "\(line)")
        }
        #expect(text.contains("input tokens") && text.contains("2000\n"))
    }

    @Test func theDocumentSaysTheSame() throws {
        let json = try report(blocks).json
        #expect(json["requests"] == 4)
        #expect(json["duration_s"] == 6.0)
        #expect(json["requests_per_s"] == 0.5)
        #expect(json["input_tokens"]?["min"] == 200)
        #expect(json["input_tokens"]?["mean"] == 500.0)
        #expect(json["input_tokens"]?["max"] == 1000)
        #expect(json["output_tokens"]?["total"] == 120)
        #expect(json["prefix_reuse"] == [
            "block_tokens": 512, "blocks": 6, "distinct_blocks": 4, "blocks_hit": 2, "tokens_hit": 712,
            "requests_with_hit": 2,
        ])
        #expect(json["sessions"] == nil)
    }

    @Test func whatIsNotKnownIsLeftOut() throws {
        let plain = try report("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:00:00.0,5,6\n")
        #expect(plain.json["prefix_reuse"] == nil)
        #expect(!plain.text.contains("prefix blocks"))
        #expect(plain.json["requests_per_s"] == 0.0)
    }
}
