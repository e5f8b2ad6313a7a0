import EventEngine
import Hardware

/// The way of KV from the prefill to the decode side.
extension ServingEngine {
    // MARK: Prefill side

    /// A prompt is computed on a prefill replica: the request goes on to the decode side.
    mutating func handOver(
        _ request: Int32, from replica: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        let index = Int(request)
        replicas[replica].running -= 1
        replicas[replica].outstanding -= 1
        replicas[replica].requestsServed += 1
        requests[index].stage = .prefilled
        requests[index].admission = -1
        if configuration.transfer.firstToken == .prefill {
            recordToken(request, at: now)
            requests[index].generated += 1
            replicas[replica].decodeTokens += 1
        }
        requests[index].exchangeHolds()
        if configuration.transfer.mode == .layerwisePush {
            requests[index].transferStart = now
            finishPushIfComplete(request, at: now, &queue, &machine)
        } else {
            if unrouted.isEmpty { schedule(ServingEvent.route, at: now, .arrival, a: 0, b: 0, &queue, &machine) }
            unrouted.append(request)
        }
    }

    /// Requests whose prompts ended in this instant choose their decode replicas, in order of arrival, so
    /// that the choice does not depend on the order in which replicas were served.
    mutating func routeToDecode(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        // While all decode replicas are down, KV stays where it is.
        guard !decodeCandidates.isEmpty else { return }
        let ended = unrouted.sorted()
        unrouted.removeAll(keepingCapacity: true)
        for request in ended { assignToDecode(request, at: now, &queue, &machine) }
    }

    // MARK: Decode side

    /// Reserves the blocks of a prompt whose KV comes from elsewhere, and asks for it. Returns false when
    /// there is no room yet.
    mutating func reserveForTransfer(
        _ request: Int32, on replica: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) -> Bool {
        let index = Int(request)
        let isPushed = configuration.transfer.mode == .layerwisePush
        if isPushed, prefillCandidates.isEmpty { return false }
        let found = prefixHit(request, on: replica)
        let hit = CachedBeginning(units: found.units, tokens: found.tokens)
        // After a failure what had been generated comes along with the prompt.
        let stored = Int(requests[index].target)
        let room = reservedTokens(for: request)
        let computing = requests[index].hold
        guard holdPrefix(request, hit, blocksUpTo: room, on: replica) else { return false }
        let block = replicas[replica].engine.blockTokens
        let held = Int(requests[index].hold.tokens)
        replicas[replica].cache.take(max(0, blocks(for: room, block) - blocks(for: held, block)))
        requests[index].hold.tokens = max(requests[index].hold.tokens, Int32(room))
        replicas[replica].waiting.removeFirst()
        requests[index].queuedOn = -1
        replicas[replica].queueChanged(at: now)
        let bytes = Int64(stored - hit.tokens) * configuration.transfer.wireBytesPerToken
        if isPushed {
            requests[index].otherHold = requests[index].hold
            requests[index].hold = computing
            requests[index].pushedTokens = Int32(hit.tokens)
            requests[index].pushExpected = bytes
            if machine.timeline.records(.request), isShown {
                timeline.part(
                    request, timeline.names.reservation, from: timeline.places[index].since, to: now, &machine.timeline)
            }
            assignToPrefill(request, at: now, &queue, &machine)
        } else {
            requests[index].stage = .transferring
            requests[index].transferStart = now
            if machine.timeline.records(.request), isShown {
                timeline.stage(request, timeline.names.transfer, at: now, &machine.timeline)
            }
            startFlow(request, bytes: bytes, at: now, &queue, &machine)
        }
        return true
    }

    /// Tokens that a request's first step on the decode side leaves stored. All of their blocks are reserved at
    /// once: requests that each lacked one more to begin could wait for each other for ever.
    private func reservedTokens(for request: Int32) -> Int {
        let state = requests[Int(request)]
        let first: Int32 = configuration.transfer.firstToken == .prefill ? 1 : 0
        return Int(min(state.target + first, state.inputTokens + state.outputTokens - 1))
    }

    /// All KV of a request is on the decode side: the prefill side's blocks are free, the request may run.
    mutating func receive(_ request: Int32, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        let index = Int(request)
        let source = Int(requests[index].otherHold.replica), target = Int(requests[index].hold.replica)
        requests[index].stage = .transferring
        requests[index].transferEnd = now
        transfers += requests[index].transferBytes > 0 ? 1 : 0
        replicas[source].assignedTokens -= Int64(requests[index].inputTokens)
        release(requests[index].otherHold, of: request)
        requests[index].otherHold = Holding()
        if machine.timeline.records(.request), isShown {
            timeline.stage(request, timeline.names.joining, at: now, &machine.timeline)
            recordCounters(source, at: now, &machine)
        }
        if hasWork(source) { wake(source, at: now, &queue, &machine) }

        replicas[target].settleBlocks(at: now)
        shareUnits(request, upTo: Int(requests[index].inputTokens), on: target)
        if requests[index].generated == requests[index].outputTokens {
            // The prefill side gave the only token that was asked for.
            finishWithoutDecoding(request, on: target, at: now, &queue, &machine)
            return
        }
        replicas[target].ready.append(request)
        wake(target, at: now, &queue, &machine)
    }

