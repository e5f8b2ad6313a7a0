import EventEngine
import Hardware
import Timing
import TraceFormats

/// Kinds of events that a serving workload sends itself.
enum ServingEvent {
    static let arrival: UInt16 = 0
    /// Prefilled requests choose their decode replica.
    static let route: UInt16 = 1
    /// A plan's last step ends. `a`: replica, `b`: generation of the plan.
    static let stepEnd: UInt16 = 2
    /// Replicas decide their next steps.
    static let pass: UInt16 = 3
    /// A request's KV is complete on the decode side. `a`: request and attempt.
    static let transferred: UInt16 = 4
    /// A part of a request's KV is computed and can be pushed. `a`: request and attempt, `b`: bytes.
    static let pushable: UInt16 = 5
    /// A request has passed the front end. `a`: request.
    static let frontEndDone: UInt16 = 6
}

/// A serving workload: replicas in pools, routers, and all requests from arrival to last token.
///
/// The engine follows vLLM's scheduler: in every step the running sequences go first, one token each for
/// those that decode and as much of their prompt as the token budget allows for the others; then waiting
/// requests are admitted in order while budget, sequences and KV blocks last; when a running sequence
/// finds no block, the latest admitted one is preempted and computed again later.
public struct ServingEngine: Sendable {
    /// What the engine was made from.
    public let configuration: ServingConfiguration
    let component: Int32
    var requests: [Request]
    var replicas: [Replica]
    /// Cost models by pool; they fill their tables as they are asked.
    var costs: [StepCostModel]
    /// Nanoseconds of prefill per prompt token by pool, for routers that compare queues.
    let paces: [Double]

    // Prefix units of each request, flat.
    var units: [Int32]
    var unitStart: [Int]
    var unitTokens: Int

    /// Where an embedder finds what has become of the requests that it submitted; nil for traffic of a trace.
    var sink: FinishedRequests?

    /// Whether prompts and answers run on different pools.
    let isSeparated: Bool
    /// When the workload last did anything; events that turned out stale do not count.
    public internal(set) var lastActivity: Nanoseconds = 0
    var nextArrival = 0
    /// When clients of a closed loop began to ask, where they had to wait for devices.
    var opened: Nanoseconds?
    var prefillCandidates: [Int] = []
    var decodeCandidates: [Int] = []
    var prefillRouter: Router
    var decodeRouter: Router
    /// Requests that no replica can take while all of a side have failed.
    var parked: [Int32] = []
    /// Prefilled requests that have no decode replica yet, all of this instant.
    var unrouted: [Int32] = []
    /// Replicas that will decide their next step at the end of this instant.
    var deciding: [Int] = []
    var paths: [Int: TransferPath] = [:]

    /// What preempted requests left in the cache of their replica; only looked up, never walked.
    var remains: [Int32: Remains] = [:]
    /// The next number for a block that remains; downwards, since those of prompts grow from 0.
    var nextRemainingUnit = Int32.max

    // Counted over all replicas.
    var unitsLookedUp: Int64 = 0
    var unitsHit: Int64 = 0
    var completed = 0
    var rejected = 0
    /// Intervals between tokens that no replica's steps cover: preemptions and hand-overs.
    var otherIntervals: [Nanoseconds] = []
    /// All steps, where someone asked for them.
    public internal(set) var stepLog: StepLog?
    var transferBytes: Int64 = 0
    var transfers = 0
    /// What is shown in a timeline, where one is recorded.
    var timeline = ServingTimeline()

