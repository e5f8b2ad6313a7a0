import Testing

@testable import TraceFormats

/// The readers on the files that people really have. Where the data is absent the tests are skipped: it is not part
/// of the package (see `Traces/README.md` for where to get it, and `Files.data` for where it is looked for).
@Suite struct RealTraceTests {
    private static let mooncake = Files.data("requests/mooncake/conversation_trace.jsonl")
    private static let azure = Files.data("requests/azure2023/AzureLLMInferenceTrace_conv.csv")
    private static let isAbsent: Comment = "real data not found: set SIMULATE_DATA to its folder"

    @Test(.enabled(if: mooncake != nil, isAbsent))
    func mooncakesConversations() throws {
        let trace = try RequestTraceReader.read(path: try #require(Self.mooncake))
        let summary = TraceSummary(trace)
        #expect(trace.brokenInvariants() == [])
        #expect(summary.requests == 12_031)
        #expect(summary.durationNanoseconds == 3_536_999_000_000)
        #expect(summary.distinctArrivals == 1180)
        #expect(summary.tickNanoseconds == 3_000_000_000)
        #expect(summary.mostArrivalsAtOnce == 28)
        #expect(summary.inputTokens.total == 144_793_823)
        #expect(summary.outputTokens.total == 4_122_048)
        let reuse = try #require(summary.prefixReuse)
        #expect(reuse.hitBlocks == 105_710)
        #expect(reuse.blocks == 288_500)
        #expect(reuse.distinctBlocks == 182_790)
        #expect(reuse.hitTokens == 54_098_411)
        #expect(reuse.requestsWithHit == 12_030)
        #expect(trace.rechainedBlocks == 0)
        #expect(trace.reorderedRows == 0)
    }

    @Test(.enabled(if: mooncake != nil, isAbsent))
    func mooncakesTicksSpread() throws {
        let options = TraceReadOptions(spreadTicks: true)
        let trace = try RequestTraceReader.read(path: try #require(Self.mooncake), options: options)
        #expect(trace.ticksSpread == TickSpread(tickNanoseconds: 3_000_000_000, requestsMoved: 12_031 - 1180))
        let summary = TraceSummary(trace)
        #expect(summary.tickNanoseconds == 0)
        #expect(summary.gapCoefficientOfVariation < 0.5)
        #expect(summary.prefixReuse?.hitBlocks == 105_710)
    }

    /// Writing the trace in its own format and reading that again changes nothing.
    @Test(.enabled(if: mooncake != nil, isAbsent))
    func mooncakesTraceRoundTrips() throws {
        let trace = try RequestTraceReader.read(path: try #require(Self.mooncake))
        #expect(try read(text(trace) { RequestTraceWriter.writeMooncake($0, to: $1) }) == trace)
    }

    /// Two publications of the same requests: tokens equal row by row, times within a microsecond.
    @Test(
        .enabled(if: azure != nil, isAbsent),
        arguments: [("code", 8819), ("conv", 19_366)])
    func azureEqualsVidur(name: String, rows: Int) throws {
        let azure = try RequestTraceReader.read(
            path: try #require(Files.data("requests/azure2023/AzureLLMInferenceTrace_\(name).csv")))
        let vidur = try RequestTraceReader.read(
            path: try #require(Files.data("requests/vidur/splitwise_\(name).csv")))
        #expect(azure.count == rows)
        #expect(azure.inputTokens == vidur.inputTokens)
        #expect(azure.outputTokens == vidur.outputTokens)
        let apart = zip(azure.arrivalNanoseconds, vidur.arrivalNanoseconds).map { abs($0 - $1) }.max()
        #expect(try #require(apart) <= 1000)
        #expect(azure.reorderedRows == 0)
    }

    @Test(
        .enabled(if: azure != nil, isAbsent),
        arguments: [
            ("sharegpt-llama-3.1-8b-300-sps10", 300), ("workload_me2_01_mixed", 608), ("example_trace", 10),
        ])
    func llmServingSimsWorkloads(name: String, rows: Int) throws {
        let path = try #require(Files.data("requests/llmservingsim/\(name).jsonl"))
        let trace = try RequestTraceReader.read(path: path)
        #expect(trace.count == rows)
        #expect(trace.brokenInvariants() == [])
        #expect(try RequestTraceReader.format(ofFileAt: path) == .llmservingsim)
    }
}
