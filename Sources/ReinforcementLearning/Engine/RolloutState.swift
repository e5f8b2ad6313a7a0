import EventEngine

/// Response tokens that were generated with one version of the weights.
struct VersionTokens: Sendable, Equatable {
    var version: Int32
    var tokens: Int32
}

/// Where a sample is.
enum SampleStage: UInt8, Sendable {
    /// Waits for a replica.
    case pending
    /// With a replica, queued or running.
    case submitted
    /// Waits for a tool.
    case calling
    /// Carried to the next step.
    case carried
    case finished
    /// Given up, or never needed.
    case dropped
}

/// One response of a group.
struct RolloutSample: Sendable {
    var stage = SampleStage.pending
    /// All tokens that it will have, results of tools included.
    var responseTokens: Int32
    /// Tokens that are there.
    var done: Int32 = 0
    /// Tokens that stand in `segments`.
    var attributed: Int32 = 0
    /// Tokens at which it leaves this step at the latest.
    var cap: Int32 = .max
    /// Tools that it calls; what each takes where a trace says so, else -1.
    var calls: Int32 = 0
    /// Tools that were called.
    var toolsCalled: Int32 = 0
    var toolNanoseconds: Nanoseconds = -1
    /// Index with the rollout engine, -1 when it is not there.
    var request: Int32 = -1
    /// Steps over which it has been generated.
    var splits: Int32 = 0
    /// Tokens by version, in order.
    var segments: [VersionTokens] = []

    /// Counts what was generated since the last call under a version.
    mutating func attribute(to version: Int) {
        let tokens = done - attributed
        guard tokens > 0 else { return }
        attributed = done
        if let last = segments.last, last.version == Int32(version) {
            segments[segments.count - 1].tokens += tokens
        } else {
            segments.append(VersionTokens(version: Int32(version), tokens: tokens))
        }
    }
}

/// What the rollout engine has of a sample: which, where, and with how many tokens it came.
struct RolloutRequest: Sendable {
    /// -1: nobody waits for it any more.
    var sample: Int32 = -1
    var replica: Int32 = -1
    var done: Int32 = 0
    /// It is being taken to another replica.
    var isMoving = false
}

/// Where a group is.
enum GroupStage: UInt8, Sendable {
    case free, generating
    /// Begun in vain; waits for a step of its own.
    case deferred
    /// All responses are there; rewards may not be.
    case generated
    /// Can be trained on.
    case ready
    case consumed
}

/// A prompt and its responses. Its samples are `slot * samplesPerGroup` and those that follow.
struct RolloutGroup: Sendable {
    var stage = GroupStage.free
    /// Changes with every use of the slot.
    var use: Int64 = 0
    var promptTokens: Int32 = 0
    var finished: Int32 = 0
    /// Samples that are neither finished nor dropped.
    var live: Int32 = 0
    /// Version of the weights when it was started.
    var version: Int32 = 0
    /// When it was started, and when its last reward is there.
    var startedAt: Nanoseconds = 0
    var rewardsAt: Nanoseconds = 0
    /// Order of starting, over the whole run.
    var ordinal: Int64 = 0
}

/// A queue of samples that also takes some at its front. Those that were dropped meanwhile are passed over by
/// whoever takes them.
struct SampleQueue: Sendable {
    private var list: [Int32] = []
    private var head = 0

    var isEmpty: Bool { head == list.count }
    var count: Int { list.count - head }

    mutating func append(_ sample: Int32) { list.append(sample) }

    /// Puts samples before all others, in their order.
    mutating func prepend(_ samples: [Int32]) {
        list.replaceSubrange(0..<head, with: samples)
        head = 0
    }

    mutating func popFirst() -> Int32? {
        guard head < list.count else { return nil }
        defer {
            head += 1
            if head == list.count {
                list.removeAll(keepingCapacity: true)
                head = 0
            }
        }
        return list[head]
    }

    mutating func removeAll() {
        list.removeAll(keepingCapacity: true)
        head = 0
    }
}

/// What is generated for one synchronous step, or all that is generated asynchronously.
struct Generation: Sendable {
    var isActive = false
    var start: Nanoseconds = 0
    /// Its number, to which its prompts belong, and batches of prompts so far.
    var step = 0
    var batches = 0
    /// Groups in flight when it began, carried ones included.
    var groups = 0
    /// Groups of it that are generated, ready or filtered out.
    var generatedGroups = 0
    /// Samples not yet finished, capped or dropped.
    var liveSamples = 0
    var startedSamples = 0
    /// When nine tenths of the samples were there; -1 before.
    var ninetyPercentAt: Nanoseconds = -1
    /// A round of prompts that were left over before.
    var isLongRound = false
}