    /// - Parameters:
    ///   - component: the engine's own index in events.
    ///   - trace: requests; prefix units are used where pools keep a prefix cache.
    public init(configuration: ServingConfiguration, trace: RequestTrace, component: Int32) {
        self.configuration = configuration
        self.component = component
        costs = configuration.pools.map(\.cost)
        paces = configuration.pools.map { pool in
            var cost = pool.cost
            return cost.prefillPace(tokens: pool.engine.maximumBatchTokens)
        }
        requests = (0..<trace.count).map {
            // A request whose trace records no output still yields its first token.
            Request(arrival: trace.arrivalNanoseconds[$0], inputTokens: trace.inputTokens[$0],
                    outputTokens: max(1, trace.outputTokens[$0]))
        }
        let prefix = PrefixUnits(trace: trace, blockTokens: configuration.pools.map(\.engine.blockTokens).max() ?? 16)
        units = prefix.units
        unitStart = prefix.start
        unitTokens = prefix.tokens
        isSeparated = configuration.pools.contains { $0.role == .decode }
        replicas = []
        for (index, pool) in configuration.pools.enumerated() {
            for devices in pool.replicas {
                let replica = replicas.count
                replicas.append(Replica(pool: index, configuration: pool, devices: devices))
                if pool.role != .decode { prefillCandidates.append(replica) }
                if pool.role == .decode { decodeCandidates.append(replica) }
            }
        }
        prefillRouter = Router(policy: configuration.prefillRouter, seed: configuration.seed,
                               name: configuration.name + "/router/prefill")
        decodeRouter = Router(policy: configuration.decodeRouter, seed: configuration.seed,
                              name: configuration.name + "/router/decode")
    }

    /// Schedules the first arrivals.
    public mutating func start(_ queue: inout EventQueue, _ machine: inout Machine) {
        if machine.timeline.records(.job) { startTimeline(at: queue.now, &machine) }
        guard !requests.isEmpty else { return }
        let first = configuration.concurrency == nil ? max(requests[0].arrival, queue.now) : queue.now
        schedule(ServingEvent.arrival, at: first, .arrival, a: 0, b: 0, &queue, &machine)
    }

    /// Serves an event of its component.
    public mutating func handle(_ event: Event, _ queue: inout EventQueue, _ machine: inout Machine) {
        guard !isStale(event) else { return }
        lastActivity = event.time
        switch event.kind {
        case ServingEvent.arrival: arrive(at: event.time, &queue, &machine)
        case ServingEvent.frontEndDone: dispatch(Int32(event.a), at: event.time, &queue, &machine)
        case ServingEvent.route: routeToDecode(at: event.time, &queue, &machine)
        case ServingEvent.stepEnd: endPlan(Int(event.a), at: event.time, &queue, &machine)
        case ServingEvent.pass: decideSteps(at: event.time, &queue, &machine)
        case ServingEvent.transferred: receive(Self.request(event.a), at: event.time, &queue, &machine)
        case ServingEvent.pushable: push(Self.request(event.a), bytes: event.b, at: event.time, &queue, &machine)
        default: preconditionFailure("unknown serving event \(event.kind)")
        }
    }

    /// Whether an event belongs to a plan that was cut since, or to an attempt that a failure ended.
    private func isStale(_ event: Event) -> Bool {
        switch event.kind {
        case ServingEvent.stepEnd:
            !replicas[Int(event.a)].isBusy || replicas[Int(event.a)].generation != event.b
        case ServingEvent.transferred, ServingEvent.pushable:
            Int64(requests[Int(Self.request(event.a))].restarts) != event.a >> 32
        default: false
        }
    }

    func schedule(
        _ kind: UInt16, at time: Nanoseconds, _ phase: Phase, a: Int64, b: Int64, _ queue: inout EventQueue,
        _ machine: inout Machine
    ) {
        queue.schedule(Event(time: time, component: component, kind: kind, phase: phase, a: a, b: b))
    }

    /// A request and its attempt as one word, so that events of attempts that a failure ended are known.
    func word(_ request: Int32) -> Int64 { Int64(requests[Int(request)].restarts) << 32 | Int64(request) }

    private static func request(_ word: Int64) -> Int32 { Int32(truncatingIfNeeded: word & 0xFFFF_FFFF) }

    /// Leading units of a request, all of them.
    func units(of request: Int32) -> ArraySlice<Int32> {
        units[unitStart[Int(request)]..<unitStart[Int(request) + 1]]
    }
}
