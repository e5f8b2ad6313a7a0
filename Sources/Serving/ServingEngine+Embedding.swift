import EventEngine
import Hardware
import TraceFormats

/// A request that an embedder submits.
public struct SubmittedRequest: Sendable, Equatable {
    /// Tokens of the prompt.
    public var promptTokens: Int
    /// Response tokens at which the request is complete, those that are there already included.
    public var responseTokens: Int
    /// Response tokens that are there already; their keys and values are computed again with the prompt.
    public var generatedTokens: Int
    /// Requests with one group have one prompt and share its KV; not negative.
    public var group: Int32

    public init(promptTokens: Int, responseTokens: Int, generatedTokens: Int = 0, group: Int32) {
        self.promptTokens = promptTokens
        self.responseTokens = responseTokens
        self.generatedTokens = generatedTokens
        self.group = group
    }
}

/// Serving inside another workload, such as the rollout of reinforcement learning: requests come by ``submit``
/// instead of from a trace, each to a replica that the embedder chooses, and what has become of them is taken from
/// a sink. The embedder hands on events and flows of the engine's component and empties the sink after each.
extension ServingEngine {
    /// An engine without traffic of its own. All its pools are mixed.
    /// - Parameter component: the engine's own index in events.
    public init(embedded configuration: ServingConfiguration, component: Int32) {
        precondition(configuration.pools.allSatisfy { $0.role == .mixed }, "an embedded engine has mixed pools")
        self.init(configuration: configuration, trace: RequestTrace(), component: component)
        sink = FinishedRequests()
        units = []
        unitStart = [0]
        // One unit stands for a whole prompt: all its full blocks are shared, or none.
        unitTokens = max(1, configuration.maximumContext)
    }

    /// Replicas of all pools.
    public var replicaCount: Int { replicas.count }

    /// Requests that were submitted to a replica and are not finished.
    public func outstanding(on replica: Int) -> Int { replicas[replica].outstanding }

    /// Requests that run on a replica: prompts being computed and sequences being decoded.
    public func running(on replica: Int) -> Int { replicas[replica].running }

    /// Whether a device of the replica has failed.
    public func isDown(_ replica: Int) -> Bool { replicas[replica].isDown }

    /// Devices of a replica in rank order.
    public func devices(of replica: Int) -> [DeviceID] { replicas[replica].devices }

    /// Gives a request to a replica.
    /// - Returns: its index until the sink reports it; nil when the replica could never hold it.
    public mutating func submit(
        _ submitted: SubmittedRequest, to replica: Int, at now: Nanoseconds,
        _ queue: inout EventQueue, _ machine: inout Machine
    ) -> Int32? {
        let request = slot(for: submitted, at: now)
        let tokens = submitted.promptTokens + submitted.responseTokens
        guard tokens <= configuration.maximumContext,
            blocks(for: tokens - 1, replicas[replica].engine.blockTokens) <= replicas[replica].cache.totalBlocks
        else {
            requests[Int(request)].stage = .rejected
            sink?.giveFree(request)
            return nil
        }
        requests[Int(request)].stage = .waiting
        if machine.timeline.records(.request), isShown { recordSubmission(request, at: now, &machine) }
        nextArrival += 1
        requests[Int(request)].prefillReplica = Int32(replica)
        if replicas[replica].isDown {
            dispatch(request, at: now, &queue, &machine)
        } else {
            enqueue(request, on: replica, prefillTokens: requests[Int(request)].target, at: now, &queue, &machine)
        }
        return request
    }

    private mutating func slot(for submitted: SubmittedRequest, at now: Nanoseconds) -> Int32 {
        var request = Request(
            arrival: now, inputTokens: Int32(submitted.promptTokens), outputTokens: Int32(submitted.responseTokens))
        request.generated = Int32(submitted.generatedTokens)
        request.target = request.inputTokens + request.generated
        if let free = sink?.takeFree() {
            request.restarts = requests[Int(free)].restarts + 1
            requests[Int(free)] = request
            units[Int(free)] = submitted.group
            return free
        }
        requests.append(request)
        units.append(submitted.group)
        unitStart.append(units.count)
        return Int32(requests.count - 1)
    }

    /// Moves what has finished since the last call to `list`, whatever was in it before.
    public mutating func takeFinished(into list: inout [FinishedRequest]) { sink?.take(into: &list) }

    /// Whether the sink holds anything.
    public var hasFinished: Bool { sink.map { !$0.list.isEmpty } ?? false }

