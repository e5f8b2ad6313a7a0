import Testing
import TraceFormats

@testable import Serving

/// The way from a request's arrival to the engine's queue.
@Suite struct FrontEndTests {
    private func records(frontEnd: Int64, concurrency: Int? = nil, _ trace: RequestTrace) throws -> [RequestRecord] {
        var example = ServingCase(pools: [ServingCase.Pool(name: "mixed", role: .mixed, blocks: 1000)])
        example.trace = trace
        example.concurrency = concurrency
        example.frontEnd = frontEnd
        return try example.finished().engine.records
    }

    /// Alone, a request waits longer by just that, and everything after is the same.
    @Test func aRequestAloneIsLaterByTheFrontEnd() throws {
        let trace = RequestTrace(count: 5, gap: 2_000_000_000, input: 100, output: 20)
        let without = try records(frontEnd: 0, trace), with = try records(frontEnd: 7_000_000, trace)
        for (one, other) in zip(without, with) {
            #expect(other.arrival == one.arrival)
            #expect(try #require(other.timeToFirstToken) == #require(one.timeToFirstToken) + 7_000_000)
            #expect(other.timePerOutputToken == one.timePerOutputToken)
        }
    }

    /// In a closed loop every client has one request under way, its time in the front end included.
    @Test func aClosedLoopKeepsItsClients() throws {
        let trace = RequestTrace(count: 40, input: 64, output: 8)
        let list = try records(frontEnd: 3_000_000, concurrency: 4, trace)
        #expect(list.allSatisfy { $0.stage == .completed })
        let spans = list.compactMap { record in record.endToEnd.map { (record.arrival, record.arrival + $0) } }
        for (arrival, _) in spans {
            #expect(spans.count { $0.0 <= arrival && arrival < $0.1 } <= 4)
        }
        #expect(spans.filter { $0.0 == 0 }.count == 4)
        let shortest = try #require(list.compactMap(\.timeToFirstToken).min())
        #expect(shortest > 3_000_000)
    }
}
