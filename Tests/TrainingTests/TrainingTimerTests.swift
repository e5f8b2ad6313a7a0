import EventEngine
import Hardware
import ModelGraph
import Testing
import Timing

@testable import Training

/// Durations of passes: stated shares against closed forms, operators against bounds.
@Suite struct TrainingTimerTests {
    static func configuration(
        model name: String = "qwen2.5-32b", node type: String = "atlas-800t-a3", devices: Int = 32, tensor: Int = 4,
        pipeline: Int = 4, context: Int = 1, expert: Int = 1, sharding: StateSharding = .optimizer,
        recompute: Recomputation = .full, schedule: PipelineSchedule = .oneForwardOneBackward,
        utilisation: Double? = nil
    ) throws -> TrainingConfiguration {
        let node = try NodeType.named(type).resolved()
        let profile = try ProfileRegistry.profile(for: node.device.name)
        let timer = OperatorTimer(
            device: node.device,
            scaleUpBytesPerSecond: TrainingLinks(node: node).bytesPerSecond(ranks: tensor, stride: 1),
            profile: profile)
        return TrainingConfiguration(
            model: try ModelDescriptor.named(name),
            parallelism: try TrainingParallelism(
                devices: devices, tensor: tensor, pipeline: pipeline, context: context, expert: expert),
            sharding: sharding, recompute: recompute, schedule: schedule,
            speed: utilisation.map { .utilisation($0) } ?? .operators(timer), device: node.device,
            links: TrainingLinks(node: node))
    }

    /// `2 P tokens / (N peak share)` forward, four times that for an update with full recomputation.
    @Test func statedShareIsTheClosedForm() throws {
        let configuration = try Self.configuration(utilisation: 0.4)
        let timer = TrainingTimer(configuration)
        let load = TrainingLoad(sequences: 512, of: 1047)
        let forward = timer.times(.forward, heaviestRank: load)
        let tokens = 2.0 * 512 * 1047
        let linear = 2 * Double(configuration.model.parameters.total) * tokens
        let attention = 4.0 * 64 * 40 * 128 * 1024 * (1047.0 * 1048 / 2)
        let rate = 32 * configuration.peakFlopPerSecond * 0.4
        #expect(abs(Double(forward.totalNanoseconds) / ((linear + attention) / rate * 1e9) - 1) < 1e-6)
        #expect(attention / linear < 0.02)
        let update = timer.times(.update, heaviestRank: load)
        #expect(abs(Double(update.totalNanoseconds) / Double(forward.totalNanoseconds) - 4) < 1e-6)
        // MFU counts the mathematics only: three quarters of what is executed.
        let utilisation = update.modelFlopUtilisation(devices: 32, peakFlopPerSecond: configuration.peakFlopPerSecond)
        #expect(abs(utilisation - 0.3) < 1e-6)
    }

    /// No configuration computes faster than the peak allows, and parts add up.
    @Test func operatorsNeverBeatThePeak() throws {
        let load = TrainingLoad(sequences: 64, of: 2048)
        for (tensor, pipeline, context) in [(1, 1, 1), (4, 1, 1), (4, 4, 1), (2, 2, 2), (8, 1, 2)] {
            for sharding in StateSharding.allCases {
                let configuration = try Self.configuration(
                    tensor: tensor, pipeline: pipeline, context: context, sharding: sharding)
                let timer = TrainingTimer(configuration)
                for pass in TrainingPass.allCases {
                    let times = timer.times(pass, heaviestRank: load)
                    let utilisation = times.modelFlopUtilisation(
                        devices: 32, peakFlopPerSecond: configuration.peakFlopPerSecond)
                    #expect(utilisation > 0.05 && utilisation < 0.85, "\(tensor) \(pipeline) \(context) \(pass)")
                    #expect(times.exposedCommunicationNanoseconds >= 0 && times.bubbleNanoseconds >= 0)
                }
            }
        }
    }

