import EventEngine
import Hardware

/// The pass without preemption: lanes in order, job by job.
extension SchedulingEngine {
    /// What came of one look at a job.
    enum Verdict {
        /// It has its devices.
        case started
        /// Too few free devices, or none that its placement takes.
        case noRoom
        /// Its tenant has no more.
        case overQuota
    }

    /// Decides who runs, in every partition where something has changed.
    mutating func pass(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        for partition in partitions.indices where partitions[partition].isOpen || !partitions[partition].arrived.isEmpty {
            switch configuration.policy.preemption {
            case .none: passInOrder(partition, at: now, &queue, &machine)
            case .byOrder: passWithPreemption(partition, at: now, &queue, &machine)
            case .byQueues: passOverQueues(partition, at: now, &queue, &machine)
            }
            partitions[partition].isOpen = false
            partitions[partition].arrived.removeAll(keepingCapacity: true)
        }
    }

    /// Walks through the waiting jobs of a partition.
    private mutating func passInOrder(
        _ partition: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        if partitions[partition].isOpen { partitions[partition].failedSizes = 0 }
        var passed: [Int] = []
        while let (lane, rank) = heaps[partition].first {
            let entry = OrderedQueue.Entry(key: rank.key, job: rank.job)
            let verdict = tryToStart(rank.job, partition, at: now, &queue, &machine)
            if verdict == .started {
                if passed.contains(lane) { moveOn(lane, behind: entry) }
                continue
            }
            if verdict == .noRoom, configuration.policy.whenBlocked == .block { break }
            if !passed.contains(lane) { passed.append(lane) }
            if verdict == .overQuota, configuration.policy.whenBlocked == .block {
                heaps[partition].remove(lane)
            } else {
                moveOn(lane, behind: entry)
            }
        }
        for lane in passed { refreshRank(lane) }
    }

    /// Makes the next job of a lane the one behind an entry.
    mutating func moveOn(_ lane: Int, behind entry: OrderedQueue.Entry) {
        let next = OrderedQueue.Entry(key: entry.key, job: entry.job + 1)
        setRank(lane, to: lanes[lane].queue.entry(at: lanes[lane].queue.position(notBefore: next)))
    }

    /// Starts a job if there is a place for it and its tenant may have it.
    private mutating func tryToStart(
        _ job: Int32, _ partition: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) -> Verdict {
        let request = jobs[Int(job)]
        let tenant = configuration.tenants[Int(request.tenant)]
        if let quota = tenant.quotaDevices, !tenant.mayBorrow,
            tenants[Int(request.tenant)].devices + Int64(request.devices) > quota { return .overQuota }
        let bit: UInt64 = request.devices < 64 && request.nodeGroups == .max ? 1 << UInt64(request.devices) : 0
        guard partitions[partition].failedSizes & bit == 0 else { return .noRoom }
        let isPlaced = configuration.policy.placement.place(
            PlacementRequest(devices: request.devices, partition: partition, groups: request.nodeGroups), in: map,
            nodesPerLeaf: nodesPerLeaf, random: &random, into: &found)
        guard isPlaced else {
            partitions[partition].failedSizes |= bit
            return .noRoom
        }
        begin(job, on: found, at: now, &queue, &machine)
        return .started
    }
}
