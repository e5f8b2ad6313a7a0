import EventEngine
import Hardware
import Metrics

/// What happens when steps have run: tokens come out, requests move on, blocks are given back.
extension ServingEngine {
    mutating func endPlan(
        _ replica: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        let steps = replicas[replica].planEnds.count
        if machine.timeline.records(.request), isShown { recordSteps(replica, ended: steps, at: now, &machine) }
        logSteps(replica)
        replicas[replica].steps += Int64(steps)
        replicas[replica].countBusy(now - replicas[replica].planStart)
        if replicas[replica].batch.count > 0 { recordDecodeSteps(replica) }
        replicas[replica].isBusy = false
        finishSequences(replica, at: now, &queue, &machine)
        finishChunks(replica, at: now, &queue, &machine)
        if !replicas[replica].aborting.isEmpty { finishAborts(replica, at: now, &machine) }
        compactAdmissions(replica)
        if machine.timeline.records(.request), isShown { recordCounters(replica, at: now, &machine) }
        if hasWork(replica) { wake(replica, at: now, &queue, &machine) }
    }

    /// Closes the books at the time at which a run is cut. Of the decode steps under way, those that have ended
    /// are recorded, as if each had been an event of its own.
    public mutating func close(at now: Nanoseconds) {
        for replica in replicas.indices where replicas[replica].isBusy {
            let ended = replicas[replica].plannedSteps(before: now + 1)
            guard ended > 0, ended < replicas[replica].planEnds.count else { continue }
            replicas[replica].takePlannedBlocks(upTo: ended + 1)
            replicas[replica].planEnds.removeLast(replicas[replica].planEnds.count - ended)
            let end = replicas[replica].planEnds[ended - 1]
            logSteps(replica)
            replicas[replica].steps += Int64(ended)
            replicas[replica].countBusy(end - replicas[replica].planStart)
            recordDecodeSteps(replica)
            replicas[replica].isBusy = false
            lastActivity = max(lastActivity, end)
        }
    }

    func hasWork(_ replica: Int) -> Bool {
        replicas[replica].running > 0 || !replicas[replica].waiting.isEmpty || !replicas[replica].ready.isEmpty
    }

    /// Every decoding sequence got a token in each step of the plan.
    mutating func recordDecodeSteps(_ replica: Int) {
        let count = replicas[replica].batch.count
        let ends = replicas[replica].planEnds
        replicas[replica].takePlannedBlocks(upTo: ends.count)
        var previous = replicas[replica].planStart
        if replicas[replica].givenUpSince >= 0 {
            previous = replicas[replica].givenUpSince
            replicas[replica].givenUpSince = -1
        }
        let newcomers = replicas[replica].fresh.count
        let tick = replicas[replica].batch.tick
        // Taken out for the loop, so that it does not look up the replica step by step.
        var intervals = LatencyHistogram(), longest = LongestInterval()
        swap(&intervals, &replicas[replica].intervals)
        swap(&longest, &replicas[replica].longest)
        for (step, end) in ends.enumerated() {
            let duration = end - previous
            previous = end
            intervals.record(duration, weight: Int64(step == 0 ? count - newcomers : count))
            longest.record(duration, tick: tick + Int64(step) + 1)
        }
        swap(&intervals, &replicas[replica].intervals)
        swap(&longest, &replicas[replica].longest)
        if newcomers > 0 { recordFirstDecode(replica, at: ends[0]) }
        replicas[replica].decodeTokens += Int64(count * ends.count)
        replicas[replica].batch.advance(ends.count)
    }

    /// Sequences that came from the prefill side have their first token from this side now.
    private mutating func recordFirstDecode(_ replica: Int, at now: Nanoseconds) {
        for request in replicas[replica].fresh {
            recordToken(request, at: now)
        }
        replicas[replica].fresh.removeAll(keepingCapacity: true)
    }

    /// A token that does not end one step of a batch after the one before: the first, or one after a pause.
    mutating func recordToken(_ request: Int32, at now: Nanoseconds) {
        defer { requests[Int(request)].lastToken = now }
        guard requests[Int(request)].firstToken >= 0 else {
            requests[Int(request)].firstToken = now
            return
        }
        let gap = now - requests[Int(request)].lastToken
        otherIntervals.append(gap)
        requests[Int(request)].longestInterval = max(requests[Int(request)].longestInterval, gap)
    }

