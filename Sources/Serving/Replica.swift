import EventEngine
import Hardware
import Metrics

/// One instance of the engine on its devices: queue, KV memory, decoding batch and the steps under way.
///
/// Steps run as *plans*: one mixed step, or many undisturbed decode steps whose ends are computed in
/// advance. A plan is cut at the end of its current step when something arrives that the engine could
/// admit; everything recorded is recorded when steps have really ended.
struct Replica: Sendable {
    /// Decode steps planned at most at once: bounds the work that a cut plan wastes.
    static let longestPlan = 128

    let pool: Int
    let role: PoolRole
    let engine: EngineConfiguration
    /// In rank order.
    var devices: [DeviceID]
    var cache: KVBlockCache
    var batch: DecodeBatch

    /// Requests that ask for admission, in order of arrival.
    var waiting = RequestQueue()
    /// Requests whose KV has arrived from the prefill side: they go first, their blocks are there.
    var ready = RequestQueue()
    /// Requests with a part of their prompt computed, in order of admission.
    var prefilling: [Int32] = []
    /// Requests admitted, oldest first, with stale entries of those that left.
    var admitted: [Int32] = []
    var admittedStamps: [Int64] = []
    var admissions: Int64 = 0
    /// Requests running: prefilling and decoding.
    var running = 0

    // The plan under way.
    var isBusy = false
    var planStart: Nanoseconds = 0
    /// The core share at which the plan was timed.
    var planCoreShare = 1.0
    var planEnds: [Nanoseconds] = []
    /// Planned steps whose blocks have been taken.
    var planBlocksTaken = 0
    var planChunks: [PlannedChunk] = []
    /// Decoding sequences whose first step this is.
    var fresh: [Int32] = []
    /// Changes with every plan and cut, so that stale step-end events are known.
    var generation: Int64 = 0
    var isPassScheduled = false

    /// Devices of the replica that have failed and are not repaired.
    var failedDevices = 0
    /// End of the last step before the latest failure.
    var lastStepEnd: Nanoseconds = 0
    var isDown: Bool { failedDevices > 0 }
    /// Held still by an embedder; what it runs stays where it is.
    var isPaused = false
    /// Takes no step now.
    var isStopped: Bool { failedDevices > 0 || isPaused }
    /// Share of its devices' cores, 1 where nobody else computes on them; read when a step is planned.
    var coreShare = 1.0
    /// What sharing its devices has come to.
    var sharing = SharedReplicaUse()
    /// Start of a step that was given up for want of memory; its sequences still wait for the token. -1: none.
    var givenUpSince: Nanoseconds = -1
    /// Version of the weights that an embedder has loaded.
    var weightsVersion: Int32 = 0
    /// Requests that leave when the step under way has ended.
    var aborting: [Int32] = []
    var downSince: Nanoseconds = 0
    /// Time down until the last repair.
    var downNanoseconds: Nanoseconds = 0

    // What routers see.
    var outstanding = 0
    var queuedPrefillTokens: Int64 = 0
    /// Prompt tokens of assigned requests that are not decoding.
    var assignedTokens: Int64 = 0

    // What is recorded.
    var intervals = LatencyHistogram()
    var longest = LongestInterval()
    var busyNanoseconds: Nanoseconds = 0
    var steps: Int64 = 0
    var prefillTokens: Int64 = 0
    var decodeTokens: Int64 = 0
    var requestsServed = 0
    var preemptions = 0
    /// Time during which a request waited in the queue.
    private(set) var queuedNanoseconds: Nanoseconds = 0
    private var queuedSince: Nanoseconds = -1

    init(pool: Int, configuration: PoolConfiguration, devices: [DeviceID]) {
        self.pool = pool
        role = configuration.role
        engine = configuration.engine
        self.devices = devices
        cache = KVBlockCache(totalBlocks: configuration.blocks)
        batch = DecodeBatch(blockTokens: configuration.engine.blockTokens, window: configuration.cost.window)
        planEnds.reserveCapacity(Self.longestPlan)
    }

    /// Counts time in which the replica computed what was planned.
    mutating func countBusy(_ duration: Nanoseconds) {
        busyNanoseconds += duration
        if planCoreShare < 1 { sharing.slowedNanoseconds += duration }
    }

    /// Keeps account of the time with a queue; to be told whenever the queue may have become empty or not.
    mutating func queueChanged(at now: Nanoseconds) {
        if waiting.isEmpty {
            queuedNanoseconds += queuedSince >= 0 ? now - queuedSince : 0
            queuedSince = -1
        } else if queuedSince < 0 {
            queuedSince = now
        }
    }

    /// Time with a queue up to `now`.
    func queuedNanoseconds(at now: Nanoseconds) -> Nanoseconds {
        queuedNanoseconds + (queuedSince >= 0 ? max(0, now - queuedSince) : 0)
    }

    /// Planned steps that end before `time`.
    func plannedSteps(before time: Nanoseconds) -> Int {
        guard isBusy else { return 0 }
        var low = 0, high = planEnds.count
        while low < high {
            let middle = (low + high) / 2
            if planEnds[middle] < time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Tokens of KV that assigned requests hold or will need for their prompts.
    func keyValueTokens(at now: Nanoseconds) -> Int64 {
        assignedTokens + batch.storedTokens + Int64(batch.count) * Int64(plannedSteps(before: now + 1))
    }

    /// Takes the blocks of all planned steps that have begun before `now`, so that the cache is what it
    /// would be had every step been an event of its own.
    mutating func settleBlocks(at now: Nanoseconds) {
        guard isBusy, planBlocksTaken < planEnds.count else { return }
        takePlannedBlocks(upTo: min(planEnds.count, plannedSteps(before: now) + 1))
    }

    mutating func takePlannedBlocks(upTo steps: Int) {
        guard planBlocksTaken < steps else { return }
        var blocks = batch.blockReader(ahead: planBlocksTaken)
        for _ in planBlocksTaken..<steps { cache.take(blocks.next()) }
        planBlocksTaken = steps
    }
}

/// A part of a prompt in the step under way.
struct PlannedChunk: Sendable {
    var request: Int32
    var tokens: Int32
}
