import EventEngine
import Hardware
import ModelGraph

/// Deciding what a replica does next, and for how long.
extension ServingEngine {
    /// All replicas that have to decide in this instant do so in order of their index: what one decides may
    /// change what the next one sees, and must not depend on the order in which they asked.
    mutating func decideSteps(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        let asking = deciding.sorted()
        deciding.removeAll(keepingCapacity: true)
        for replica in asking { decideStep(replica, at: now, &queue, &machine) }
    }

    private mutating func decideStep(
        _ replica: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        replicas[replica].isPassScheduled = false
        guard !replicas[replica].isBusy, !replicas[replica].isStopped else { return }
        var budget = replicas[replica].engine.maximumBatchTokens
        let preempted = reserveDecodeBlocks(replica, at: now)
        budget -= replicas[replica].batch.count
        var evicted = continuePrompts(replica, &budget, at: now)
        evicted = evicted || preempted
        // A replica that preempted all it ran would wait for ever if it did not go on at once.
        if !evicted || replicas[replica].running == 0 {
            admitReady(replica, &budget, at: now)
            admitWaiting(replica, &budget, at: now, &queue, &machine)
        }
        if !replicas[replica].planChunks.isEmpty || replicas[replica].batch.count > 0 {
            startPlan(replica, onlyOneStep: evicted, at: now, &queue, &machine)
        }
        if machine.timeline.records(.request), isShown { recordPlan(replica, at: now, &machine) }
    }

    // MARK: Running sequences

    /// Takes the blocks that the decoding sequences need for this step, preempting the latest admitted
    /// requests until there are enough. Returns whether any was preempted.
    private mutating func reserveDecodeBlocks(_ replica: Int, at now: Nanoseconds) -> Bool {
        var preempted = false
        while replicas[replica].batch.count > 0,
            replicas[replica].batch.blocks() > replicas[replica].cache.availableBlocks {
            preemptLatest(replica, stepBlocksTaken: false, at: now)
            preempted = true
        }
        if replicas[replica].batch.count > 0 {
            replicas[replica].cache.take(replicas[replica].batch.blocks())
        }
        replicas[replica].planBlocksTaken = 1
        return preempted
    }

    /// Continues prompts that were begun in earlier steps. Returns whether a request was preempted.
    private mutating func continuePrompts(_ replica: Int, _ budget: inout Int, at now: Nanoseconds) -> Bool {
        var preempted = false
        var position = 0
        while position < replicas[replica].prefilling.count, budget > 0 {
            let request = replicas[replica].prefilling[position]
            let state = requests[Int(request)]
            let tokens = min(Int(state.target - state.computed), budget)
            let needed = additionalBlocks(for: request, upTo: Int(state.computed) + tokens, on: replica)
            while needed > replicas[replica].cache.availableBlocks,
                requests[Int(request)].stage == .prefilling {
                preemptLatest(replica, stepBlocksTaken: true, at: now)
                preempted = true
            }
            guard requests[Int(request)].stage == .prefilling else { break }
            planChunk(request, tokens: tokens, blocks: needed, on: replica)
            budget -= tokens
            position += 1
        }
        return preempted
    }

    /// Blocks that a request's own part must grow by to store `tokens` tokens.
    private func additionalBlocks(for request: Int32, upTo tokens: Int, on replica: Int) -> Int {
        let block = replicas[replica].engine.blockTokens
        let held = blocks(for: Int(requests[Int(request)].hold.tokens), block)
        return max(0, blocks(for: tokens, block) - held)
    }

    private mutating func planChunk(_ request: Int32, tokens: Int, blocks: Int, on replica: Int) {
        replicas[replica].cache.take(blocks)
        let computed = requests[Int(request)].computed + Int32(tokens)
        requests[Int(request)].hold.tokens = max(requests[Int(request)].hold.tokens, computed)
        shareUnits(request, upTo: Int(computed), on: replica)
        replicas[replica].planChunks.append(PlannedChunk(request: request, tokens: Int32(tokens)))
    }

