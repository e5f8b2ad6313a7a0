import EventEngine
import ModelGraph
import Testing

@testable import Serving

/// What the times of a request must obey, whatever the cluster.
@Suite struct LatencyLawTests {
    private struct Completed {
        var sample: SampleRuns
        var request: Request
        var record: RequestRecord
    }

    private var completed: [Completed] {
        SampleRuns.all.flatMap { sample in
            zip(sample.run.engine.requests, sample.records).filter { $0.1.stage == .completed }
                .map { Completed(sample: sample, request: $0.0, record: $0.1) }
        }
    }

    @Test func marksAscend() {
        for item in completed {
            var marks = [item.request.arrival, item.request.firstScheduled, item.request.prefillEnd]
            if item.sample.run.engine.isSeparated { marks += [item.request.transferStart, item.request.transferEnd] }
            marks.append(item.request.completion)
            #expect(zip(marks, marks.dropFirst()).allSatisfy { $0 <= $1 }, "seed \(item.sample.seed): \(marks)")
            #expect(item.request.firstToken >= item.request.prefillEnd)
            #expect(item.request.firstToken <= item.request.completion)
        }
    }

    /// Co-located: the last chunk gives the first token. Separated with the first token from the decode side:
    /// all stages come first, and one step of the decode side.
    @Test func timeToFirstTokenHoldsItsStages() throws {
        for item in completed {
            let record = item.record
            let first = try #require(record.timeToFirstToken)
            let prompt = try #require(record.queueing) + #require(record.prefill)
            guard item.sample.run.engine.isSeparated, item.sample.example.firstToken == .decode else {
                #expect(first == prompt, "seed \(item.sample.seed)")
                continue
            }
            let moved = try #require(record.decodeQueueing) + #require(record.transfer)
            let step = decodeStep(item)
            #expect(step > 0)
            #expect(first >= prompt + moved + step, "seed \(item.sample.seed)")
        }
    }

    /// The shortest step that gives a request's first token on its decode replica.
    private func decodeStep(_ item: Completed) -> Nanoseconds {
        let engine = item.sample.run.engine
        var cost = engine.costs[engine.replicas[Int(item.request.decodeReplica)].pool]
        let context = Int64(item.request.inputTokens)
        return cost.decodeCost(sequences: 1, logitRows: 1)
            .duration(
                contextTokens: context, windowTokens: min(context, Int64(cost.window ?? .max)),
                squaredContext: Double(context * context))
    }

    @Test func endToEndIsTheSumOfItsStages() throws {
        for item in completed {
            let record = item.record
            let total = try #require(record.endToEnd), first = try #require(record.timeToFirstToken)
            let before = try #require(record.queueing) + #require(record.prefill) + (record.decodeQueueing ?? 0)
                + (record.transfer ?? 0)
            #expect(total >= before, "seed \(item.sample.seed)")
            guard let perToken = record.timePerOutputToken else {
                #expect(record.outputTokens == 1)
                continue
            }
            // Truncated to a nanosecond, over all tokens but the first.
            let rest = total - first - perToken * Int64(record.outputTokens - 1)
            #expect((0..<Int64(record.outputTokens - 1)).contains(rest), "seed \(item.sample.seed)")
            #expect(try #require(record.longestInterval) >= perToken)
            #expect(try #require(record.longestInterval) <= total - first)
        }
    }

    /// Every token but a request's first ends one interval, and intervals fill the time from first to last.
    @Test func intervalsCoverAllTokensButTheFirst() {
        for sample in SampleRuns.all {
            let done = sample.records.filter { $0.stage == .completed }
            let count = done.reduce(0) { $0 + $1.outputTokens - 1 }
            #expect(sample.outcome.interTokenLatency?.count ?? 0 == count, "seed \(sample.seed)")
            let span = done.reduce(Int64(0)) {
                $0 + ($1.outputTokens > 1 ? ($1.endToEnd ?? 0) - ($1.timeToFirstToken ?? 0) : 0)
            }
            let sum = (sample.outcome.interTokenLatency?.mean ?? 0) * Double(count) * 1e9
            #expect(abs(sum - Double(span)) <= 1e-9 * Double(span) + 1, "seed \(sample.seed)")
            let longest = done.compactMap(\.longestInterval).max() ?? 0
            #expect(sample.outcome.interTokenLatency?.max ?? 0 == Double(longest) / 1e9, "seed \(sample.seed)")
        }
    }

    @Test func aClosedLoopKeepsItsConcurrency() {
        for sample in SampleRuns.all {
            guard let concurrency = sample.example.concurrency else { continue }
            for request in sample.run.engine.requests where request.stage == .completed {
                let inside = sample.run.engine.requests.count {
                    $0.stage == .completed && $0.arrival <= request.arrival && $0.completion > request.arrival
                }
                #expect(inside <= concurrency, "seed \(sample.seed)")
            }
        }
    }
}