    private mutating func finishSequences(
        _ replica: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        let tick = replicas[replica].batch.tick
        while let top = replicas[replica].batch.finishing.first, top.tick <= tick {
            replicas[replica].batch.finishing.removeFirst()
            guard isDecoding(top, on: replica) else { continue }
            leaveBatch(top.request, on: replica)
            complete(top.request, on: replica, at: now, &queue, &machine)
        }
        if replicas[replica].batch.count == 0 { replicas[replica].longest.removeAll() }
    }

    /// Takes a sequence out of the batch and brings its own marks up to date.
    mutating func leaveBatch(_ request: Int32, on replica: Int) {
        let index = Int(request)
        let steps = replicas[replica].batch.tick - requests[index].joinTick
        let stored = Int(requests[index].joinStored) + Int(steps)
        replicas[replica].batch.leave(stored: stored)
        requests[index].generated += Int32(steps)
        requests[index].hold.tokens = max(requests[index].hold.tokens, Int32(stored))
        // The first step of one that came from the prefill side gave its first token: no interval.
        let firstIsNone: Int64 = requests[index].joinStored < requests[index].target ? 1 : 0
        let longest = replicas[replica].longest.longest(after: requests[index].joinTick + firstIsNone)
        requests[index].longestInterval = max(requests[index].longestInterval, longest)
    }

    mutating func complete(
        _ request: Int32, on replica: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        replicas[replica].running -= 1
        replicas[replica].outstanding -= 1
        replicas[replica].requestsServed += 1
        releaseHold(of: request)
        markCompleted(request, at: now, &queue, &machine)
    }

    mutating func markCompleted(
        _ request: Int32, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        requests[Int(request)].stage = .completed
        requests[Int(request)].completion = now
        requests[Int(request)].lastToken = now
        completed += 1
        if machine.timeline.records(.request), isShown {
            timeline.departure(requests[Int(request)], request, at: now, &machine.timeline)
        }
        sink?.add(request, responseTokens: requests[Int(request)].outputTokens, isComplete: true)
        if configuration.concurrency != nil {
            schedule(ServingEvent.arrival, at: now, .arrival, a: 0, b: 0, &queue, &machine)
        }
    }

    /// Chunks of prompts have been computed; finished prompts give a token or go to the decode side.
    private mutating func finishChunks(
        _ replica: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        guard !replicas[replica].planChunks.isEmpty else { return }
        for chunk in replicas[replica].planChunks {
            let index = Int(chunk.request)
            requests[index].computed += chunk.tokens
            replicas[replica].prefillTokens += Int64(chunk.tokens)
            adjustQueuedTokens(chunk.request, to: requests[index].queuedTokens - chunk.tokens, on: replica)
            guard requests[index].computed == requests[index].target else { continue }
            finishPrompt(chunk.request, on: replica, at: now, &queue, &machine)
        }
        replicas[replica].planChunks.removeAll(keepingCapacity: true)
        let still = replicas[replica].prefilling.filter { requests[Int($0)].stage == .prefilling }
        replicas[replica].prefilling = still
    }

    private mutating func finishPrompt(
        _ request: Int32, on replica: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        let index = Int(request)
        if requests[index].prefillEnd < 0 { requests[index].prefillEnd = now }
        if replicas[replica].role == .prefill {
            handOver(request, from: replica, at: now, &queue, &machine)
            return
        }
        // The last chunk's logits are the next token.
        recordToken(request, at: now)
        requests[index].generated += 1
        replicas[replica].decodeTokens += 1
        if requests[index].generated == requests[index].outputTokens {
            replicas[replica].assignedTokens -= Int64(requests[index].inputTokens)
            complete(request, on: replica, at: now, &queue, &machine)
        } else {
            joinBatch(request, stored: Int(requests[index].target), on: replica)
        }
    }

    mutating func adjustQueuedTokens(_ request: Int32, to tokens: Int32, on replica: Int) {
        replicas[replica].queuedPrefillTokens += Int64(tokens - requests[Int(request)].queuedTokens)
        requests[Int(request)].queuedTokens = tokens
    }

    // MARK: Blocks

