import EventEngine
import Testing

@testable import ReinforcementLearning

/// Samples on their way through a step: rollout 80 s, reference and reward 5, old log-probabilities 5, update 10.
@Suite struct DataPipelineTests {
    private static let second: Int64 = 1_000_000_000

    /// Sixteen chunks that come at even intervals.
    private static var completions: [(time: Nanoseconds, tokens: Int64)] {
        (0..<1024).map { (time: Int64($0 / 64 + 1) * 5 * second, tokens: 1000) }
    }

    private func stages(updateStreams: Bool, isShared: Bool = false) -> [DataStage] {
        [
            DataStage(name: "reference", nanoseconds: 5 * Self.second, devices: isShared ? 0 : 1),
            DataStage(name: "old_log_prob", nanoseconds: 5 * Self.second, inputs: [0], devices: isShared ? 0 : 2),
            DataStage(
                name: "update", nanoseconds: 10 * Self.second, inputs: [1], devices: isShared ? 0 : 3,
                isStreamed: updateStreams),
        ]
    }

    private func run(
        _ kind: DataEngineKind, _ stages: [DataStage], bandwidth: Double = 2.5e9, payload: Int64 = 0,
        warehouses: Int = 1, request: Int64 = 0
    ) -> DataPipeline.Outcome {
        DataPipeline.run(
            DataEngineConfiguration(
                kind: kind, warehouses: warehouses, bytesPerToken: payload > 0 || request > 0 ? 60 : 0,
                payloadBytesPerSample: payload, storeBytesPerSecond: bandwidth, requestNanoseconds: request),
            stages: stages, completions: Self.completions, rolloutEnd: 80 * Self.second)
    }

    /// Barrier 100 s; streamed before the update 90.625 (+10.3 %); all streamed 81.25 (+23.1 %).
    @Test func closedForms() {
        let barrier = run(.barrier, stages(updateStreams: true)).endNanoseconds
        let streamed = run(.streaming, stages(updateStreams: false)).endNanoseconds
        let everything = run(.streaming, stages(updateStreams: true)).endNanoseconds
        #expect(barrier == 100 * Self.second)
        #expect(streamed == 90_625_000_000)
        #expect(everything == 81_250_000_000)
        #expect(abs(Double(barrier) / Double(streamed) - 1.103) < 0.0005)
        #expect(abs(Double(barrier) / Double(everything) - 1.231) < 0.0005)
    }

    /// On shared cards nothing can start before rollout gives them up: streaming gains nothing.
    @Test func sharedCardsGainNothing() {
        #expect(run(.streaming, stages(updateStreams: true, isShared: true)).endNanoseconds == 100 * Self.second)
    }

    /// The event order equals `T_roll + sum T_j / m` over streamed stages that keep up, for random times.
    @Test func randomStagesFollowTheClosedForm() {
        var stream = RandomStream(seed: 11, name: "stages")
        for _ in 0..<100 {
            let count = 1 + stream.uniform(below: 4)
            var expected = 80 * Self.second
            let stages = (0..<count).map { index in
                // Below 5 s a chunk every stage keeps up with rollout; multiples of 16 ns divide evenly.
                let time = Int64(stream.uniform(below: 5_000_000)) * 16
                let isStreamed = stream.bernoulli(0.7)
                expected += isStreamed ? time / 16 : time
                return DataStage(
                    name: "\(index)", nanoseconds: time, inputs: index == 0 ? [] : [index - 1], devices: index + 1,
                    isStreamed: isStreamed)
            }
            // Behind a stage that is not streamed all chunks come one after the other: only its first counts.
            guard let blocked = stages.firstIndex(where: { !$0.isStreamed }), blocked < count - 1 else {
                #expect(run(.streaming, stages).endNanoseconds == expected)
                continue
            }
            #expect(run(.streaming, stages).endNanoseconds <= run(.barrier, stages).endNanoseconds)
        }
    }

    /// Text costs a central store less than 1 % of the step; images of 30 MB a sample cost it more, and eight
    /// warehouses give most of that back.
    @Test func bytesMatterForImagesOnly() {
        var withBytes = stages(updateStreams: false)
        for index in withBytes.indices {
            withBytes[index].readShare = 1
            withBytes[index].writtenShare = 0.1
        }
        let free = run(.barrier, stages(updateStreams: false)).endNanoseconds
        let text = run(.barrier, withBytes, request: 500_000)
        #expect(text.requests == 48)
        #expect(text.movedBytes == 1024 * 60_000 * 43 / 10)
        #expect(Double(text.endNanoseconds) / Double(free) < 1.01 && text.endNanoseconds > free)
        let images = run(.barrier, withBytes, payload: 30_000_000, request: 500_000).endNanoseconds
        let spread = run(.barrier, withBytes, payload: 30_000_000, warehouses: 8, request: 500_000).endNanoseconds
        #expect(Double(images) / Double(free) > 1.05)
        #expect(Double(spread) / Double(free) < 1.02 && spread > free)
    }

    /// Faster stores and fewer requests never make a step longer, and every chunk passes every stage.
    @Test func moreResourcesNeverHurt() {
        var withBytes = stages(updateStreams: true)
        for index in withBytes.indices { withBytes[index].readShare = 1 }
        var last = Int64.max
        for bandwidth in [0.2e9, 1e9, 5e9, 50e9] {
            let outcome = run(.streaming, withBytes, bandwidth: bandwidth, payload: 3_000_000)
            #expect(outcome.endNanoseconds <= last)
            #expect(outcome.movedBytes == 4 * 1024 * 3_060_000)
            last = outcome.endNanoseconds
        }
    }
}
