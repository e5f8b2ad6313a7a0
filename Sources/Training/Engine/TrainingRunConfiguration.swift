import EventEngine

/// When a training workload saves its state.
public struct CheckpointPolicy: Sendable, Equatable {
    /// Steps between two checkpoints; nil saves only when the workload is preempted.
    public var everySteps: Int?
    /// Whether the host memory of the copy is page-locked.
    public var isPinned: Bool
    /// Whether the next step begins while the copy is under way.
    public var isAsynchronous: Bool

    /// A policy.
    public init(everySteps: Int? = nil, isPinned: Bool = true, isAsynchronous: Bool = false) {
        self.everySteps = everySteps
        self.isPinned = isPinned
        self.isAsynchronous = isAsynchronous
    }
}

/// A training workload: how a step is computed, of what, and how often.
public struct TrainingRunConfiguration: Sendable {
    /// Its name in the scenario.
    public var name: String
    /// How passes are computed.
    public var training: TrainingConfiguration
    /// Optimizer steps to do.
    public var steps: Int
    /// Sequences of one optimizer step over all copies.
    public var sequencesPerStep: Int
    /// Tokens of each sequence.
    public var sequenceTokens: Int
    /// When its state is saved.
    public var checkpoint: CheckpointPolicy
    /// From having devices to the first pass: processes, compilation, communication groups.
    public var startNanoseconds: Nanoseconds

    /// A workload.
    public init(
        name: String, training: TrainingConfiguration, steps: Int, sequencesPerStep: Int, sequenceTokens: Int,
        checkpoint: CheckpointPolicy = CheckpointPolicy(), startNanoseconds: Nanoseconds = 0
    ) {
        self.name = name
        self.training = training
        self.steps = steps
        self.sequencesPerStep = sequencesPerStep
        self.sequenceTokens = sequenceTokens
        self.checkpoint = checkpoint
        self.startNanoseconds = startNanoseconds
    }

    /// What the copy with the most sequences computes in a step.
    var load: TrainingLoad {
        let copies = training.parallelism.data
        return TrainingLoad(sequences: (sequencesPerStep + copies - 1) / copies, of: sequenceTokens)
    }

    /// Tokens of one step.
    public var tokensPerStep: Int64 { Int64(sequencesPerStep) * Int64(sequenceTokens) }
}
