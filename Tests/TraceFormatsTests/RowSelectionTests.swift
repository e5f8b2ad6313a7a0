import Testing

@testable import TraceFormats

/// What the options of reading do, in their order.
@Suite struct RowSelectionTests {
    private func trace(_ milliseconds: [Int], _ options: TraceReadOptions) throws -> RequestTrace {
        let lines = milliseconds.enumerated().map {
            "{\"timestamp\":\($1),\"input_length\":\(600 + $0),\"output_length\":1,\"hash_ids\":[0,\($0 + 1)]}\n"
        }
        let trace = try read(lines.joined(), .mooncake, options)
        #expect(trace.brokenInvariants() == [])
        return trace
    }

    private func milliseconds(_ trace: RequestTrace) -> [Double] {
        trace.arrivalNanoseconds.map { Double($0) / 1e6 }
    }

    @Test func sortsStablyAndStartsAtZero() throws {
        let trace = try trace([50, 20, 50, 20, 90], TraceReadOptions())
        #expect(milliseconds(trace) == [0, 0, 30, 30, 70])
        #expect(trace.inputTokens == [601, 603, 600, 602, 604])
        #expect(trace.blockIDs == [0, 1, 0, 2, 0, 3, 0, 4, 0, 5])
        #expect(trace.reorderedRows == 2)
        #expect(trace.ticksSpread == nil)
    }

    @Test func keepsATimeWindow() throws {
        let trace = try trace([10, 20, 30, 40], TraceReadOptions(windowNanoseconds: 10_000_000..<30_000_000))
        #expect(milliseconds(trace) == [0, 10])
        #expect(trace.inputTokens == [601, 602])
        #expect(trace.blockIDs == [0, 1, 0, 2])
        #expect(trace.distinctBlocks == 3)
    }

    @Test func keepsTheFirstRequestsToArrive() throws {
        let trace = try trace([40, 10, 20], TraceReadOptions(maximumRequests: 2))
        #expect(milliseconds(trace) == [0, 10])
        #expect(trace.inputTokens == [601, 602])
        #expect(try self.trace([1, 2], TraceReadOptions(maximumRequests: 9)).count == 2)
    }

    @Test func dividesTimes() throws {
        #expect(try milliseconds(trace([0, 10, 25], TraceReadOptions(speed: 2.5))) == [0, 4, 10])
        #expect(try trace([0, 1], TraceReadOptions(speed: 3)).arrivalNanoseconds == [0, 333_333])
    }

    @Test func appliesAllInOrder() throws {
        // Spread: 0 250 500 750 1000 1333⅓ 1666⅔ 2000; window from 500 on, less than 2000; the first four; twice as
        // fast.
        let options = TraceReadOptions(
            spreadTicks: true, windowNanoseconds: 500_000_000..<2_000_000_000, maximumRequests: 4, speed: 2)
        let trace = try trace([0, 0, 0, 0, 1000, 1000, 1000, 2000], options)
        #expect(trace.arrivalNanoseconds == [0, 125_000_000, 250_000_000, 416_666_666])
        #expect(trace.inputTokens == [602, 603, 604, 605])
        #expect(trace.ticksSpread == TickSpread(tickNanoseconds: 1_000_000_000, requestsMoved: 5))
    }

    @Test func forgetsPredecessorsThatWereLeftOut() throws {
        let text = """
            {"chat_id":7,"parent_chat_id":-1,"timestamp":0,"input_length":5,"output_length":1,"type":"text","turn":1}
            {"chat_id":8,"parent_chat_id":-1,"timestamp":1,"input_length":5,"output_length":1,"type":"text","turn":1}
            {"chat_id":9,"parent_chat_id":7,"timestamp":2,"input_length":9,"output_length":1,"type":"text","turn":2}
            {"chat_id":10,"parent_chat_id":9,"timestamp":3,"input_length":9,"output_length":1,"type":"text","turn":3}
            """
        let trace = try read(text, .auto, TraceReadOptions(windowNanoseconds: 1_000_000_000..<9_000_000_000))
        #expect(trace.sessionIDs == [0, 1, 1])
        #expect(trace.previousRequest == [-1, -1, 1])
        #expect(trace.brokenInvariants() == [])
    }

    @Test(arguments: [
        (TraceReadOptions(speed: 0), "trace: speed: 0.0; give a positive number, e.g. 2 for twice the rate"),
        (TraceReadOptions(speed: .nan), "trace: speed: nan; give a positive number, e.g. 2 for twice the rate"),
        (
            TraceReadOptions(maximumRequests: 0),
            "trace: maximum requests: 0; give at least 1, or leave it out to read all"
        ),
        (
            TraceReadOptions(windowNanoseconds: 5..<5),
            "trace: window: an empty or negative time; give a start of at least 0 and a later end"
        ),
        (
            TraceReadOptions(windowNanoseconds: 10_000_000_000..<11_000_000_000),
            "trace: window: no request arrives in it; choose a time between 0 and 1000000 ns after the first request"
        ),
        (
            TraceReadOptions(speed: 1e-300),
            "trace: speed: 1e-300 moves arrivals beyond 292 years; choose a higher speed"
        ),
    ])
    func refusesOptionsWithoutEffect(options: TraceReadOptions, expected: String) {
        let lines = [0, 1].map { "{\"timestamp\":\($0),\"input_length\":1,\"output_length\":1}\n" }
        #expect(problem(lines.joined(), .mooncake, options) == expected)
    }
}
