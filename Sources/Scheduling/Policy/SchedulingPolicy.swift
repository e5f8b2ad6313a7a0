import EventEngine

/// What happens when the first job in order does not fit.
public enum WhenBlocked: String, Sendable, CaseIterable {
    /// The others wait behind it.
    case block
    /// The others that fit go ahead.
    case skip
    /// It is promised the earliest start that running jobs allow, and others go ahead if they do not move that
    /// (EASY backfill).
    case reserveHead = "reserve-head"
    /// Every waiting job is promised a start, and others go ahead if they move none (conservative backfill).
    case reserveAll = "reserve-all"

    /// Whether it looks at durations.
    public var usesDurations: Bool { self == .reserveHead || self == .reserveAll }
}

/// Who may be taken off his devices for a job that is served before him.
public enum PreemptionRule: Sendable, Equatable {
    /// Nobody.
    case none
    /// Every running job that the queue order puts behind it.
    case byOrder
    /// Every running job that is behind it in a list of queues, into whose next one a job falls when it has attained a
    /// limit (Tiresias' discretised two-dimensional LAS). Limits in nanoseconds, of running time or of time multiplied
    /// by devices as the queue order measures it; one less than there are queues. Limits are looked at every `tick`
    /// nanoseconds of simulated time: Tiresias' clock ticks once a second.
    case byQueues(limits: [Int64], tick: Nanoseconds = 1)
}

/// A whole policy: explicit parts, each of them replaceable.
public struct SchedulingPolicy: Sendable {
    /// Who is served first.
    public var order: QueueOrder
    /// What happens when he does not fit.
    public var whenBlocked: WhenBlocked
    /// Who gives way.
    public var preemption: PreemptionRule
    /// What it costs to start again.
    public var restartCost: RestartCost
    /// Which devices a gang gets.
    public var placement: Placement
    /// What is known of durations.
    public var durations: DurationKnowledge
    /// Differences of other simulators, to be compared with them.
    public var compatibility: SchedulingCompatibility = .none

    /// FIFO that waits for its head, consolidating gangs; change what is to differ.
    public init(
        order: QueueOrder = .fifo, whenBlocked: WhenBlocked = .block, preemption: PreemptionRule = .none,
        restartCost: RestartCost = .standard, placement: Placement = .consolidate,
        durations: DurationKnowledge = .oracle
    ) {
        self.order = order
        self.whenBlocked = whenBlocked
        self.preemption = preemption
        self.restartCost = restartCost
        self.placement = placement
        self.durations = durations
    }

    /// Whether any part looks at durations.
    public var usesDurations: Bool { order.usesDurations || whenBlocked.usesDurations }
}

/// Where another simulator errs, and people compare with it.
public enum SchedulingCompatibility: String, Sendable, CaseIterable {
    /// No difference.
    case none
    /// HeliosArtifact's SRTF: a job ends one second after its work is done, and jobs to run are chosen by the number of
    /// free devices before anyone asks whether they can be placed, so that a job can be preempted for one that cannot.
    case heliosSRTF = "helios-srtf"
    /// Tiresias with GPU time as service: a job is expected to fall into the next queue as if its time run so far
    /// counted once instead of once per device, so that it falls late.
    case tiresiasDemotion = "tiresias-demotion"
}
