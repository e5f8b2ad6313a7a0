import EventEngine
import Hardware

/// Promises to all waiting jobs (conservative backfill).
///
/// Promises count devices per node group. A job that cannot be placed at its time, because the free devices lie badly,
/// waits on, and everybody's promise is made again. Promises are made again, too, when a job ends at another time than
/// estimated: in the order of the promises that there are, each as early as possible, which delays nobody: at any time
/// from a job's old start on, those before it occupy no more than they did.
extension SchedulingEngine {
    /// Starts the jobs whose promised time has come.
    mutating func passWithReservations(
        _ partition: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        if partitions[partition].mustReplan { replan(partition, at: now) } else { promiseArrivals(partition, at: now) }
        for group in 0..<map.groupCount { profiles[partition * map.groupCount + group].forget(before: now) }
        var due: [OrderedQueue.Entry] = []
        var position = promised[partition].start
        while let entry = promised[partition].entry(at: position), entry.key <= now {
            due.append(entry)
            promised[partition].advance(&position)
        }
        for entry in due.sorted(by: { rank($0.key, $0.job) < rank($1.key, $1.job) }) {
            switch tryToStart(entry.job, partition, at: now, &queue, &machine) {
            case .started, .startedByReclaim: promised[partition].remove(entry.job, key: entry.key)
            case .noRoom, .overQuota, .brokenPromise:
                partitions[partition].mustReplan = true
                // What it counted on ends in a later round of this instant; nobody may take it before.
                if isEnding(partition, at: now) { return markReservations(partition, at: now) }
            }
        }
        markReservations(partition, at: now)
    }

    /// The order of promises: by start, jobs that take no time first, since others can follow at the same instant.
    private func rank(_ start: Nanoseconds, _ job: Int32) -> (Nanoseconds, Int, Int64, Int32) {
        (start, estimates[Int(job)] == 0 ? 0 : 1, states[Int(job)].key, job)
    }

    /// Whether a running job ends at this instant.
    private func isEnding(_ partition: Int, at now: Nanoseconds) -> Bool {
        running.contains { job in
            let state = states[Int(job)]
            return self.partition(of: job) == partition
                && state.runStart + state.overhead + runTime(job, state.left) == now
        }
    }

    private mutating func promiseArrivals(_ partition: Int, at now: Nanoseconds) {
        let arrived = partitions[partition].arrived.sorted {
            (states[Int($0)].key, $0) < (states[Int($1)].key, $1)
        }
        for job in arrived { promise(job, partition, at: now) }
    }

    /// Makes all promises again.
    private mutating func replan(_ partition: Int, at now: Nanoseconds) {
        partitions[partition].mustReplan = false
        var waiting: [(start: Nanoseconds, job: Int32)] = []
        var position = promised[partition].start
        while let entry = promised[partition].entry(at: position) {
            waiting.append((entry.key, entry.job))
            promised[partition].advance(&position)
        }
        waiting += partitions[partition].arrived.map { (.max, $0) }
        waiting.sort { rank($0.start, $0.job) < rank($1.start, $1.job) }
        promised[partition] = OrderedQueue()
        for group in 0..<map.groupCount {
            profiles[partition * map.groupCount + group] = FreeProfile(
                free: map.free(group: group, partition: partition), from: now)
        }
        for job in running where self.partition(of: job) == partition {
            let end = max(now, states[Int(job)].expectedEnd)
            if jobs[Int(job)].duration < 0 {
                for share in shares[Int(job)] {
                    let cell = partition * map.groupCount + map.group(of: Int(share.node))
                    profiles[cell].take(-Int64(share.devices), from: end, until: .max)
                }
                continue
            }
            guard let node = shares[Int(job)].first?.node else { continue }
            // They are not free now, and will be when it ends. A job that has outrun its estimate may end at once: who
            // counts on that and finds no place makes everybody plan again.
            let cell = partition * map.groupCount + map.group(of: Int(node))
            profiles[cell].take(-Int64(jobs[Int(job)].devices), from: end, until: .max)
        }
        for entry in waiting { promise(entry.job, partition, at: now) }
    }

    /// Promises a job the earliest start in one of its node groups.
    private mutating func promise(_ job: Int32, _ partition: Int, at now: Nanoseconds) {
        let request = jobs[Int(job)], index = Int(job)
        let time = restartCost(of: job) + runTime(job, max(0, estimates[index] - progress(job, at: nil).done))
        if request.duration < 0 {
            let start = promiseGang(job, partition, for: time, at: now)
            if let start, states[index].promise < 0 { states[index].promise = start }
            return promised[partition].insert(job, key: start ?? .max / 2)
        }
        var best: (start: Nanoseconds, cell: Int)?
        for group in 0..<map.groupCount where request.nodeGroups >> UInt64(group) & 1 == 1 {
            let cell = partition * map.groupCount + group
            guard let start = profiles[cell].earliest(Int64(request.devices), for: time, from: now) else { continue }
            if start < best?.start ?? .max { best = (start, cell) }
        }
        // Devices that have failed may come back: nobody can promise when.
        let start = best?.start ?? .max / 2
        if let best {
            let end = start &+ time < 0 ? .max : start + time
            profiles[best.cell].take(Int64(request.devices), from: start, until: end)
            if states[index].promise < 0 { states[index].promise = start }
        }
        promised[partition].insert(job, key: start)
    }

    private mutating func markReservations(_ partition: Int, at now: Nanoseconds) {
        for job in partitions[partition].arrived where states[Int(job)].phase == .waiting {
            mark(job, .reservation, at: now)
        }
    }
}