    // MARK: Admission

    /// Requests whose KV came from the prefill side join the decoding batch.
    private mutating func admitReady(_ replica: Int, _ budget: inout Int, at now: Nanoseconds) {
        while let request = replicas[replica].ready.first, budget > 0,
            replicas[replica].running < replicas[replica].engine.maximumSequences {
            replicas[replica].ready.removeFirst()
            markAdmitted(request, on: replica, at: now)
            // The last prompt token is computed again for its logits: it is the first step's input. When the
            // prefill side has given the first token, that is the input. Either has its block by reservation.
            let ahead = configuration.transfer.firstToken == .decode ? 1 : 0
            joinBatch(request, stored: Int(requests[Int(request)].target) - ahead, on: replica)
            replicas[replica].fresh.append(request)
            budget -= 1
        }
    }

    /// Waiting requests are admitted in order until one does not fit.
    private mutating func admitWaiting(
        _ replica: Int, _ budget: inout Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        while let request = replicas[replica].waiting.first, budget > 0,
            replicas[replica].running < replicas[replica].engine.maximumSequences {
            let admitted = isRemote(request, on: replica)
                ? reserveForTransfer(request, on: replica, at: now, &queue, &machine)
                : admitPrompt(request, on: replica, &budget, at: now)
            guard admitted else { return }
        }
    }

    /// Whether a waiting request's prompt is computed elsewhere, so that it waits for room to receive it.
    private func isRemote(_ request: Int32, on replica: Int) -> Bool {
        replicas[replica].role == .decode && requests[Int(request)].transferEnd < 0
    }

    /// Begins a prompt (or what must be recomputed) if its first chunk finds blocks.
    private mutating func admitPrompt(
        _ request: Int32, on replica: Int, _ budget: inout Int, at now: Nanoseconds
    ) -> Bool {
        let hit = cachedBeginning(request, on: replica)
        let target = Int(requests[Int(request)].target)
        var tokens = target - hit.tokens
        if tokens > budget {
            if !replicas[replica].engine.chunkedPrefill {
                // A prompt longer than the budget runs whole, as the only prompt of its step.
                guard replicas[replica].planChunks.isEmpty else { return false }
            } else {
                tokens = budget
            }
        }
        let reserved = replicas[replica].engine.admitsWholePrompts ? target : hit.tokens + tokens
        guard holdPrefix(request, hit, blocksUpTo: reserved, on: replica) else { return false }
        replicas[replica].waiting.removeFirst()
        requests[Int(request)].queuedOn = -1
        replicas[replica].queueChanged(at: now)
        if requests[Int(request)].preemptions == 0 {
            unitsHit += Int64(hit.units)
            unitsLookedUp += replicas[replica].engine.prefixCache ? Int64(units(of: request).count) : 0
            requests[Int(request)].prefixTokensHit = Int32(hit.tokens)
        }
        adjustQueuedTokens(request, to: Int32(target - hit.tokens), on: replica)
        markAdmitted(request, on: replica, at: now)
        requests[Int(request)].stage = .prefilling
        requests[Int(request)].computed = Int32(hit.tokens)
        replicas[replica].prefilling.append(request)
        let needed = additionalBlocks(for: request, upTo: hit.tokens + tokens, on: replica)
        planChunk(request, tokens: tokens, blocks: needed, on: replica)
        budget -= min(tokens, budget)
        return true
    }

    /// Holds the cached units of a request if the blocks for the rest can be had too.
    mutating func holdPrefix(
        _ request: Int32, _ hit: CachedBeginning, blocksUpTo tokens: Int, on replica: Int
    ) -> Bool {
        let block = replicas[replica].engine.blockTokens
        let cached = blocks(for: cachedTokens(of: request, units: hit.units, on: replica), block)
            + hit.remaining
        let own = max(0, blocks(for: tokens, block) - cached)
        let list = units(of: request)
        let promised = replicas[replica].cache.evictableBlocks(among: list, count: hit.units) + hit.remaining
        guard own + promised <= replicas[replica].cache.availableBlocks else { return false }
        for unit in list.prefix(hit.units) { replicas[replica].cache.hold(unit) }
        claimRemains(hit.remaining, of: request, on: replica)
        requests[Int(request)].hold = Holding(
            replica: Int32(replica), tokens: Int32(cached * block), units: Int32(hit.units))
        return true
    }

