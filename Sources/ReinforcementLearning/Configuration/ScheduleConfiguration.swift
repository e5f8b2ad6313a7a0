/// How generation and training take turns.
public enum ScheduleKind: String, Sendable, CaseIterable {
    /// A step generates, then trains on what it generated.
    case sync
    /// While a batch is trained on, the next is generated with the weights before it.
    case oneStepOff = "one-step-off"
    /// Generation never waits for a batch: a rule bounds how far ahead of training it runs.
    case async
}

/// Rules by which asynchronous generation is held back.
public enum StalenessRule: String, Sendable, CaseIterable {
    /// AReaL: groups taken in so far stay below `(max_staleness + version + 1) x prompts_per_step`; the oldest are
    /// trained on first, and a batch waits for one that would become staler than that allows.
    case areal
    /// verl: between two weight syncs at most `(1 + staleness_fraction)` times what training takes between them
    /// is generated, less what is left from before.
    case verl
    /// NeMo-RL: a buffer of `2 x max_staleness x prompts_per_step` groups; groups whose weights are older than
    /// `max_staleness` versions when training would take them are dropped.
    case nemoRL = "nemo-rl"
    /// slime: generation pauses once `(1 + staleness_fraction)` times what training takes between two syncs has
    /// been started since the last.
    case slime
}

/// What becomes of running sequences when weights change under them.
public enum UpdatePolicy: String, Sendable, CaseIterable {
    /// They are interrupted; their KV is computed again with the new weights.
    case recompute
    /// They are held still and go on with the KV of the old weights.
    case keep
    /// They end first; nothing new is started until then.
    case drain
}

/// Responses that are not generated in one go.
public struct PartialRollout: Sendable, Equatable {
    /// A response is generated in at most so many steps, each up to an equal part of the longest response.
    public var maximumSplit: Int
    /// Share of the groups in flight after whose end the others are carried to the next step.
    public var stopFraction: Double

    public init(maximumSplit: Int = 1, stopFraction: Double = 1) {
        self.maximumSplit = maximumSplit
        self.stopFraction = stopFraction
    }

    /// Whether responses may be carried from one step to the next.
    public var isOn: Bool { maximumSplit > 1 || stopFraction < 1 }
}

/// More responses than a step needs are started, and the first to end are taken.
public struct OverSampling: Sendable, Equatable {
    /// Factor on prompts, at least 1.
    public var prompts: Double
    /// Factor on the responses to each prompt, at least 1.
    public var samples: Double
    /// Prompts left over wait for a step of their own instead of being dropped (tail batching).
    public var defersTail: Bool

    public init(prompts: Double = 1, samples: Double = 1, defersTail: Bool = false) {
        self.prompts = prompts
        self.samples = samples
        self.defersTail = defersTail
    }
}

/// When what is generated and trained.
public struct ScheduleConfiguration: Sendable, Equatable {
    /// Whether generation and training alternate, overlap by a step, or run asynchronously.
    public var kind: ScheduleKind
    /// What holds asynchronous generation back.
    public var rule: StalenessRule
    /// Versions that training may be ahead of generation (AReaL, NeMo-RL).
    public var maximumStaleness: Int
    /// Share beyond what training takes between syncs (verl, slime).
    public var stalenessFraction: Double
    /// Mini-batches between two weight syncs of asynchronous training.
    public var syncEveryMiniBatches: Int
    /// What becomes of running sequences when weights change.
    public var onUpdate: UpdatePolicy
    /// Whether, and how, responses are spread over several steps.
    public var partialRollout: PartialRollout
    /// Responses that are started beyond what a step needs.
    public var overSampling: OverSampling

    public init(
        kind: ScheduleKind = .sync, rule: StalenessRule = .areal, maximumStaleness: Int = 1,
        stalenessFraction: Double = 0, syncEveryMiniBatches: Int = 1, onUpdate: UpdatePolicy = .recompute,
        partialRollout: PartialRollout = PartialRollout(), overSampling: OverSampling = OverSampling()
    ) {
        self.kind = kind
        self.rule = rule
        self.maximumStaleness = maximumStaleness
        self.stalenessFraction = stalenessFraction
        self.syncEveryMiniBatches = syncEveryMiniBatches
        self.onUpdate = onUpdate
        self.partialRollout = partialRollout
        self.overSampling = overSampling
    }
}
