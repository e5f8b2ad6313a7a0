import EventEngine
import Hardware

/// Devices that fail and come back. A replica stops when one of its devices fails: its KV is lost, and every
/// request that it held, or whose KV was on the way to or from it, starts over elsewhere with what it had
/// generated. Tokens that the client has are not generated again, but their KV is computed again.
extension ServingEngine {
    /// A device has failed. Without effect on replicas that do not use it.
    public mutating func deviceFailed(
        _ device: DeviceID, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        guard let replica = replicas.firstIndex(where: { $0.devices.contains(device) }) else { return }
        replicas[replica].failedDevices += 1
        guard replicas[replica].failedDevices == 1 else { return }
        recordFailure(replica, at: now, &machine)
        interruptPlan(replica, at: now)
        updateCandidates()
        let lost = requests.indices.map { Int32($0) }.filter { involves($0, replica) }
        for request in lost { withdraw(request, at: now, &machine) }
        forgetAll(of: replica, at: now)
        for request in lost { restart(request, at: now, &queue, &machine) }
        for other in replicas.indices where hasWork(other) { wake(other, at: now, &queue, &machine) }
    }

    /// A failed device works again, its memory empty.
    public mutating func deviceRepaired(
        _ device: DeviceID, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        guard let replica = replicas.firstIndex(where: { $0.devices.contains(device) }) else { return }
        replicas[replica].failedDevices -= 1
        guard replicas[replica].failedDevices == 0 else { return }
        recordRepair(replica, at: now, &machine)
        replicas[replica].downNanoseconds += now - replicas[replica].downSince
        reopen(at: now, &queue, &machine)
    }

    /// What a replica whose requests have been withdrawn still knows of them.
    mutating func forgetAll(of replica: Int, at now: Nanoseconds) {
        replicas[replica].cache = replicas[replica].cache.emptied()
        replicas[replica].downSince = now
        replicas[replica].admitted.removeAll()
        replicas[replica].admittedStamps.removeAll()
    }

    /// Lets requests that wait for a replica go on to those that work again.
    mutating func reopen(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        updateCandidates()
        let waiting = parked
        parked.removeAll()
        for request in waiting { dispatch(request, at: now, &queue, &machine) }
        if !unrouted.isEmpty { schedule(ServingEvent.route, at: now, .arrival, a: 0, b: 0, &queue, &machine) }
        for other in replicas.indices where hasWork(other) { wake(other, at: now, &queue, &machine) }
    }

    mutating func restart(
        _ request: Int32, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        if requests[Int(request)].generated == requests[Int(request)].outputTokens {
            // The prefill side gave the client all tokens: nobody needs the KV that was lost.
            markCompleted(request, at: now, &queue, &machine)
        } else if let reason = rejection(of: request) {
            reject(request, reason)
            if machine.timeline.records(.request), isShown {
                timeline.departure(requests[Int(request)], request, at: now, &machine.timeline)
            }
            sink?.add(request, responseTokens: requests[Int(request)].generated, isComplete: false)
            if configuration.concurrency != nil {
                schedule(ServingEvent.arrival, at: now, .arrival, a: 0, b: 0, &queue, &machine)
            }
        } else {
            if machine.timeline.records(.request), isShown {
                timeline.stage(request, timeline.names.startingOver, at: now, &machine.timeline)
            }
            dispatch(request, at: now, &queue, &machine)
        }
    }

    mutating func updateCandidates() {
        prefillCandidates = replicas.indices.filter { replicas[$0].role != .decode && !replicas[$0].isDown }
        decodeCandidates = replicas.indices.filter { replicas[$0].role == .decode && !replicas[$0].isDown }
    }

    /// Keeps the steps that have ended and drops the rest of the plan.
    mutating func interruptPlan(_ replica: Int, at now: Nanoseconds) {
        guard replicas[replica].isBusy else { return }
        replicas[replica].settleBlocks(at: now)
        let ended = replicas[replica].plannedSteps(before: now + 1)
        let isMixed = !replicas[replica].planChunks.isEmpty
        replicas[replica].countBusy(now - replicas[replica].planStart)
        replicas[replica].generation += 1
        replicas[replica].planEnds.removeLast(replicas[replica].planEnds.count - ended)
        let count = replicas[replica].batch.count
        // The step under way has taken its blocks, but for sequences that came with all that their first step needs.
        let taken = replicas[replica].planBlocksTaken
        let block = Int32(replicas[replica].engine.blockTokens)
        let equipped = ended > 0 ? 0 : replicas[replica].fresh.count { requests[Int($0)].joinStored % block == 0 }
        if count > 0, ended > 0, !isMixed {
            logSteps(replica)
            replicas[replica].steps += Int64(ended)
            recordDecodeSteps(replica)
        }
        if count > 0, taken > ended { replicas[replica].cache.give(replicas[replica].batch.blocks() - equipped) }
        replicas[replica].lastStepEnd = ended > 0 ? replicas[replica].planEnds[ended - 1] : replicas[replica].planStart
        replicas[replica].isBusy = false
        replicas[replica].fresh.removeAll()
        replicas[replica].planChunks.removeAll()
    }

    func involves(_ request: Int32, _ replica: Int) -> Bool {
        let state = requests[Int(request)]
        return state.hold.replica == Int32(replica) || state.otherHold.replica == Int32(replica)
            || state.queuedOn == Int32(replica)
    }

    /// Takes a request out of everything that knows it; it can then be dispatched as if it had just come.
    mutating func withdraw(_ request: Int32, at now: Nanoseconds, _ machine: inout Machine) {
        let index = Int(request)
        let input = Int64(requests[index].inputTokens)
        // A prompt that is computed but has no decode replica yet is with nobody but its KV.
        let working = Int(requests[index].queuedOn >= 0 ? requests[index].queuedOn : requests[index].hold.replica)
        let other = Int(requests[index].otherHold.replica)
        let isBehindPrefill = requests[index].stage == .prefilled || requests[index].stage == .transferring
        if let flow = requests[index].flow {
            machine.network.cancel(flow, at: now)
            if machine.timeline.records(.step), isShown {
                timeline.transferEnd(
                    request, from: Int(requests[index].prefillReplica), at: now, &machine.timeline)
            }
        }
        if working >= 0 {
            removeFromLists(request, on: working)
            adjustQueuedTokens(request, to: 0, on: working)
            replicas[working].outstanding -= 1
            if requests[index].stage != .decoding { replicas[working].assignedTokens -= input }
        } else {
            unrouted.removeAll { $0 == request }
        }
        if other >= 0 {
            replicas[other].assignedTokens -= input
            if !isBehindPrefill { replicas[other].outstanding -= 1 }
            replicas[other].settleBlocks(at: now)
            release(requests[index].otherHold, of: request)
        }
        if requests[index].hold.replica >= 0 {
            replicas[Int(requests[index].hold.replica)].settleBlocks(at: now)
            releaseHold(of: request)
        }
        requests[index].startOver()
    }

    private mutating func removeFromLists(_ request: Int32, on replica: Int) {
        let index = Int(request)
        if requests[index].queuedOn >= 0 {
            replicas[replica].waiting.remove(request)
            return
        }
        switch requests[index].stage {
        case .decoding:
            leaveBatch(request, on: replica)
            requests[index].lastToken = requests[index].firstToken < 0 ? -1 : replicas[replica].lastStepEnd
            replicas[replica].running -= 1
        case .prefilling:
            replicas[replica].prefilling.removeAll { $0 == request }
            replicas[replica].planChunks.removeAll { $0.request == request }
            replicas[replica].running -= 1
        default:
            replicas[replica].ready.remove(request)
        }
    }
}