    private mutating func finishWithoutDecoding(
        _ request: Int32, on replica: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        replicas[replica].assignedTokens -= Int64(requests[Int(request)].inputTokens)
        replicas[replica].running += 1
        complete(request, on: replica, at: now, &queue, &machine)
        if hasWork(replica) { wake(replica, at: now, &queue, &machine) }
    }

    // MARK: Links

    /// Puts bytes of a request on the links between its two replicas.
    private mutating func startFlow(
        _ request: Int32, bytes: Int64, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        guard bytes > 0 else {
            // Everything is cached on the decode side.
            schedule(ServingEvent.transferred, at: now, .transfer, a: word(request), b: 0, &queue, &machine)
            return
        }
        let path = path(of: request, machine.cluster)
        let perLane = path.bytesPerLane(of: bytes)
        transferBytes += perLane * Int64(path.lanes)
        requests[Int(request)].transferBytes += perLane * Int64(path.lanes)
        requests[Int(request)].flow = machine.network.start(
            bytesPerLane: perLane, path: path.links, token: Int64(request), owner: component, at: now)
        if machine.timeline.records(.step), isShown {
            timeline.transferStart(
                request, from: Int(requests[Int(request)].prefillReplica), bytes: perLane * Int64(path.lanes), at: now,
                &machine.timeline)
        }
    }

    private mutating func path(of request: Int32, _ cluster: Cluster) -> TransferPath {
        let from = Int(requests[Int(request)].prefillReplica), to = Int(requests[Int(request)].decodeReplica)
        let key = from * replicas.count + to
        if let known = paths[key] { return known }
        do {
            let path = try cluster.path(from: replicas[from].devices, to: replicas[to].devices)
            paths[key] = path
            return path
        } catch {
            // Leases are exclusive, so that two replicas never share a device.
            preconditionFailure("no path between two replicas: \(error)")
        }
    }

    /// The last byte of a flow has arrived.
    public mutating func flowCompleted(
        _ token: Int64, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        let request = Int32(truncatingIfNeeded: token)
        lastActivity = now
        requests[Int(request)].flow = nil
        if machine.timeline.records(.step), isShown {
            timeline.transferEnd(
                request, from: Int(requests[Int(request)].prefillReplica), at: now, &machine.timeline)
        }
        guard configuration.transfer.mode == .layerwisePush else {
            let latency = path(of: request, machine.cluster).latencyNanoseconds
            schedule(ServingEvent.transferred, at: now + latency, .transfer, a: word(request), b: 0, &queue, &machine)
            return
        }
        let index = Int(request)
        requests[index].pushArrived += requests[index].pushInFlight
        requests[index].pushInFlight = 0
        startPush(request, at: now, &queue, &machine)
        finishPushIfComplete(request, at: now, &queue, &machine)
    }

    // MARK: Layer-wise push

    /// The KV of a step's chunks can go as its layers are computed: all layers but the last while the step
    /// runs, the last one at its end.
    mutating func announcePushes(
        _ replica: Int, start: Nanoseconds, duration: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        let layers = Int64(costs[replicas[replica].pool].operators.model.layers)
        for chunk in replicas[replica].planChunks {
            let index = Int(chunk.request)
            let computed = requests[index].computed + chunk.tokens
            let fresh = Int64(max(0, computed - requests[index].pushedTokens))
            requests[index].pushedTokens = max(requests[index].pushedTokens, computed)
            let bytes = fresh * configuration.transfer.wireBytesPerToken
            guard bytes > 0 else { continue }
            let last = bytes / layers
            let early = start + duration / layers
            let name = word(chunk.request)
            schedule(ServingEvent.pushable, at: early, .transfer, a: name, b: bytes - last, &queue, &machine)
            schedule(ServingEvent.pushable, at: start + duration, .transfer, a: name, b: last, &queue, &machine)
        }
    }

    mutating func push(
        _ request: Int32, bytes: Int64, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        requests[Int(request)].pushAvailable += bytes
        startPush(request, at: now, &queue, &machine)
    }

    private mutating func startPush(
        _ request: Int32, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        let index = Int(request)
        guard requests[index].pushInFlight == 0, requests[index].pushAvailable > 0 else { return }
        requests[index].pushInFlight = requests[index].pushAvailable
        requests[index].pushAvailable = 0
        startFlow(request, bytes: requests[index].pushInFlight, at: now, &queue, &machine)
    }

    private mutating func finishPushIfComplete(
        _ request: Int32, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        let index = Int(request)
        guard requests[index].stage == .prefilled, requests[index].pushArrived == requests[index].pushExpected
        else { return }
        let latency = requests[index].pushExpected > 0 ? path(of: request, machine.cluster).latencyNanoseconds : 0
        schedule(ServingEvent.transferred, at: now + latency, .transfer, a: word(request), b: 0, &queue, &machine)
    }
}
