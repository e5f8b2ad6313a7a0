import Testing

@testable import TraceFormats

@Suite struct RequestTraceTests {
    /// Three requests, two of one conversation, with blocks of 10 tokens.
    private func sample() -> RequestTrace {
        var trace = RequestTrace()
        trace.arrivalNanoseconds = [0, 5, 5]
        trace.inputTokens = [15, 7, 30]
        trace.outputTokens = [4, 0, 2]
        trace.blockTokens = 10
        trace.blockStart = [0, 2, 3, 6]
        trace.blockIDs = [0, 1, 2, 0, 3, 4]
        trace.distinctBlocks = 5
        trace.sessionIDs = [0, 1, 0]
        trace.previousRequest = [-1, -1, 0]
        return trace
    }

    @Test func showsOneRequest() {
        let trace = sample()
        #expect(trace.brokenInvariants() == [])
        #expect(trace.count == 3)
        #expect(trace.blockRange(of: 2) == 3..<6)
        #expect(
            trace[2]
                == RequestTrace.Request(
                    arrivalNanoseconds: 5, inputTokens: 30, outputTokens: 2, blockIDs: [0, 3, 4], sessionID: 0,
                    previousRequest: 0))
        #expect(trace[0].previousRequest == nil)
        #expect(RequestTrace().count == 0)
        #expect(RequestTrace().brokenInvariants() == [])
    }

    /// A change to a trace, and the law that it breaks.
    struct Breakage: Sendable, CustomStringConvertible {
        var law: String
        var apply: @Sendable (inout RequestTrace) -> Void
        var description: String { law }

        init(_ law: String, _ apply: @escaping @Sendable (inout RequestTrace) -> Void) {
            self.law = law
            self.apply = apply
        }
    }

    @Test(arguments: [
        Breakage("arrivals ascend") { $0.arrivalNanoseconds = [0, 6, 5] },
        Breakage("the first arrival is 0") { $0.arrivalNanoseconds = [1, 5, 5] },
        Breakage("one input and output length per arrival") { $0.outputTokens = [1] },
        Breakage("every prompt has a token") { $0.inputTokens[1] = 0 },
        Breakage("no output is negative") { $0.outputTokens[0] = -1 },
        Breakage("one session per request") { $0.sessionIDs = [0] },
        Breakage("a request continues an earlier one") { $0.previousRequest = [-1, 1, 0] },
        Breakage("request 1 has ceil(input / block) blocks") { $0.inputTokens[1] = 11 },
        Breakage("block ids are dense in order of appearance") { $0.blockIDs[2] = 3 },
        Breakage("equal block ids stand behind equal blocks") { $0.blockIDs[4] = 2 },
        Breakage("distinctBlocks counts the ids") { $0.distinctBlocks = 6 },
        Breakage("block offsets span all blocks") { $0.blockStart[3] = 5 },
        Breakage("no blocks without a block size") { $0.blockTokens = 0 },
    ])
    func findsWhatIsBroken(_ breakage: Breakage) {
        var trace = sample()
        breakage.apply(&trace)
        #expect(trace.brokenInvariants() == [breakage.law])
    }
}
