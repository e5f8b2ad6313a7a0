import EventEngine
import Hardware
import Training

/// Groups from their last response to the batch that is trained on.
extension ReinforcementLearningEngine {
    /// When a response that ends now is rated: by the first worker that is free.
    mutating func rewardTime(at now: Nanoseconds) -> Nanoseconds {
        let reward = configuration.rollout.reward
        guard reward.kind == .rule else { return now }
        var first = 0
        for worker in workers.indices where workers[worker] < workers[first] { first = worker }
        let time = reward.time.draw(&rewardTimes)
        if time > reward.timeout { counts.rewardTimeouts += 1 }
        let end = max(now, workers[first]) + min(time, reward.timeout)
        workers[first] = end
        return end
    }

    /// All responses that a group needs are there.
    mutating func completeGroup(_ group: Int32, at now: Nanoseconds, _ queue: inout EventQueue) {
        let slot = Int(group)
        groups[slot].stage = .generated
        generation.generatedGroups += 1
        if groups[slot].live > 0 { surplusGroups.append(group) }
        stream(group, at: now, &queue)
        // Where training waits for the whole batch anyway, the batch's rewards are waited for at once.
        if generatesBatches, configuration.algorithm.dynamicSampling == nil { return }
        let end = groups[slot].rewardsAt
        queue.schedule(Event(
            time: max(now, end), component: component, kind: StepEvent.rewarded, phase: .arrival, a: Int64(group),
            b: groups[slot].use))
    }

    /// A group's rewards are there: it can be trained on, or teaches nothing.
    mutating func becomeReady(
        _ group: Int32, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        if let sampling = configuration.algorithm.dynamicSampling, !filter.bernoulli(sampling.keepRate) {
            counts.filteredGroups += 1
            counts.filteredTokens += sampleRange(of: group).reduce(0) { $0 + Int64(samples[$1].done) }
            release(group)
            if generatesBatches {
                continueGeneration(at: now, &queue, &machine)
            } else {
                admit(at: now, &queue, &machine)
            }
            return
        }
        groups[Int(group)].stage = .ready
        acceptedGroups += 1
        ready.append(group)
        if generatesBatches { continueGeneration(at: now, &queue, &machine) }
    }

    /// Lets the training side go on if what it waits for has happened.
    mutating func check(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        guard isRunning else { return }
        switch waiting {
        case .generation:
            guard isGenerated else { return }
        case .miniBatch:
            takeMiniBatch(at: now, &queue, &machine)
            guard !batch.isEmpty else { return }
        case .drained:
            guard isDrained else { return }
        default: return
        }
        waiting = .nothing
        position += 1
        advance(at: now, &queue, &machine)
    }

    /// Makes groups the batch that is trained on.
    mutating func takeBatch(_ list: [Int32], at now: Nanoseconds) {
        for group in batch { release(group) }
        batch = list
        isTraining = !list.isEmpty
        batchLoad = load(of: list)
        for group in list { consume(group) }
    }

    private mutating func consume(_ group: Int32) {
        let slot = Int(group)
        groups[slot].stage = .consumed
        consumedGroups += 1
        current.groups += 1
        for sample in sampleRange(of: group) where samples[sample].stage == .finished {
            current.samples += 1
            current.promptTokens += Int64(groups[slot].promptTokens)
            current.responseTokens += Int64(samples[sample].done)
            let versions = samples[sample].segments.map { Int($0.version) }
            let oldest = versions.min() ?? version, newest = versions.max() ?? version
            current.staleness.add(version - oldest, samples: 1)
            for segment in samples[sample].segments {
                current.staleness.add(version - Int(segment.version), tokens: Int64(segment.tokens))
            }
            if samples[sample].segments.count > 1 { current.partialSamples += 1 }
            current.longestSpan = max(current.longestSpan, newest - oldest)
        }
    }

    /// Rewards of the batch that are not there yet.
    mutating func awaitRewards(at now: Nanoseconds, _ queue: inout EventQueue) {
        let end = batch.map { groups[Int($0)].rewardsAt }.max() ?? now
        if end > now { wait(end - now, at: now, &queue) }
    }

    // MARK: Streamed passes

    /// Passes that take groups as they come: one after the other on the training devices, beside generation.
    private mutating func stream(_ group: Int32, at now: Nanoseconds, _ queue: inout EventQueue) {
        guard let streaming = configuration.streaming, !streaming.streamedPasses.isEmpty else { return }
        chunk.append(group)
        let isLast = generation.generatedGroups >= generation.groups
        guard chunk.count >= streaming.chunkGroups(samplesPerGroup: samplesPerGroup) || isLast else { return }
        let load = load(of: chunk)
        let bytes = streaming.engine.bytes(tokens: tokens(of: chunk), samples: chunk.count * samplesPerGroup)
        let passes = streaming.streamedPasses.map { ($0, passTimes($0, groups: chunk.count, load: load)) }
        chunk.removeAll(keepingCapacity: true)
        guard streaming.plane == nil else {
            return beginTransfer(bytes: bytes, readers: passes.count, passes: passes, at: now, &queue)
        }
        var dataAt = store?.move(bytes, at: now) ?? now
        for (pass, times) in passes {
            let asked = store?.request(stage: pass.rawValue, at: dataAt) ?? dataAt
            dataAt = store?.move(bytes, at: asked) ?? asked
            addStreamed(pass, times, from: dataAt)
        }
    }

