import EventEngine

/// The passes of one optimizer step on every stage of a pipeline, each at its time.
///
/// Every stage computes one pass at a time, in the order that its schedule gives; a forward pass waits for the
/// stage before, a backward pass for the stage behind (and for the same stage's forward pass at the last one).
/// Sends take no time here. The closed form of the idle time is
/// ``PipelineSchedule/bubble(stages:forward:inputBackward:weightBackward:)``.
public struct PipelineTimeline: Sendable {
    /// A kind of pass.
    public enum Pass: UInt8, Sendable, CaseIterable {
        /// From inputs to outputs.
        case forward
        /// Gradients of inputs; of weights too, unless those are passes of their own.
        case backward
        /// Gradients of weights, where they wait.
        case weights
    }

    /// One pass of one micro-batch on one stage.
    public struct Entry: Sendable, Equatable {
        /// The stage that computes, from 0.
        public var stage: Int
        /// What is computed.
        public var pass: Pass
        /// The micro-batch, from 0.
        public var microBatch: Int
        /// Chunk of layers on the stage, for interleaved schedules.
        public var chunk: Int
        /// When the pass begins, from the start of the step.
        public var start: Nanoseconds
        /// When the pass ends, from the start of the step.
        public var end: Nanoseconds
    }

    /// All passes, by stage and then in order of time.
    public private(set) var entries: [Entry] = []
    /// When the last pass ends.
    public private(set) var endNanoseconds: Nanoseconds = 0
    /// Most micro-batches whose activations the first stage held at once, in units of a whole stage.
    public private(set) var peakInFlight = 0.0

    /// Time from the first pass to the last end in which a stage computes nothing.
    public func idleNanoseconds(stage: Int) -> Nanoseconds {
        entries.reduce(endNanoseconds) { $1.stage == stage ? $0 - ($1.end - $1.start) : $0 }
    }

    /// Builds the passes of a schedule.
    /// - Parameters:
    ///   - stages: pipeline stages, at least 1.
    ///   - microBatches: at least 1; interleaved schedules need a multiple of `stages`.
    ///   - times: of one micro-batch on one whole stage; chunks take equal parts.
    public init(_ schedule: PipelineSchedule, stages: Int, microBatches: Int, times: StageTimes) {
        var builder = PipelineBuilder(schedule, stages: stages, microBatches: microBatches, times: times)
        builder.run()
        entries = builder.entries
        endNanoseconds = entries.map(\.end).max() ?? 0
        peakInFlight = builder.peakInFlight
    }
}
