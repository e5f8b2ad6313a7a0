import EventEngine
import Hardware
import Serving

/// Samples on their way to replicas and back.
extension ReinforcementLearningEngine {
    /// Gives waiting samples to replicas as far as these may have more.
    mutating func dispatch(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        guard !pending.isEmpty, !isHeld else { return }
        switch configuration.rollout.dispatch {
        case .pull:
            for replica in isReplicaActive.indices where isReplicaActive[replica] {
                pull(to: replica, at: now, &queue, &machine)
            }
        case .fixed: dealOut(at: now, &queue, &machine)
        case .leastLoaded: spread(at: now, &queue, &machine)
        }
    }

    /// One replica takes what it may.
    mutating func pull(
        to replica: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        guard !isHeld, !rollout.isDown(replica) else { return }
        while isRunning, rollout.outstanding(on: replica) < configuration.rollout.inFlightPerReplica,
            let sample = nextPending() {
            submit(sample, to: replica, at: now, &queue, &machine)
        }
    }

    /// Equal consecutive parts of the queue, one for each replica.
    private mutating func dealOut(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        let active = isReplicaActive.indices.filter { isReplicaActive[$0] && !rollout.isDown($0) }
        guard !active.isEmpty else { return }
        let count = pending.count
        var position = 0
        while isRunning, let sample = nextPending() {
            let part = min(active.count - 1, position * active.count / max(1, count))
            submit(sample, to: active[part], at: now, &queue, &machine)
            position += 1
        }
    }

    private func leastLoaded() -> Int? {
        var best: Int?
        for replica in isReplicaActive.indices where isReplicaActive[replica] && !rollout.isDown(replica) {
            let load = rollout.outstanding(on: replica)
            guard load < configuration.rollout.inFlightPerReplica else { continue }
            if load < best.map({ rollout.outstanding(on: $0) }) ?? .max { best = replica }
        }
        return best
    }

    private mutating func nextPending() -> Int32? {
        while let sample = pending.popFirst() {
            if samples[Int(sample)].stage == .pending { return sample }
        }
        return nil
    }

    private mutating func submit(
        _ sample: Int32, to replica: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        let index = Int(sample)
        let group = index / samplesPerGroup
        let submitted = SubmittedRequest(
            promptTokens: Int(groups[group].promptTokens), responseTokens: Int(nextStop(of: index)),
            generatedTokens: Int(samples[index].done),
            group: Int32(truncatingIfNeeded: groups[group].ordinal & 0x7fff_ffff))
        guard let request = rollout.submit(submitted, to: replica, at: now, &queue, &machine) else {
            let message = "a sequence of \(submitted.promptTokens + submitted.responseTokens) tokens needs more KV "
                + "memory or context than a rollout replica has"
            return fail(RunFailure(phase: .rollout, message: message), at: now, &machine)
        }
        if samples[index].done > 0 {
            counts.recomputedTokens += Int64(submitted.promptTokens) + Int64(samples[index].done)
        }
        samples[index].stage = .submitted
        samples[index].request = request
        while requests.count <= Int(request) { requests.append(RolloutRequest()) }
        requests[Int(request)] = RolloutRequest(sample: sample, replica: Int32(replica), done: samples[index].done)
    }

    // MARK: What comes back

    /// Takes what the rollout engine has finished, and gives its replicas more.
    mutating func collect(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        lastActivity = max(lastActivity, now)
        // Giving may finish more: what waits can be given up at once.
        while isRunning, rollout.hasFinished { collectOnce(at: now, &queue, &machine) }
        check(at: now, &queue, &machine)
    }

    private mutating func collectOnce(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        rollout.takeFinished(into: &finished)
        let list = finished
        servedReplicas.removeAll(keepingCapacity: true)
        // All are taken back before any is given out: indices of requests are used again.
        for item in list {
            servedReplicas.append(Int(requests[Int(item.request)].replica))
            takeBack(item, requests[Int(item.request)], at: now, &queue)
        }
        requeueInterrupted(at: now, &queue, &machine)
        if configuration.rollout.dispatch == .pull {
            for replica in servedReplicas where isReplicaActive[replica] && !pending.isEmpty {
                pull(to: replica, at: now, &queue, &machine)
            }
        } else {
            dispatch(at: now, &queue, &machine)
        }
        abortSurplus(at: now, &queue, &machine)
        continueGeneration(at: now, &queue, &machine)
        if configuration.rollout.migratesTail { migrate(at: now, &queue, &machine) }
    }

