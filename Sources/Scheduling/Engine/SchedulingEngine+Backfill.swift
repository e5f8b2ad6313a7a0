import EventEngine

/// The promise to the first job that does not fit (EASY backfill).
struct HeadReservation: Sendable {
    /// The job, or -1.
    var job: Int32 = -1
    /// When it can start if running jobs end as estimated; `max` where they do not suffice.
    var start: Nanoseconds = .max
    /// Whether nothing has happened that the promise did not foresee.
    var isValid = false
    /// Nodes on which the map of the promised instant may differ from the present one.
    var changed: [Int32] = []
}

extension SchedulingEngine {
    /// When a running job is estimated to end. A job that has outrun its estimate is expected to end at once.
    func estimatedEnd(_ job: Int32) -> Nanoseconds {
        let index = Int(job)
        let done = progress(job, at: nil).done
        let work = max(0, estimates[index] - done)
        return states[index].runStart + states[index].overhead + runTime(job, work)
    }

    /// Promises a job the earliest start that the estimated ends of running jobs allow.
    mutating func reserve(_ job: Int32, _ partition: Int, at now: Nanoseconds) {
        if reservations[partition].isValid, reservations[partition].job == job { return }
        for node in reservations[partition].changed { resetFuture(Int(node)) }
        reservations[partition].changed.removeAll(keepingCapacity: true)
        reservations[partition].job = job
        reservations[partition].isValid = true
        reservations[partition].start = .max
        var position = ends[partition].start
        while let entry = ends[partition].entry(at: position) {
            for share in shares[Int(entry.job)] { changeFuture(share.devices, share, partition) }
            ends[partition].advance(&position)
            if let next = ends[partition].entry(at: position), next.key == entry.key { continue }
            guard placeInFuture(job, partition) else { continue }
            reservations[partition].start = max(entry.key, now)
            for share in found { changeFuture(-share.devices, share, partition) }
            if states[Int(job)].promise < 0 { states[Int(job)].promise = reservations[partition].start }
            return
        }
    }

    /// Whether a job on the places in `found` leaves the promise as it is; takes it into account if so. Where it does
    /// not, other places are looked for that do.
    mutating func keepsPromise(_ job: Int32, _ partition: Int, at now: Nanoseconds) -> Bool {
        let reservation = reservations[partition]
        let end = now + restartCost(of: job) + runTime(job, max(0, estimates[Int(job)] - progress(job, at: nil).done))
        if reservation.start == .max || end <= reservation.start { return true }
        var isClear = fit(found, of: job, in: future)
        if !isClear, placeInFuture(job, partition) {
            isClear = fit(found, of: job, in: map)
        }
        guard isClear else { return false }
        for share in found { changeFuture(-share.devices, share, partition) }
        return true
    }

    /// Books the estimated end of a job that starts, where anyone looks at it.
    mutating func expectEnd(of job: Int32) {
        guard configuration.policy.whenBlocked.usesDurations else { return }
        states[Int(job)].expectedEnd = estimatedEnd(job)
        guard configuration.policy.whenBlocked == .reserveHead else { return }
        let partition = partition(of: job)
        ends[partition].insert(job, key: states[Int(job)].expectedEnd)
        for share in shares[Int(job)] { reservations[partition].changed.append(share.node) }
    }

    /// Forgets the estimated end of a job that ends; one that ends at another time than estimated voids the promise.
    mutating func forgetEnd(of job: Int32, at now: Nanoseconds) {
        guard configuration.policy.whenBlocked == .reserveHead else { return }
        let partition = partition(of: job)
        ends[partition].remove(job, key: states[Int(job)].expectedEnd)
        if states[Int(job)].expectedEnd != now { reservations[partition].isValid = false }
        for share in shares[Int(job)] { reservations[partition].changed.append(share.node) }
    }

    private mutating func changeFuture(_ change: Int32, _ share: NodeShare, _ partition: Int) {
        future.add(change, to: Int(share.node))
        reservations[partition].changed.append(share.node)
    }

    private mutating func resetFuture(_ node: Int) {
        let change = map.free(node) - future.free(node)
        if change != 0 { future.add(change, to: node) }
        if future.partition(of: node) != map.partition(of: node) {
            future.move(node, toPartition: map.partition(of: node))
        }
    }

    private mutating func placeInFuture(_ job: Int32, _ partition: Int) -> Bool {
        let request = jobs[Int(job)]
        if request.placementGroup >= 0 {
            return configuration.placementGroups[Int(request.placementGroup)].place(
                request, partition: partition, in: future, hosts: nil, into: &found)
        }
        if request.duration < 0 { return placeGang(job, partition, in: future) }
        return configuration.policy.placement.place(
            placementRequest(request, partition), in: future,
            nodesPerLeaf: nodesPerLeaf, random: &random, into: &found)
    }
}