    /// Time grows with tokens; a pipeline's share of idle time falls with them.
    @Test func timeGrowsWithTheLoad() throws {
        let timer = TrainingTimer(try Self.configuration())
        var last = PassTimes(), lastShare = 1.0
        for sequences in [16, 64, 256, 1024] {
            let times = timer.times(.update, heaviestRank: TrainingLoad(sequences: sequences, of: 1024))
            #expect(times.totalNanoseconds > last.totalNanoseconds)
            let share = Double(times.bubbleNanoseconds) / Double(times.totalNanoseconds)
            #expect(share < lastShare)
            (last, lastShare) = (times, share)
        }
    }

    /// The update's bubble is the schedule's, and schedules keep their order.
    @Test func schedulesDifferByTheirBubble() throws {
        let load = TrainingLoad(sequences: 256, of: 1024)
        let bubbles = try [PipelineSchedule.oneForwardOneBackward, .interleaved(chunks: 2), .zeroBubble].map {
            TrainingTimer(try Self.configuration(schedule: $0)).times(.update, heaviestRank: load).bubbleNanoseconds
        }
        #expect(abs(Double(bubbles[0]) / Double(bubbles[1]) - 2) < 1e-6)
        #expect(bubbles[2] < bubbles[0] && bubbles[2] > 0)
    }

    /// Sharded states cost communication that copies hide; a single copy exchanges nothing.
    @Test func communicationOfCopies() throws {
        let load = TrainingLoad(sequences: 64, of: 2048)
        let alone = TrainingTimer(try Self.configuration(devices: 16)).times(.update, heaviestRank: load)
        let two = TrainingTimer(try Self.configuration(devices: 32)).times(.update, heaviestRank: load)
        #expect(two.hiddenCommunicationNanoseconds > alone.hiddenCommunicationNanoseconds)
        #expect(two.exposedCommunicationNanoseconds >= alone.exposedCommunicationNanoseconds)
        var exposed = try Self.configuration(devices: 32)
        exposed.overlapsCommunication = false
        let serial = TrainingTimer(exposed).times(.update, heaviestRank: load)
        #expect(serial.totalNanoseconds > two.totalNanoseconds)
        #expect(serial.computeNanoseconds == two.computeNanoseconds)
    }

    /// Hidden and exposed communication on two streams equal `max(c, n c - (n - 1) g)` and its prefetch twin.
    @Test func overlapIsTheClosedForm() {
        var stream = RandomStream(seed: 3, name: "overlap")
        for _ in 0..<200 {
            let count = 1 + stream.uniform(below: 40)
            let compute = Int64(stream.uniform(below: 1000)), transfer = Int64(stream.uniform(below: 1000))
            let buckets = OverlappedCommunication(buckets: count, computation: compute, transfer: transfer)
            #expect(buckets.exposedNanoseconds == max(transfer, Int64(count) * transfer - Int64(count - 1) * compute))
            let fetched = OverlappedCommunication(prefetched: count, computation: compute, transfer: transfer)
            #expect(fetched.exposedNanoseconds == transfer + Int64(count - 1) * max(0, transfer - compute))
        }
    }

    /// Dealing sequences out keeps all of them, and the heaviest rank is near the mean.
    @Test func heaviestRank() {
        var stream = RandomStream(seed: 5, name: "loads")
        for ranks in [1, 2, 7, 16] {
            let lengths = (0..<512).map { _ in 1 + stream.uniform(below: 4000) }
            let heaviest = TrainingLoad.heaviest(of: lengths, ranks: ranks)
            let mean = Double(lengths.reduce(0, +)) / Double(ranks)
            #expect(Double(heaviest.tokens) >= mean && Double(heaviest.tokens) < mean * 1.02 + 1)
        }
        #expect(TrainingLoad.heaviest(of: [9, 5, 4, 3], ranks: 2).tokens == 12)
        #expect(TrainingLoad.heaviest(of: [7], ranks: 4) == TrainingLoad(sequences: 1, of: 7))
    }
}