    /// Tokens whose blocks the first `units` units cover: whole blocks of the prompt.
    func cachedTokens(of request: Int32, units: Int, on replica: Int) -> Int {
        let block = replicas[replica].engine.blockTokens
        return min(units * unitTokens, Int(requests[Int(request)].inputTokens)) / block * block
    }

    private mutating func markAdmitted(_ request: Int32, on replica: Int, at now: Nanoseconds) {
        replicas[replica].admissions += 1
        requests[Int(request)].admission = replicas[replica].admissions
        if requests[Int(request)].firstScheduled < 0 { requests[Int(request)].firstScheduled = now }
        replicas[replica].running += 1
        replicas[replica].admitted.append(request)
        replicas[replica].admittedStamps.append(replicas[replica].admissions)
    }

    mutating func joinBatch(_ request: Int32, stored: Int, on replica: Int) {
        let index = Int(request)
        requests[index].stage = .decoding
        if replicas[replica].batch.count == 0 { replicas[replica].givenUpSince = -1 }
        requests[index].joinStored = Int32(stored)
        requests[index].joinTick = replicas[replica].batch.tick
        let remaining = requests[index].outputTokens - requests[index].generated
        requests[index].finishTick = replicas[replica].batch.tick + Int64(remaining)
        replicas[replica].batch.join(request, stored: stored, finishTick: requests[index].finishTick)
        replicas[replica].assignedTokens -= Int64(requests[index].inputTokens)
    }

    // MARK: The plan

    private mutating func startPlan(
        _ replica: Int, onlyOneStep: Bool, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        replicas[replica].isBusy = true
        replicas[replica].planStart = now
        replicas[replica].planCoreShare = replicas[replica].coreShare
        replicas[replica].planEnds.removeAll(keepingCapacity: true)
        replicas[replica].generation += 1
        if replicas[replica].planChunks.isEmpty {
            let single = onlyOneStep || !replicas[replica].engine.fastForward
            planDecodeSteps(replica, atMost: single ? 1 : Replica.longestPlan, at: now)
        } else {
            planMixedStep(replica, at: now, &queue, &machine)
        }
        let end = replicas[replica].planEnds[replicas[replica].planEnds.count - 1]
        schedule(
            ServingEvent.stepEnd, at: end, .completion, a: Int64(replica), b: replicas[replica].generation, &queue,
            &machine)
    }

    private mutating func planDecodeSteps(_ replica: Int, atMost limit: Int, at now: Nanoseconds) {
        let count = replicas[replica].batch.count
        let cost = costs[replicas[replica].pool].decodeCost(sequences: count, logitRows: count)
        let steps = min(limit, stepsUntilFinish(replica))
        var reader = replicas[replica].batch.reader
        var free = evictionMayAdmit(replica)
            ? replicas[replica].cache.freeBlocks : replicas[replica].cache.availableBlocks
        var end = now
        let share = replicas[replica].planCoreShare
        let tick = replicas[replica].batch.tick
        // The first step's blocks are taken already.
        var blocks = replicas[replica].batch.blockReader(ahead: 1)
        // Taken out for the loop, so that it does not look up the replica step by step.
        var ends: [Nanoseconds] = []
        swap(&ends, &replicas[replica].planEnds)
        for step in 0..<steps {
            if step > 0 {
                let needed = blocks.next()
                guard needed <= free else { break }
                free -= needed
            }
            reader.advance(to: tick + Int64(step) + 1)
            let alone = cost.duration(
                contextTokens: reader.full, windowTokens: reader.windowed, squaredContext: Double(reader.squares))
            end += share < 1 ? Self.duration(alone, coreShare: share) : alone
            ends.append(end)
        }
        swap(&ends, &replicas[replica].planEnds)
    }