    private mutating func takeBack(
        _ item: FinishedRequest, _ request: RolloutRequest, at now: Nanoseconds, _ queue: inout EventQueue
    ) {
        counts.generatedTokens += Int64(item.responseTokens - request.done)
        let sample = request.sample, index = Int(sample)
        guard sample >= 0 else {
            counts.discardedTokens += Int64(item.responseTokens)
            return
        }
        samples[index].done = item.responseTokens
        samples[index].request = -1
        // Lent devices may have newer weights than the others.
        samples[index].attribute(to: rollout.weightsVersion(of: Int(request.replica)))
        if !item.isComplete {
            samples[index].stage = .pending
            interrupted.append(sample)
        } else if samples[index].done >= samples[index].responseTokens {
            finishSample(sample, at: now, &queue)
        } else if let call = nextCall(of: samples[index]), samples[index].done >= call {
            callTool(sample, at: now, &queue)
        } else {
            samples[index].stage = .carried
            generation.liveSamples -= 1
        }
    }

    mutating func finishSample(_ sample: Int32, at now: Nanoseconds, _ queue: inout EventQueue) {
        let index = Int(sample), group = index / samplesPerGroup
        samples[index].attribute(to: rolloutVersion)
        generation.liveSamples -= 1
        groups[group].live -= 1
        guard groups[group].stage == .generating else {
            samples[index].stage = .dropped
            counts.droppedSamples += 1
            counts.discardedTokens += Int64(samples[index].done)
            return
        }
        samples[index].stage = .finished
        groups[group].finished += 1
        counts.finishedSamples += 1
        if Int(samples[index].done) > current.longestResponse {
            current.longestResponse = Int(samples[index].done)
            current.longestNanoseconds = now - groups[group].startedAt
        }
        groups[group].rewardsAt = max(groups[group].rewardsAt, rewardTime(at: now))
        markTail(at: now)
        if Int(groups[group].finished) == configuration.algorithm.rolloutsPerPrompt {
            completeGroup(Int32(group), at: now, &queue)
        }
    }

    private mutating func markTail(at now: Nanoseconds) {
        guard generatesBatches, generation.ninetyPercentAt < 0 else { return }
        if generation.liveSamples * 10 <= generation.startedSamples { generation.ninetyPercentAt = now }
    }

    /// Samples whose replica was stopped go on before all others.
    private mutating func requeueInterrupted(
        at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        guard !interrupted.isEmpty else { return }
        pending.prepend(interrupted)
        interrupted.removeAll(keepingCapacity: true)
        if !isHeld { spread(at: now, &queue, &machine) }
    }

    /// Each waiting sample to the replica with the fewest in flight.
    private mutating func spread(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        while isRunning, let replica = leastLoaded(), let sample = nextPending() {
            submit(sample, to: replica, at: now, &queue, &machine)
        }
    }

    /// Samples of groups that have enough are not needed any more.
    private mutating func abortSurplus(
        at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        let surplus = surplusGroups
        surplusGroups.removeAll(keepingCapacity: true)
        for group in surplus {
            for sample in sampleRange(of: group)
            where samples[sample].stage != .finished && samples[sample].stage != .dropped {
                if samples[sample].stage == .submitted {
                    let request = samples[sample].request
                    // Its place may be another's before the rollout engine lets go of it.
                    requests[Int(request)].sample = -1
                    rollout.abort(request, at: now, &queue, &machine)
                } else {
                    counts.discardedTokens += Int64(samples[sample].done)
                }
                if samples[sample].stage != .carried { generation.liveSamples -= 1 }
                samples[sample].stage = .dropped
                samples[sample].request = -1
                counts.droppedSamples += 1
            }
            groups[Int(group)].live = 0
        }
    }
}