    /// A streamed pass begins when it has its samples and training devices are free.
    mutating func addStreamed(_ pass: ComputePass, _ times: PassTimes, from dataAt: Nanoseconds) {
        let start = max(dataAt, streamBusyUntil)
        streamBusyUntil = start + times.totalNanoseconds
        streamed.append(StreamedPass(pass: pass, start: start, end: streamBusyUntil))
        current.modelFlop += times.modelFlop
        current.trainBusy += times.totalNanoseconds
        current.streamedNanoseconds += times.totalNanoseconds
    }

    /// Until the streamed passes have caught up; what is left of them now, no generation hides.
    mutating func awaitStream(at now: Nanoseconds, _ queue: inout EventQueue) {
        guard awaitTransfers(at: now) else { return }
        settleStream(since: now, at: now, &queue)
    }

    /// Until all samples that are on their way have been moved.
    /// - Returns: whether they have.
    private mutating func awaitTransfers(at now: Nanoseconds) -> Bool {
        transfers.awaitAll(since: now)
        if !transfers.isSettled { waiting = .data }
        return transfers.isSettled
    }

    /// Until the passes that have their samples end; training has waited since `start`.
    mutating func settleStream(since start: Nanoseconds, at now: Nanoseconds, _ queue: inout EventQueue) {
        for pass in streamed where pass.end > start {
            current.exposed[pass.pass.rawValue] += pass.end - max(pass.start, start)
        }
        streamed.removeAll(keepingCapacity: true)
        if streamBusyUntil > now { wait(streamBusyUntil - now, at: now, &queue) }
    }

    /// Prompt and response tokens of groups.
    func tokens(of groups: [Int32]) -> Int64 { lengths(of: groups).reduce(0) { $0 + Int64($1) } }

    /// Behind a barrier the whole batch is written to the store and read by every pass before it is used.
    mutating func awaitStore(at now: Nanoseconds, _ queue: inout EventQueue) {
        guard let streaming = configuration.streaming, streaming.streamedPasses.isEmpty, !batch.isEmpty else { return }
        let bytes = streaming.engine.bytes(tokens: tokens(of: batch), samples: batch.count * samplesPerGroup)
        guard streaming.plane == nil else {
            beginTransfer(bytes: bytes, readers: streaming.readers, at: now, &queue)
            _ = awaitTransfers(at: now)
            return
        }
        var end = store?.move(bytes, at: now) ?? now
        for reader in 0..<streaming.readers {
            end = store?.request(stage: reader, at: end) ?? end
            end = store?.move(bytes, at: end) ?? end
        }
        if end > now { wait(end - now, at: now, &queue) }
    }

    // MARK: Given times

    /// A group of a generation whose time is given ends a share of that time after the one before it.
    mutating func scheduleFixed(
        _ group: Int32, _ fixed: FixedPhaseTimes, at now: Nanoseconds, _ queue: inout EventQueue
    ) {
        let share = 1 / Double(configuration.algorithm.promptsPerStep)
        let time = fixed.rollout(share: share, devices: configuration.placement.rolloutDeviceCount)
        fixedBusyUntil = max(now, fixedBusyUntil) + time
        queue.schedule(Event(
            time: fixedBusyUntil, component: component, kind: StepEvent.groupGenerated, phase: .completion,
            a: Int64(group), b: groups[Int(group)].use))
    }

    /// All responses of a group are there at once.
    mutating func generateWhole(
        _ group: Int32, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        for sample in sampleRange(of: group) where samples[sample].stage == .pending {
            guard groups[Int(group)].stage == .generating else {
                samples[sample].stage = .dropped
                generation.liveSamples -= 1
                continue
            }
            counts.generatedTokens += Int64(samples[sample].responseTokens)
            samples[sample].done = samples[sample].responseTokens
            finishSample(Int32(sample), at: now, &queue)
        }
        surplusGroups.removeAll(keepingCapacity: true)
        continueGeneration(at: now, &queue, &machine)
        check(at: now, &queue, &machine)
    }
}

extension ReinforcementLearningEngine {
    /// What the rollout engine gave back when the last step was done: generated, but for nobody.
    mutating func collectAbandoned() {
        rollout.takeFinished(into: &finished)
        for item in finished {
            let request = requests[Int(item.request)]
            counts.generatedTokens += Int64(item.responseTokens - request.done)
            counts.discardedTokens += Int64(item.responseTokens)
        }
        finished.removeAll()
    }
}