    /// Response tokens that a submitted request has now.
    public func responseTokens(of request: Int32, at now: Nanoseconds) -> Int {
        let state = requests[Int(request)]
        guard state.stage == .decoding else { return Int(state.generated) }
        let replica = replicas[Int(state.hold.replica)]
        return Int(state.generated) + Int(replica.batch.tick - state.joinTick) + replica.plannedSteps(before: now + 1)
    }

    /// Ends a request early: at once where it waits, with the step under way where it runs. The sink reports it.
    public mutating func abort(
        _ request: Int32, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        let replica = Int(requests[Int(request)].hold.replica)
        guard requests[Int(request)].queuedOn < 0, replica >= 0, replicas[replica].isBusy else {
            let queued = Int(requests[Int(request)].queuedOn)
            parked.removeAll { $0 == request }
            drop(request, at: now, &machine)
            // What stood behind it may fit.
            if queued >= 0, hasWork(queued) { wake(queued, at: now, &queue, &machine) }
            return
        }
        replicas[replica].aborting.append(request)
        cutPlan(replica, at: now, &queue, &machine)
    }

    mutating func finishAborts(_ replica: Int, at now: Nanoseconds, _ machine: inout Machine) {
        let aborting = replicas[replica].aborting
        replicas[replica].aborting.removeAll(keepingCapacity: true)
        for request in aborting where involves(request, replica) { drop(request, at: now, &machine) }
    }

    private mutating func drop(_ request: Int32, at now: Nanoseconds, _ machine: inout Machine) {
        let queued = Int(requests[Int(request)].queuedOn)
        if queued >= 0 || requests[Int(request)].hold.replica >= 0 { withdraw(request, at: now, &machine) }
        if queued >= 0 { replicas[queued].queueChanged(at: now) }
        requests[Int(request)].stage = .rejected
        if machine.timeline.records(.request), isShown {
            timeline.departure(requests[Int(request)], request, at: now, &machine.timeline)
        }
        sink?.add(request, responseTokens: requests[Int(request)].generated, isComplete: false)
    }

    // MARK: Replicas as a whole

    /// Holds a replica still: a step under way is given up, KV and queue stay.
    public mutating func pause(
        _ replica: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        guard !replicas[replica].isPaused else { return }
        replicas[replica].isPaused = true
        stopSteps(replica, at: now, &queue, &machine)
    }

    /// Lets a paused replica go on.
    public mutating func resume(
        _ replica: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        guard replicas[replica].isPaused else { return }
        replicas[replica].isPaused = false
        if hasWork(replica) { wake(replica, at: now, &queue, &machine) }
    }

    /// Ends all requests of a replica, to be gone on with elsewhere or later; the sink reports them, those that
    /// finish in this instant as complete.
    public mutating func halt(
        _ replica: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        stopSteps(replica, at: now, &queue, &machine)
        for request in requests.indices.map({ Int32($0) }) where involves(request, replica) {
            drop(request, at: now, &machine)
        }
        replicas[replica].admitted.removeAll(keepingCapacity: true)
        replicas[replica].admittedStamps.removeAll(keepingCapacity: true)
    }

    private mutating func stopSteps(
        _ replica: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        guard replicas[replica].isBusy else { return }
        if let end = replicas[replica].planEnds.last, end <= now {
            replicas[replica].generation += 1
            endPlan(replica, at: now, &queue, &machine)
        } else {
            recordInterruption(replica, at: now, &machine)
            interruptPlan(replica, at: now)
            if !replicas[replica].aborting.isEmpty { finishAborts(replica, at: now, &machine) }
        }
    }

    /// Gives the KV memory of a replica without requests away: it sleeps, prefixes are forgotten.
    public mutating func sleep(
        _ replica: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        precondition(replicas[replica].outstanding == 0, "a replica with requests cannot sleep")
        pause(replica, at: now, &queue, &machine)
        replicas[replica].cache = replicas[replica].cache.emptied()
    }

    /// Wakes a sleeping replica with weights of a version and KV memory of so many blocks.
    public mutating func wake(
        _ replica: Int, blocks: Int, version: Int, at now: Nanoseconds,
        _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        replicas[replica].cache = replicas[replica].cache.resized(to: blocks)
        replicas[replica].weightsVersion = Int32(version)
        resume(replica, at: now, &queue, &machine)
    }

    /// Version of the weights on a replica.
    public func weightsVersion(of replica: Int) -> Int { Int(replicas[replica].weightsVersion) }

    /// New weights on a replica; prefixes that no request uses are forgotten, running requests keep their KV.
    public mutating func setWeightsVersion(_ version: Int, of replica: Int) {
        replicas[replica].weightsVersion = Int32(version)
        if replicas[replica].cache.usedBlocks == 0 { replicas[replica].cache = replicas[replica].cache.emptied() }
    }
}
