import Testing

@testable import TraceFormats

@Suite struct RequestTraceWriterTests {
    @Test func writesItsOwnFormat() throws {
        let lines = """
            {"format":"simulate-requests/1","block_tokens":512}
            {"arrival_ns":0,"input_tokens":700,"output_tokens":45,"hash_ids":[0,1],"session":0}
            {"arrival_ns":2500000000,"input_tokens":1100,"output_tokens":60,"hash_ids":[0,2,3],"session":0,"previous":0}

            """
        #expect(text(try read(lines)) == lines)
    }

    @Test func writesMooncakesFormat() throws {
        var trace = try read(
            #"{"timestamp": 3, "input_length": 5, "output_length": 1}"# + "\n"
                + #"{"timestamp": 4, "input_length": 5, "output_length": 0}"#)
        trace.arrivalNanoseconds[1] = 1_000_020
        #expect(
            text(trace) { RequestTraceWriter.writeMooncake($0, to: $1) } == """
                {"timestamp":0,"input_length":5,"output_length":1}
                {"timestamp":1.00002,"input_length":5,"output_length":0}

                """)
    }

    /// What is written is read back as it was, by its own name and by detection.
    @Test(arguments: UInt64(1)...30)
    func roundTrips(seed: UInt64) throws {
        let trace = try randomTrace(seed: seed)
        #expect(trace.brokenInvariants() == [])
        #expect(try read(text(trace)) == trace)
        #expect(try read(text(trace), .simulate) == trace)
        guard trace.blockTokens == 512 || trace.blockTokens == 0 else { return }
        var withoutSessions = trace
        withoutSessions.sessionIDs = nil
        withoutSessions.previousRequest = nil
        #expect(try read(text(trace) { RequestTraceWriter.writeMooncake($0, to: $1) }) == withoutSessions)
    }

    @Test func writesInPieces() throws {
        var configuration = GeneratorConfiguration(
            requests: 5000, arrivals: .constant(requestsPerSecond: 1),
            lengths: .independent(input: .constant(5), output: .constant(5)))
        configuration.blockTokens = 1
        let trace = try RequestGenerator.generate(configuration, seed: 1)
        var sizes: [Int] = []
        RequestTraceWriter.writeSimulate(trace) { sizes.append($0.count) }
        #expect(sizes.count > 3)
        #expect(sizes.dropLast().allSatisfy { $0 >= 65_536 && $0 < 65_800 })
    }

    @Test func passesOnTheSinksError() throws {
        struct Full: Error {}
        let trace = try randomTrace(seed: 1)
        #expect(throws: Full.self) {
            try RequestTraceWriter.writeSimulate(trace) { _ throws(Full) in throw Full() }
        }
    }
}