    /// Prompt units that are computed become shared prefixes.
    mutating func shareUnits(_ request: Int32, upTo computed: Int, on replica: Int) {
        guard unitTokens > 0, replicas[replica].engine.prefixCache else { return }
        let list = units(of: request)
        let block = replicas[replica].engine.blockTokens
        var held = Int(requests[Int(request)].hold.units)
        while held < list.count {
            let end = cachedTokens(of: request, units: held + 1, on: replica)
            let begin = cachedTokens(of: request, units: held, on: replica)
            guard end > begin, end <= computed else { break }
            replicas[replica].cache.share(list[list.startIndex + held], blocks: (end - begin) / block)
            held += 1
        }
        requests[Int(request)].hold.units = Int32(held)
    }

    /// Gives back the blocks on the replica that works for the request.
    mutating func releaseHold(of request: Int32) {
        release(requests[Int(request)].hold, of: request)
        requests[Int(request)].hold = Holding()
    }

    /// Gives back all of a holding, the end of its prefix first, so that beginnings, which more requests
    /// share, stay cached longest.
    mutating func release(_ hold: Holding, of request: Int32) {
        let replica = Int(hold.replica)
        let block = replicas[replica].engine.blockTokens
        let cached = cachedTokens(of: request, units: Int(hold.units), on: replica) / block
        replicas[replica].cache.give(max(0, blocks(for: Int(hold.tokens), block) - cached))
        for unit in units(of: request).prefix(Int(hold.units)).reversed() {
            replicas[replica].cache.release(unit)
        }
    }

    // MARK: Preemption

    /// The latest admitted request loses its blocks and goes back to the front of the queue, to be
    /// computed again with what it had generated.
    /// - Parameter stepBlocksTaken: whether the decoding sequences have their blocks for this step already.
    mutating func preemptLatest(_ replica: Int, stepBlocksTaken: Bool, at now: Nanoseconds) {
        while let request = replicas[replica].admitted.popLast() {
            let stamp = replicas[replica].admittedStamps.removeLast()
            let index = Int(request)
            guard requests[index].admission == stamp, requests[index].hold.replica == Int32(replica) else { continue }
            var computed = Int(requests[index].computed)
            switch requests[index].stage {
            case .decoding:
                leaveBatch(request, on: replica)
                computed = Int(requests[index].hold.tokens)
                if stepBlocksTaken, Int(requests[index].hold.tokens) % replicas[replica].engine.blockTokens == 0 {
                    replicas[replica].cache.give(1)
                }
                requests[index].lastToken = now
                replicas[replica].assignedTokens += Int64(requests[index].inputTokens)
            case .prefilling:
                replicas[replica].prefilling.removeAll { $0 == request }
                replicas[replica].planChunks.removeAll { $0.request == request }
            default:
                continue
            }
            requests[index].stage = .waiting
            requests[index].preemptions += 1
            if isShown { timeline.preempted.append(request) }
            requests[index].computed = 0
            requests[index].target = requests[index].inputTokens + requests[index].generated
            requests[index].admission = -1
            adjustQueuedTokens(request, to: requests[index].target, on: replica)
            leaveRemains(of: request, computed: computed)
            replicas[replica].running -= 1
            replicas[replica].preemptions += 1
            replicas[replica].waiting.prepend(request)
            requests[index].queuedOn = Int32(replica)
            replicas[replica].queueChanged(at: now)
            return
        }
        preconditionFailure("blocks are short though nothing runs")
    }

    /// Drops stale entries from the order of admission when they outnumber the running requests.
    private mutating func compactAdmissions(_ replica: Int) {
        guard replicas[replica].admitted.count > 64 + 2 * replicas[replica].running else { return }
        var kept = 0
        for position in replicas[replica].admitted.indices {
            let request = replicas[replica].admitted[position]
            let stamp = replicas[replica].admittedStamps[position]
            guard requests[Int(request)].admission == stamp,
                requests[Int(request)].hold.replica == Int32(replica) else { continue }
            replicas[replica].admitted[kept] = request
            replicas[replica].admittedStamps[kept] = stamp
            kept += 1
        }
        replicas[replica].admitted.removeLast(replicas[replica].admitted.count - kept)
        replicas[replica].admittedStamps.removeLast(replicas[replica].admittedStamps.count - kept)
    }
}
