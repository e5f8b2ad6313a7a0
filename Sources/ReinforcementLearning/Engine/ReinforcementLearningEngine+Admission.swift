import EventEngine
import Hardware

/// Asynchronous generation: how far it may run ahead of training, and what new weights do to it.
extension ReinforcementLearningEngine {
    /// Starts as many groups as the rule allows.
    mutating func admit(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        guard !generatesBatches, !isHeld else { return }
        generation.isActive = true
        var allowance = allowance
        guard allowance > 0 else { return }
        while allowance > 0, isRunning {
            startNextPrompt(at: now, &queue)
            allowance -= 1
        }
        dispatch(at: now, &queue, &machine)
    }

    /// Groups that are started and neither trained on nor given up.
    private var groupsAhead: Int { groups.count - freeGroups.count - batch.count }

    private var groupsInFlight: Int { groupsAhead - ready.count }

    /// Groups that training takes between two weight syncs.
    private var groupsPerSync: Int {
        configuration.algorithm.miniBatchPrompts * configuration.schedule.syncEveryMiniBatches
    }

    /// Groups that may be started now.
    private var allowance: Int {
        let schedule = configuration.schedule
        let step = configuration.algorithm.promptsPerStep
        switch schedule.rule {
        case .areal:
            // Concurrency is what replicas may have in flight; more would only wait in the queue.
            let concurrency = max(1, configuration.rollout.inFlightPerReplica * isReplicaActive.count(where: \.self)
                / samplesPerGroup)
            // The batch that is trained on counts until its weights are there.
            let taken = groupsAhead + (isTraining ? batch.count : 0)
            return min(concurrency - groupsInFlight, (schedule.maximumStaleness + 1) * step - taken)
        case .verl:
            return quota - startedSinceSync
        case .slime:
            let budget = (1 + schedule.stalenessFraction) * Double(groupsPerSync)
            return Int(budget.rounded(.down)) - startedSinceSync
        case .nemoRL:
            return 2 * max(1, schedule.maximumStaleness) * step - groupsAhead
        }
    }

    private mutating func startNextPrompt(at now: Nanoseconds, _ queue: inout EventQueue) {
        if promptBatch.map({ promptCursor >= $0.prompts }) ?? true {
            promptBatch = configuration.lengths.batch(
                step: promptStep, prompts: configuration.algorithm.promptsPerStep, samplesPerPrompt: samplesPerGroup,
                seed: configuration.seed, name: configuration.name)
            promptStep += 1
            promptCursor = 0
        }
        guard let prompts = promptBatch else { return }
        startGroup(prompts, promptCursor, at: now, &queue)
        promptCursor += 1
    }

    // MARK: What training takes

    mutating func awaitMiniBatch(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        takeBatch([], at: now)
        admit(at: now, &queue, &machine)
        takeMiniBatch(at: now, &queue, &machine)
        if batch.isEmpty { waiting = .miniBatch }
    }

    /// Takes the oldest groups that are ready, if there are enough; too old ones are dropped first.
    mutating func takeMiniBatch(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        if configuration.schedule.rule == .nemoRL {
            let oldest = version - max(1, configuration.schedule.maximumStaleness)
            let stale = ready.filter { Int(groups[Int($0)].version) < oldest }
            if !stale.isEmpty {
                ready.removeAll { Int(groups[Int($0)].version) < oldest }
                counts.staleGroups += stale.count
                for group in stale { drop(group) }
                takeBatch([], at: now)
                admit(at: now, &queue, &machine)
            }
        }
        let count = configuration.algorithm.miniBatchPrompts
        guard ready.count >= count else { return takeBatch([], at: now) }
        if configuration.schedule.rule == .areal {
            // The oldest prompts first, and none at all while the batch is to have one that is still generated.
            ready.sort { groups[Int($0)].ordinal < groups[Int($1)].ordinal }
            guard leavesTime(for: groupsLeft(without: ready.prefix(count))) else { return takeBatch([], at: now) }
        }
        let taken = Array(ready.prefix(count))
        ready.removeFirst(count)
        takeBatch(taken, at: now)
        admit(at: now, &queue, &machine)
    }

    /// Most versions that AReaL's rule lets training be ahead of the weights with which a prompt was started. The
    /// rule bounds what is started in steps, each of which has as many versions as mini-batches; weights that are
    /// brought over more rarely are older by that when a prompt is started.
    public var oldestVersions: Int {
        let schedule = configuration.schedule
        let perStep = max(1, configuration.algorithm.promptsPerStep / configuration.algorithm.miniBatchPrompts)
        return (schedule.maximumStaleness + 1) * perStep - 1 + schedule.syncEveryMiniBatches - 1
    }

    /// Versions with which the groups were started that are neither trained on nor among the given ones, ascending.
    private func groupsLeft(without taken: ArraySlice<Int32>) -> [Int] {
        let taken = Set(taken)
        return groups.indices.filter {
            (groups[$0].stage == .generating || groups[$0].stage == .generated || groups[$0].stage == .ready)
                && !taken.contains(Int32($0))
        }.map { Int(groups[$0].version) }.sorted()
    }

    /// Whether groups can still be trained on in time, one mini-batch a version, after the one of this version.
    private func leavesTime(for versions: [Int]) -> Bool {
        let perVersion = configuration.algorithm.miniBatchPrompts
        for (place, started) in versions.enumerated()
        where version + 1 + place / perVersion > started + oldestVersions {
            return false
        }
        return true
    }

    // MARK: New weights

    /// Stops generation for new weights, when a sync is due after this mini-batch.
    mutating func beginSync(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        if !isHeld {
            miniBatches += 1
            guard miniBatches % configuration.schedule.syncEveryMiniBatches == 0 else {
                position += 2
                return
            }
            isHeld = true
        }
        switch configuration.schedule.onUpdate {
        case .drain:
            if !isDrained { waiting = .drained }
        case .keep:
            markVersions(at: now)
            for replica in 0..<rollout.replicaCount { rollout.pause(replica, at: now, &queue, &machine) }
            collect(at: now, &queue, &machine)
        case .recompute:
            for replica in 0..<rollout.replicaCount {
                rollout.halt(replica, at: now, &queue, &machine)
                rollout.pause(replica, at: now, &queue, &machine)
            }
            collect(at: now, &queue, &machine)
        }
    }

    var isDrained: Bool { !(0..<rollout.replicaCount).contains { rollout.outstanding(on: $0) > 0 } }

    /// Generation goes on with the weights that training has now.
    mutating func endSync(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        rolloutVersion = version
        isHeld = false
        quota = verlQuota
        startedSinceSync = 0
        for replica in 0..<rollout.replicaCount {
            rollout.setWeightsVersion(version, of: replica)
            rollout.resume(replica, at: now, &queue, &machine)
        }
        dispatch(at: now, &queue, &machine)
        admit(at: now, &queue, &machine)
    }

    /// verl: what is left from before counts against the next interval.
    var verlQuota: Int {
        let budget = (1 + configuration.schedule.stalenessFraction) * Double(groupsPerSync)
        return Int(budget.rounded(.down)) - groupsAhead
    }

    /// What running samples have up to now was generated with the weights before.
    private mutating func markVersions(at now: Nanoseconds) {
        for sample in samples.indices where samples[sample].stage == .submitted {
            let tokens = Int32(rollout.responseTokens(of: samples[sample].request, at: now))
            let before = samples[sample].done
            samples[sample].done = tokens
            samples[sample].attribute(to: rolloutVersion)
            samples[sample].done = before
        }
    }
}
