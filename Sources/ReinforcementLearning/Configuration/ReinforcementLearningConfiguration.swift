import EventEngine
import Hardware
import Serving

/// A reinforcement-learning workload whose parts have been checked and bound to devices.
public struct ReinforcementLearningConfiguration: Sendable {
    /// The workload's name in the scenario.
    public var name: String
    /// Root of the random streams of lengths, tools and rewards.
    public var seed: UInt64
    /// Steps to be done, the warm-up included.
    public var steps: Int
    /// Leading steps that no metric counts.
    public var warmupSteps: Int
    /// What a step computes.
    public var algorithm: AlgorithmConfiguration
    /// How generation and training take turns.
    public var schedule: ScheduleConfiguration
    /// How responses are generated and rated.
    public var rollout: RolloutConfiguration
    /// Which devices train and which generate.
    public var placement: PlacementConfiguration
    /// What happens between generating and training.
    public var transition: TransitionConfiguration
    /// Where lengths of prompts and responses come from.
    public var lengths: LengthSource
    /// Where the times of phases come from.
    public var times: PhaseTimes
    /// Bytes of each part on one device.
    public var memory: StateMemory
    /// The rollout engine: one mixed pool, or two with lent replicas, in the order of `placement.replicas`.
    public var serving: ServingConfiguration
    /// How weights get to all generating devices of their own; nil where times are given.
    public var reshard: ReshardPlan?
    /// The same for lent devices.
    public var lentReshard: ReshardPlan?
    /// Data between the two sides; nil where it costs nothing.
    public var streaming: StreamingConfiguration?

    /// Peak of a device in bf16, in FLOP/s, and forward FLOP of a token: for utilisations.
    public var peakFlopPerSecond = 0.0
    /// FLOP of one token's forward pass.
    public var forwardFlopPerToken = 0.0

    public init(
        name: String, seed: UInt64, steps: Int, warmupSteps: Int = 0, algorithm: AlgorithmConfiguration,
        schedule: ScheduleConfiguration, rollout: RolloutConfiguration, placement: PlacementConfiguration,
        transition: TransitionConfiguration, lengths: LengthSource, times: PhaseTimes, memory: StateMemory,
        serving: ServingConfiguration, reshard: ReshardPlan? = nil, lentReshard: ReshardPlan? = nil,
        streaming: StreamingConfiguration? = nil
    ) {
        self.name = name
        self.seed = seed
        self.steps = steps
        self.warmupSteps = warmupSteps
        self.algorithm = algorithm
        self.schedule = schedule
        self.rollout = rollout
        self.placement = placement
        self.transition = transition
        self.lengths = lengths
        self.times = times
        self.memory = memory
        self.serving = serving
        self.reshard = reshard
        self.lentReshard = lentReshard
        self.streaming = streaming
    }

    /// Samples that are started for each prompt.
    var samplesPerGroup: Int {
        Int((Double(algorithm.rolloutsPerPrompt) * schedule.overSampling.samples).rounded(.up))
    }
    /// Prompts that a synchronous step starts.
    var promptsPerGeneration: Int {
        if let sampling = algorithm.dynamicSampling { return sampling.batchPrompts }
        return Int((Double(algorithm.promptsPerStep) * schedule.overSampling.prompts).rounded(.up))
    }
}

/// How responses get to the passes that follow generation.
public struct StreamingConfiguration: Sendable, Equatable {
    /// How samples get from one stage to the next, and what that costs.
    public var engine: DataEngineConfiguration
    /// Passes that take responses while others are generated. None behind a barrier, or where generation and
    /// training share devices: the first chunk would find them busy.
    public var streamedPasses: [ComputePass]
    /// Passes that read what was generated.
    public var readers: Int
    /// Links of the cluster that samples cross; nil where the store alone takes time.
    public var plane: DataPlane?

    public init(engine: DataEngineConfiguration, streamedPasses: [ComputePass], readers: Int, plane: DataPlane? = nil) {
        self.engine = engine
        self.streamedPasses = streamedPasses
        self.readers = readers
        self.plane = plane
    }

    /// Groups of one chunk.
    func chunkGroups(samplesPerGroup: Int) -> Int { max(1, engine.chunkSamples / max(1, samplesPerGroup)) }
}
