import EventEngine
import Testing

@testable import Training

/// The event order of pipeline schedules and their closed forms.
@Suite struct PipelineScheduleTests {
    private static let unit = 1000.0

    /// The idle time of every stage equals the closed form, for random sizes and times.
    @Test func idleTimeIsTheClosedForm() {
        var stream = RandomStream(seed: 7, name: "pipelines")
        for _ in 0..<60 {
            let stages = 1 + stream.uniform(below: 8)
            let microBatches = stages * (2 + stream.uniform(below: 4))
            let forward = Double(1 + stream.uniform(below: 9)) * Self.unit
            let times = StageTimes(
                forward: forward, inputBackward: Double(1 + stream.uniform(below: 9)) * Self.unit,
                weightBackward: Double(1 + stream.uniform(below: 9)) * Self.unit)
            check(.oneForwardOneBackward, stages, microBatches, times)
        }
    }

    /// Interleaving divides the bubble by the chunks.
    @Test(arguments: [2, 3, 4]) func interleavedChunks(chunks: Int) {
        for stages in [2, 4, 8] {
            let times = StageTimes(
                forward: 12 * Self.unit, inputBackward: 12 * Self.unit, weightBackward: 12 * Self.unit)
            check(.interleaved(chunks: chunks), stages, 4 * stages, times)
        }
    }

    /// Gradients of weights fill the bubble up to `(p-1)(F+B-W)`.
    @Test func zeroBubble() {
        for stages in [2, 3, 4, 8] {
            for (forward, backward, weights) in [(1.0, 1.0, 1.0), (2, 3, 2), (3, 3, 2), (2, 2, 1)] {
                let times = StageTimes(
                    forward: forward * Self.unit, inputBackward: backward * Self.unit,
                    weightBackward: weights * Self.unit)
                check(.zeroBubble, stages, 4 * stages, times)
            }
        }
    }

    private func check(_ schedule: PipelineSchedule, _ stages: Int, _ microBatches: Int, _ times: StageTimes) {
        let timeline = PipelineTimeline(schedule, stages: stages, microBatches: microBatches, times: times)
        let bubble = schedule.bubble(
            stages: stages, forward: times.forward, inputBackward: times.inputBackward,
            weightBackward: times.weightBackward)
        for stage in 0..<stages {
            #expect(
                Double(timeline.idleNanoseconds(stage: stage)) == bubble,
                "\(schedule) \(stages) x \(microBatches) \(times) stage \(stage)")
        }
        let expected = schedule.peakInFlight(stages: stages, microBatches: microBatches)
        #expect(timeline.peakInFlight == expected, "\(schedule) \(stages)")
        checkOrder(timeline, stages, microBatches)
    }

    /// Passes of a stage never overlap, and no pass starts before what it needs.
    private func checkOrder(_ timeline: PipelineTimeline, _ stages: Int, _ microBatches: Int) {
        let chunks = (timeline.entries.map(\.chunk).max() ?? 0) + 1
        let passes = Set(timeline.entries.map(\.pass)).count
        #expect(timeline.entries.count >= stages * microBatches * (chunks + chunks))
        #expect(timeline.entries.count == stages * microBatches * (passes == 3 ? 3 : 2 * chunks))
        for (left, right) in zip(timeline.entries, timeline.entries.dropFirst()) where left.stage == right.stage {
            #expect(left.end <= right.start)
        }
        for entry in timeline.entries {
            let needed: PipelineTimeline.Entry?
            switch entry.pass {
            case .forward:
                needed = timeline.entries.first {
                    $0.pass == .forward && $0.microBatch == entry.microBatch
                        && $0.stage == entry.stage - 1 && $0.chunk == entry.chunk
                }
            case .backward:
                needed = timeline.entries.first {
                    $0.pass == .backward && $0.microBatch == entry.microBatch
                        && $0.stage == entry.stage + 1 && $0.chunk == entry.chunk
                }
            case .weights:
                needed = timeline.entries.first {
                    $0.pass == .backward && $0.microBatch == entry.microBatch && $0.stage == entry.stage
                }
            }
            if let needed { #expect(needed.end <= entry.start) }
        }
    }
}
