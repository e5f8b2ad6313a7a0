import EventEngine
import Hardware

extension ServingEngine {
    /// All requests that arrive now; then the next arrival is scheduled.
    mutating func arrive(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        if let concurrency = configuration.concurrency {
            while nextArrival < requests.count, nextArrival - completed - rejected < concurrency {
                requests[nextArrival].arrival = nextArrival < concurrency ? opened ?? now : now
                submitNext(at: now, &queue, &machine)
            }
            return
        }
        while nextArrival < requests.count, requests[nextArrival].arrival <= now {
            submitNext(at: now, &queue, &machine)
        }
        if nextArrival < requests.count {
            schedule(ServingEvent.arrival, at: requests[nextArrival].arrival, .arrival, a: 0, b: 0, &queue, &machine)
        }
    }

    private mutating func submitNext(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        let request = Int32(nextArrival)
        nextArrival += 1
        let reason = rejection(of: request)
        if let reason { reject(request, reason) }
        if machine.timeline.records(.request), isShown { recordArrival(request, at: now, &machine) }
        guard reason == nil else { return }
        guard configuration.frontEndNanoseconds > 0 else {
            dispatch(request, at: now, &queue, &machine)
            return
        }
        requests[Int(request)].stage = .waiting
        schedule(
            ServingEvent.frontEndDone, at: now + configuration.frontEndNanoseconds, .arrival, a: Int64(request), b: 0,
            &queue, &machine)
    }

    mutating func reject(_ request: Int32, _ reason: RejectionReason) {
        requests[Int(request)].stage = .rejected
        requests[Int(request)].rejection = reason
        rejected += 1
    }

    /// Sends a request to the first replica of its way, or parks it while there is none.
    mutating func dispatch(
        _ request: Int32, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        requests[Int(request)].stage = .waiting
        guard !prefillCandidates.isEmpty, !isSeparated || !decodeCandidates.isEmpty else {
            parked.append(request)
            return
        }
        if isSeparated, configuration.transfer.mode == .layerwisePush {
            assignToDecode(request, at: now, &queue, &machine)
        } else {
            assignToPrefill(request, at: now, &queue, &machine)
        }
    }

    /// A request that could never run is turned away at once. After a failure the prefill side computes what had
    /// been generated too.
    func rejection(of request: Int32) -> RejectionReason? {
        let input = Int(requests[Int(request)].inputTokens), output = Int(requests[Int(request)].outputTokens)
        if input + output > configuration.maximumContext { return .context }
        for pool in configuration.pools {
            let stored = pool.role == .prefill ? Int(requests[Int(request)].target) : input + output - 1
            if blocks(for: stored, pool.engine.blockTokens) > pool.blocks { return .cache }
        }
        return nil
    }

    /// Gives a request to a prefill (or mixed) replica.
    mutating func assignToPrefill(
        _ request: Int32, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        let replica = choose(\.prefillRouter, among: prefillCandidates, for: request, at: now)
        requests[Int(request)].prefillReplica = Int32(replica)
        enqueue(request, on: replica, prefillTokens: requests[Int(request)].target, at: now, &queue, &machine)
    }

    /// Gives a request to a decode replica, to reserve blocks there.
    mutating func assignToDecode(
        _ request: Int32, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        let replica = choose(\.decodeRouter, among: decodeCandidates, for: request, at: now)
        requests[Int(request)].decodeReplica = Int32(replica)
        enqueue(request, on: replica, prefillTokens: 0, at: now, &queue, &machine)
    }

    mutating func enqueue(
        _ request: Int32, on replica: Int, prefillTokens: Int32, at now: Nanoseconds,
        _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        var uncached = prefillTokens
        if prefillTokens > 0 {
            replicas[replica].settleBlocks(at: now)
            uncached -= Int32(prefixHit(request, on: replica).tokens)
        }
        requests[Int(request)].queuedTokens = uncached
        replicas[replica].queuedPrefillTokens += Int64(uncached)
        replicas[replica].assignedTokens += Int64(requests[Int(request)].inputTokens)
        replicas[replica].outstanding += 1
        let wasEmpty = replicas[replica].waiting.isEmpty
        replicas[replica].waiting.append(request)
        requests[Int(request)].queuedOn = Int32(replica)
        replicas[replica].queueChanged(at: now)
        if machine.timeline.records(.request), isShown { recordCounters(replica, at: now, &machine) }
        // Behind a queue that is stuck nothing changes before a sequence ends.
        if wasEmpty { wake(replica, at: now, &queue, &machine) }
    }

    private mutating func choose(
        _ side: WritableKeyPath<ServingEngine, Router>, among candidates: [Int], for request: Int32,
        at now: Nanoseconds
    ) -> Int {
        if candidates.count == 1 { return candidates[0] }
        var router = self[keyPath: side]
        if router.policy.looksUpPrefix {
            for candidate in candidates { replicas[candidate].settleBlocks(at: now) }
        }
        let looksUp = router.policy.looksUpPrefix
        let index = router.choose(among: candidates.count) {
            load(of: candidates[$0], for: request, at: now, looksUpPrefix: looksUp)
        }
        self[keyPath: side] = router
        return candidates[index]
    }

    private func load(
        of replica: Int, for request: Int32, at now: Nanoseconds, looksUpPrefix: Bool
    ) -> ReplicaLoad {
        let pace = paces[replicas[replica].pool]
        let input = Double(requests[Int(request)].inputTokens)
        let hit = looksUpPrefix ? Double(prefixHit(request, on: replica).tokens) : 0
        let capacity = Double(replicas[replica].cache.totalBlocks * replicas[replica].engine.blockTokens)
        return ReplicaLoad(
            outstanding: replicas[replica].outstanding,
            keyValueShare: (Double(replicas[replica].keyValueTokens(at: now)) + input) / capacity,
            queuedPrefill: Double(replicas[replica].queuedPrefillTokens) * pace,
            ownPrefill: (input - hit) * pace)
    }

    /// Leading units of a request that a replica has cached, and the tokens that need not be computed:
    /// whole blocks, and never the last token, whose logits are wanted.
    func prefixHit(_ request: Int32, on replica: Int) -> (units: Int, tokens: Int) {
        guard unitTokens > 0, replicas[replica].engine.prefixCache else { return (0, 0) }
        let found = replicas[replica].cache.cachedPrefix(units(of: request))
        guard found > 0 else { return (0, 0) }
        let input = Int(requests[Int(request)].inputTokens)
        let block = replicas[replica].engine.blockTokens
        let cached = min(found * unitTokens, input) / block * block
        let usable = min(cached, (input - 1) / block * block)
        return ((usable + unitTokens - 1) / unitTokens, usable)
    }

    @inline(__always)
    func blocks(for tokens: Int, _ blockTokens: Int) -> Int { (tokens + blockTokens - 1) / blockTokens }

    /// Lets a replica decide its next step as soon as it can: now if it idles, else when its current
    /// step ends.
    mutating func wake(_ replica: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        guard !replicas[replica].isStopped else { return }
        if replicas[replica].isBusy {
            if replicas[replica].running < replicas[replica].engine.maximumSequences {
                cutPlan(replica, at: now, &queue, &machine)
            }
        } else if !replicas[replica].isPassScheduled {
            replicas[replica].isPassScheduled = true
            if deciding.isEmpty { schedule(ServingEvent.pass, at: now, .scheduling, a: 0, b: 0, &queue, &machine) }
            deciding.append(replica)
        }
    }
}