    /// Whether the first waiting request, for which there is no room, may find room when cached blocks are evicted:
    /// of a prompt that is run in chunks, the first chunk ends earlier when less of its beginning is cached.
    private func evictionMayAdmit(_ replica: Int) -> Bool {
        guard replicas[replica].engine.chunkedPrefill, !replicas[replica].engine.admitsWholePrompts,
            let request = replicas[replica].waiting.first,
            replicas[replica].running < replicas[replica].engine.maximumSequences else { return false }
        return !isRemote(request, on: replica) && cachedBeginning(request, on: replica).tokens > 0
    }

    private mutating func stepsUntilFinish(_ replica: Int) -> Int {
        while let top = replicas[replica].batch.finishing.first {
            if isDecoding(top, on: replica) { return Int(top.tick - replicas[replica].batch.tick) }
            replicas[replica].batch.finishing.removeFirst()
        }
        return 1
    }

    /// Whether an entry of the batch's heap still stands for a sequence in it.
    func isDecoding(_ entry: TickHeap.Entry, on replica: Int) -> Bool {
        let request = requests[Int(entry.request)]
        return request.stage == .decoding && request.finishTick == entry.tick
            && request.hold.replica == Int32(replica)
    }

    private mutating func planMixedStep(
        _ replica: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        let pool = replicas[replica].pool
        var chunks: [PrefillChunk] = []
        chunks.reserveCapacity(replicas[replica].planChunks.count)
        var finished = 0, tokens = 0
        for planned in replicas[replica].planChunks {
            tokens += Int(planned.tokens)
            let computed = requests[Int(planned.request)].computed
            chunks.append(PrefillChunk(tokens: Int(planned.tokens), priorContext: Int(computed)))
            if computed + planned.tokens == requests[Int(planned.request)].target { finished += 1 }
        }
        let sequences = replicas[replica].batch.count
        let cost = costs[pool].mixedCost(
            sequences: sequences, chunks: chunks, chunkTokens: tokens, logitRows: sequences + finished)
        var reader = replicas[replica].batch.reader
        reader.advance(to: replicas[replica].batch.tick + 1)
        let alone = cost.duration(
            contextTokens: reader.full, windowTokens: reader.windowed, squaredContext: Double(reader.squares))
        let share = replicas[replica].planCoreShare
        let duration = share < 1 ? Self.duration(alone, coreShare: share) : alone
        replicas[replica].planEnds.append(now + duration)
        if replicas[replica].role == .prefill, configuration.transfer.mode == .layerwisePush {
            announcePushes(replica, start: now, duration: duration, &queue, &machine)
        }
    }

    /// Ends a plan at the end of the step under way.
    /// - Parameter bound: steps that end before it have ended; `now` unless given, so that a step that begins now
    ///   is not yet under way.
    mutating func cutPlan(
        _ replica: Int, at now: Nanoseconds, before bound: Nanoseconds? = nil, _ queue: inout EventQueue,
        _ machine: inout Machine
    ) {
        let kept = replicas[replica].plannedSteps(before: bound ?? now) + 1
        guard kept < replicas[replica].planEnds.count else { return }
        replicas[replica].planEnds.removeLast(replicas[replica].planEnds.count - kept)
        replicas[replica].generation += 1
        if replicas[replica].planEnds[kept - 1] == now {
            // An event would come in the next round of this instant, after other replicas have decided.
            endPlan(replica, at: now, &queue, &machine)
            return
        }
        schedule(ServingEvent.stepEnd, at: replicas[replica].planEnds[kept - 1], .completion,
                 a: Int64(replica), b: replicas[replica].generation, &queue, &machine)
    }
}
