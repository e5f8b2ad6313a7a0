import EventEngine

/// Why a request was turned away.
public enum RejectionReason: UInt8, Sendable, CaseIterable {
    /// Prompt and answer together exceed the longest context that the workload allows.
    case context
    /// Prompt and answer together need more KV blocks than a replica has.
    case cache

    /// Its name in results.
    public var name: String {
        switch self {
        case .context: "context"
        case .cache: "kv_cache"
        }
    }
}

/// Where a request is on its way.
public enum RequestStage: UInt8, Sendable {
    /// Not yet in the system.
    case future
    /// In a replica's queue.
    case waiting
    /// Being computed up to its next token, in one or more chunks.
    case prefilling
    /// Prompt computed; its KV waits on the prefill side for the decode side.
    case prefilled
    /// Its KV is on the way to the decode side, or complete there.
    case transferring
    case decoding
    case completed
    case rejected
}

/// The blocks that a request holds on one replica.
struct Holding: Sendable {
    var replica: Int32 = -1
    /// Tokens that the blocks can store, as asked for.
    var tokens: Int32 = 0
    /// Leading prefix units of the trace that are held through the prefix cache.
    var units: Int32 = 0
}

/// One request from arrival to last token, with the marks of every stage it passes. Times are
/// nanoseconds, -1 until they happen.
struct Request: Sendable {
    var arrival: Nanoseconds
    let inputTokens: Int32
    let outputTokens: Int32
    var stage: RequestStage = .future
    var rejection: RejectionReason?

    /// Blocks on the replica that works for the request now.
    var hold = Holding()
    /// Blocks on the other side of a transfer: reserved on the decode side while the prompt is pushed,
    /// then those on the prefill side until all KV has arrived.
    var otherHold = Holding()

    /// Tokens whose keys and values are there.
    var computed: Int32 = 0
    /// Tokens that must be there before the next token can be sampled: the prompt, and after a
    /// preemption what had been generated.
    var target: Int32
    /// Tokens generated when it last joined (or left) a decoding batch.
    var generated: Int32 = 0
    /// Counts as queued prefill work of its replica.
    var queuedTokens: Int32 = 0

    // While decoding: the batch's tick at which it joined and will finish, stored tokens at joining.
    var joinTick: Int64 = 0
    var finishTick: Int64 = 0
    var joinStored: Int32 = 0
    /// Position in the order of admission; orders preemption and marks stale entries.
    var admission: Int64 = -1
    /// Starts over that failures forced; marks events of earlier attempts as stale.
    var restarts: Int32 = 0
    /// The flow that carries its KV now.
    var flow: FlowID?
    /// Replica in whose queue it waits; -1 when in none.
    var queuedOn: Int32 = -1

    // Layer-wise push: tokens handed to the link so far, bytes computed but not yet on it, bytes on it
    // and bytes that arrived.
    var pushedTokens: Int32 = 0
    var pushAvailable: Int64 = 0
    var pushInFlight: Int64 = 0
    var pushArrived: Int64 = 0
    var pushExpected: Int64 = 0

    var preemptions: Int32 = 0
    var prefixTokensHit: Int32 = 0
    var prefillReplica: Int32 = -1
    var decodeReplica: Int32 = -1
    var transferBytes: Int64 = 0

    var firstScheduled: Nanoseconds = -1
    var prefillEnd: Nanoseconds = -1
    /// When the transfer alone holds the request up: from its start (pull) or the end of prefill (push).
    var transferStart: Nanoseconds = -1
    var transferEnd: Nanoseconds = -1
    var firstToken: Nanoseconds = -1
    var lastToken: Nanoseconds = -1
    var completion: Nanoseconds = -1
    /// Longest interval between two of its tokens.
    var longestInterval: Nanoseconds = 0

    init(arrival: Nanoseconds, inputTokens: Int32, outputTokens: Int32) {
        self.arrival = arrival
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        target = inputTokens
    }

    /// Forgets all progress but the tokens that were generated.
    mutating func startOver() {
        restarts += 1
        target = inputTokens + generated
        computed = 0
        (hold, otherHold) = (Holding(), Holding())
        (admission, queuedOn, flow) = (-1, -1, nil)
        (transferStart, transferEnd) = (-1, -1)
        (pushedTokens, pushAvailable, pushInFlight, pushArrived, pushExpected) = (0, 0, 0, 0, 0)
    }

    /// The other side of the transfer works for the request from now on.
    mutating func exchangeHolds() {
        let working = hold
        hold = otherHold
        otherHold = working
    }
}
