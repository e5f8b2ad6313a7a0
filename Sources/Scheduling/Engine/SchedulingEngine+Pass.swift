import EventEngine
import Hardware

/// The pass without preemption: lanes in order, job by job.
extension SchedulingEngine {
    /// What came of one look at a job.
    enum Verdict {
        /// It has its devices.
        case started
        /// It has them, and others have lost theirs: those may fit elsewhere.
        case startedByReclaim
        /// Too few free devices, or none that its placement takes.
        case noRoom
        /// Its tenant has no more.
        case overQuota
        /// There is a place, but to take it would move a promised start.
        case brokenPromise
    }

    /// Decides who runs, in every partition where something has changed.
    mutating func pass(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        // What was held until now was held under the last pass's finding.
        books.use(0, at: now)
        books.isFragmented = false
        for place in partitions.indices {
            // Opportunistic jobs, in the first partition, get what those in cells leave.
            let partition = cells == nil ? place : (place + 1) % partitions.count
            guard partitions[partition].isOpen || !partitions[partition].arrived.isEmpty else { continue }
            if partitions[partition].isOpen { partitions[partition].failedSizes = 0 }
            switch configuration.policy.preemption {
            case .none where configuration.policy.whenBlocked == .reserveAll:
                passWithReservations(partition, at: now, &queue, &machine)
            case .none: while passInOrder(partition, at: now, &queue, &machine) {}
            case .byOrder where configuration.policy.compatibility == .heliosSRTF:
                passByNumbers(partition, at: now, &queue, &machine)
            case .byOrder: passWithPreemption(partition, at: now, &queue, &machine)
            case .byQueues: passOverQueues(partition, at: now, &queue, &machine)
            }
            partitions[partition].isOpen = false
            partitions[partition].arrived.removeAll(keepingCapacity: true)
        }
    }

    /// Walks through the waiting jobs of a partition. True: devices were reclaimed, and the walk must be repeated.
    private mutating func passInOrder(
        _ partition: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) -> Bool {
        let whenBlocked = configuration.policy.whenBlocked
        var passed: [Int] = []
        var head: Int32 = -1
        var repeats = false
        while let (lane, rank) = heaps[partition].first {
            let job = rank.job
            let verdict = tryToStart(job, partition, head: head, at: now, &queue, &machine)
            if verdict == .started {
                if passed.contains(lane) { moveOn(lane, behind: rank) }
                continue
            }
            if verdict == .startedByReclaim {
                repeats = true
                break
            }
            note(verdict, job, partition, head: head, at: now)
            if verdict == .noRoom, whenBlocked == .block {
                markFront(job, partition, at: now)
                break
            }
            if verdict == .noRoom, whenBlocked == .reserveHead, head < 0 {
                head = job
                reserve(job, partition, at: now)
            }
            if !passed.contains(lane) { passed.append(lane) }
            if verdict == .overQuota, whenBlocked == .block {
                heaps[partition].remove(lane)
            } else {
                moveOn(lane, behind: rank)
            }
            guard map.free(partition: partition, groups: .max) > 0 || hosts != nil || canReclaim else {
                markFront(-1, partition, at: now)
                break
            }
        }
        for lane in passed { refreshRank(lane) }
        return repeats
    }

    /// Makes the next job of a lane the one behind a rank.
    mutating func moveOn(_ lane: Int, behind rank: LaneHeap.Rank) {
        let next = OrderedQueue.Entry(key: rank.key, job: rank.job + 1)
        setRank(lane, to: lanes[lane].queue.entry(at: lanes[lane].queue.position(notBefore: next)))
    }

    /// Starts a job if there is a place for it and its tenant may have it.
    /// - Parameter head: the job to which a start has been promised, or -1.
    mutating func tryToStart(
        _ job: Int32, _ partition: Int, head: Int32 = -1, at now: Nanoseconds, _ queue: inout EventQueue,
        _ machine: inout Machine
    ) -> Verdict {
        let request = jobs[Int(job)]
        if isOverQuota(job) { return .overQuota }
        let isPlain = request.devices < 64 && request.nodeGroups == .max && request.placementGroup < 0 && hosts == nil
            && request.within == .cluster
        let bit: UInt64 = isPlain ? 1 << UInt64(request.devices) : 0
        if partitions[partition].failedSizes & bit == 0, place(job, partition) {
            guard head < 0 || keepsPromise(job, partition, at: now) else { return .brokenPromise }
            if head < 0, !reservations.isEmpty { reservations[partition].isValid = false }
            begin(job, on: found, at: now, &queue, &machine)
            return .started
        }
        partitions[partition].failedSizes |= bit
        guard canReclaim, let losers = reclaim(job, partition) else { return .noRoom }
        let places = found
        for loser in losers {
            interrupt(loser, .reclaimed, at: now, &machine)
            mark(loser, .reclaimed, blocker: job, at: now)
        }
        begin(job, on: places, at: now, &queue, &machine)
        partitions[partition].failedSizes = 0
        if !reservations.isEmpty { reservations[partition].isValid = false }
        return .startedByReclaim
    }

    /// Looks for a place in what is free now; the shares are in `found`.
    mutating func place(_ job: Int32, _ partition: Int) -> Bool {
        let request = jobs[Int(job)]
        if request.placementGroup >= 0 {
            return configuration.placementGroups[Int(request.placementGroup)].place(
                request, partition: partition, in: map, hosts: hosts, into: &found)
        }
        if request.duration < 0 { return placeGang(job, partition, in: map) }
        let isPlaced = request.devices > 0
            && configuration.policy.placement.place(
                placementRequest(request, partition), in: map,
                nodesPerLeaf: nodesPerLeaf, random: &random, into: &found)
        guard let hosts, request.needsHost else { return isPlaced }
        if isPlaced, found.allSatisfy({ hosts.has($0, of: request) }) { return true }
        return request.within == .cluster && map.place(request, partition: partition, hosts: hosts, into: &found)
    }

    /// Notes why a job was not started.
    private mutating func note(
        _ verdict: Verdict, _ job: Int32, _ partition: Int, head: Int32, at now: Nanoseconds
    ) {
        switch verdict {
        case .started, .startedByReclaim: break
        case .noRoom: mark(job, shortage(job, partition), at: now)
        case .overQuota: mark(job, .quota, at: now)
        case .brokenPromise: mark(job, .reservation, blocker: head, at: now)
        }
    }
}
