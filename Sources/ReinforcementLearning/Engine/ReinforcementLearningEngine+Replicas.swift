import EventEngine
import Hardware

/// Replicas as a whole: waking, sleeping, lending and moving what they run.
extension ReinforcementLearningEngine {
    /// KV blocks of a replica.
    private func blocks(of replica: Int) -> Int {
        isLent(replica) ? configuration.memory.lentBlocks : configuration.memory.blocks
    }

    private func isLent(_ replica: Int) -> Bool {
        replica >= rollout.replicaCount - configuration.placement.lentReplicas
    }

    mutating func wake(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        rolloutVersion = version
        quota = verlQuota
        for replica in isReplicaActive.indices where isReplicaActive[replica] {
            rollout.wake(
                replica, blocks: blocks(of: replica), version: version, at: now, &queue, &machine)
        }
    }

    mutating func sleep(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        for replica in isReplicaActive.indices where isReplicaActive[replica] {
            rollout.sleep(replica, at: now, &queue, &machine)
        }
    }

    // MARK: Lending

    /// Training devices generate too while training has nothing to do: their state goes to the host and weights
    /// for generation come from the devices themselves.
    mutating func lend(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) throws(OutOfMemory) {
        guard !isGenerated, pending.count >= configuration.placement.lentReplicas, lending == .notLent else { return }
        lending = .leaving
        try memory.keepOnHost(.parameters, at: now, &machine)
        try memory.keepOnHost(.optimizer, at: now, &machine)
        memory.free(.optimizer, isTraining: true, at: now, &machine)
        try memory.hold(.inferWeights, isTraining: true, at: now, &machine)
        memory.free(.parameters, isTraining: true, at: now, &machine)
        try memory.hold(.keyValue, isTraining: true, at: now, &machine)
        startCopy(swapBytes, .toHost, at: now, &machine)
    }

    private var swapBytes: Int64 { configuration.memory.parameterBytes + configuration.memory.optimizerBytes }

    /// The state has left: lent replicas take from the queue, with the weights that training has now; one step off,
    /// those are newer than what the other replicas have.
    mutating func beginLending(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        guard lending == .leaving else { return }
        lending = .lent
        lentSince = now
        for replica in isReplicaActive.indices where isLent(replica) {
            isReplicaActive[replica] = true
            rollout.wake(
                replica, blocks: blocks(of: replica), version: version, at: now, &queue, &machine)
        }
        dispatch(at: now, &queue, &machine)
    }

    /// Training takes its devices back: what they run goes on elsewhere.
    mutating func reclaim(
        at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) throws(OutOfMemory) {
        guard lending == .lent else { return }
        lending = .notLent
        current.lentNanoseconds += now - lentSince
        for replica in isReplicaActive.indices where isLent(replica) {
            rollout.halt(replica, at: now, &queue, &machine)
            isReplicaActive[replica] = false
        }
        collect(at: now, &queue, &machine)
        for replica in isReplicaActive.indices where isLent(replica) {
            rollout.sleep(replica, at: now, &queue, &machine)
        }
        memory.free(.keyValue, isTraining: true, at: now, &machine)
        memory.free(.inferWeights, isTraining: true, at: now, &machine)
        try memory.hold(.parameters, isTraining: true, at: now, &machine)
        try memory.hold(.optimizer, isTraining: true, at: now, &machine)
        startCopy(swapBytes, .toDevice, at: now, &machine)
    }

    // MARK: Migration

    /// Replicas that have run dry take over half of what the busiest one has not begun or runs.
    mutating func migrate(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        guard pending.isEmpty, !isHeld, generation.isActive || !generatesBatches else { return }
        let active = isReplicaActive.indices.filter { isReplicaActive[$0] && !rollout.isDown($0) }
        guard active.contains(where: { rollout.outstanding(on: $0) == 0 }),
            let busiest = active.max(by: { rollout.outstanding(on: $0) < rollout.outstanding(on: $1) }),
            rollout.outstanding(on: busiest) >= 4
        else { return }
        var moved = rollout.outstanding(on: busiest) / 2
        for request in requests.indices.reversed() where moved > 0 {
            let sample = requests[request].sample
            guard sample >= 0, Int(requests[request].replica) == busiest, !requests[request].isMoving,
                samples[Int(sample)].stage == .submitted, samples[Int(sample)].request == Int32(request)
            else { continue }
            requests[request].isMoving = true
            rollout.abort(Int32(request), at: now, &queue, &machine)
            moved -= 1
            counts.migratedSamples += 1
        }
    }
}
