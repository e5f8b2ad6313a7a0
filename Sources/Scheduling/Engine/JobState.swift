import EventEngine

/// Where a job stands.
public enum JobPhase: UInt8, Sendable {
    /// Not submitted yet.
    case future
    /// Submitted, without devices.
    case waiting
    /// On its devices.
    case running
    /// All its work is done.
    case completed
    /// It can never run: the cluster has no such devices, or its tenant may never hold so many.
    case rejected
}

/// What changes of a job during a run.
struct JobState: Sendable {
    var phase = JobPhase.future
    /// Counted up whenever a run ends, so that events of ended runs are known.
    var generation: Int32 = 0
    /// Work that is left.
    var left: Nanoseconds
    /// Key under which it waits in its lane.
    var key: Int64 = 0
    /// Time on devices in runs that have ended.
    var attained: Nanoseconds = 0
    /// Start of the present or last run, and what it pays before its work goes on.
    var runStart: Nanoseconds = -1
    var overhead: Nanoseconds = 0
    var firstStart: Nanoseconds = -1
    var end: Nanoseconds = -1
    /// Restart costs paid so far, those of the present run not among them.
    var restartNanoseconds: Nanoseconds = 0
    var preemptions: Int32 = 0
    var failures: Int32 = 0
    /// Whether the next start is not the first one, and pays for it.
    var paysRestart = false
    /// When it last began to wait.
    var waitingSince: Nanoseconds = 0
    var waitingNanoseconds: Nanoseconds = 0
    /// Place among the running jobs, or -1.
    var runningIndex: Int32 = -1
    /// Queue of multi-level orders.
    var level: Int16 = 0
    /// The latest reason why it waits; index into the record of reasons.
    var reason: Int32 = -1
    /// Its latest run; index into the record of runs.
    var segment: Int32 = -1
    /// The job that left devices at the instant of its first start.
    var unblocker: Int32 = -1
    /// The first start that was promised to it, or -1.
    var promise: Nanoseconds = -1
    /// When its present run was expected to end as it began.
    var expectedEnd: Nanoseconds = 0
    /// By what factor its present or last run takes longer than the trace says.
    var stretch = 1.0
    /// Device-nanoseconds asked for in the whole system up to its submission, then from there to its end.
    var demandNanoseconds = 0.0
    /// Whether its present run holds more than its tenant's quota.
    var isBorrowing = false
}

/// A stretch of time that a job had its devices.
public struct RunSegment: Sendable, Equatable {
    /// The job.
    public var job: Int32
    /// From when.
    public var start: Nanoseconds
    /// Until when.
    public var end: Nanoseconds
    /// Of that, what the restart cost.
    public var overhead: Nanoseconds
    /// Why it ended.
    public var ending: RunEnding
    /// First of its shares in the outcome's list of shares, and how many.
    public var firstShare: Int32
    /// How many shares it has in the outcome's list.
    public var shareCount: Int32
    /// Work that was lost at its end, in device-independent time.
    public var lost: Nanoseconds
    /// Whether it held devices beyond its tenant's quota: opportunistic, in the words of HiveD.
    public var isBorrowed: Bool
    /// The job's run before, as an index into all runs, or -1.
    public var previous: Int32
}

/// Why a job left its devices.
public enum RunEnding: UInt8, Sendable {
    /// Its work was done.
    case completed
    /// Others went before it.
    case preempted
    /// A tenant took his quota back.
    case reclaimed
    /// A device failed.
    case failed
    /// Its node was emptied.
    case drained
    /// The run of the scenario was over.
    case cut

    /// The name in records.
    public var name: String {
        switch self {
        case .completed: "completed"
        case .preempted: "preempted"
        case .reclaimed: "reclaimed"
        case .failed: "failed"
        case .drained: "drained"
        case .cut: "cut"
        }
    }
}
