import EventEngine

/// A job in a round.
struct RoundRun: Sendable {
    var job: Int
    var kind: Int
    /// When the job stops: at the round's end or with its last step.
    var end: Nanoseconds
    /// How far it is then.
    var after: RoundProgress
}

extension RoundScheduler {
    /// Chooses the jobs of the next round: kind after kind, the highest priority that fits in what is left.
    ///
    /// A job that arrived after the last division has no share yet. It is passed over, but where nothing else asks for
    /// the devices they are held for it until the next division, as Gavel does.
    mutating func select() -> [[(job: Int, gang: Int)]] {
        var order = Array(cluster.kinds.indices)
        if !policy.knowsKinds { shuffle(&order) }
        var isChosen = [Bool](repeating: false, count: jobs.count)
        var chosen = [[(job: Int, gang: Int)]](repeating: [], count: cluster.kinds.count)
        for kind in order {
            var free = cluster.kinds[kind].count
            for job in queue(kind: kind) where free > 0 && !isChosen[job] {
                guard rate(job, kind) > 0, jobs[job].gang <= free else { continue }
                isChosen[job] = true
                free -= jobs[job].gang
                if priorities.isReckoned(job) { chosen[kind].append((job, jobs[job].gang)) }
            }
        }
        return chosen
    }

    /// The jobs that may run on the kind, the furthest behind first; ties in order of arrival.
    private func queue(kind: Int) -> [Int] {
        let entries = active.map { job in
            (job: job, key: priorities.key(job: job, kind: kind, canRun: rate(job, kind) > 0))
        }
        let open = policy.isStrict ? entries.filter { $0.key.priority > 0 } : entries
        return open.indices.sorted { open[$0].key == open[$1].key ? $0 < $1 : open[$0].key > open[$1].key }
            .map { open[$0].job }
    }

    private func rate(_ job: Int, _ kind: Int) -> Double {
        jobs[job].stages[progress[job].stage].stepsPerSecond[kind]
    }

    private mutating func shuffle(_ order: inout [Int]) {
        for last in stride(from: order.count - 1, to: 0, by: -1) {
            order.swapAt(last, random.uniform(below: last + 1))
        }
    }

    /// Starts the chosen jobs of a kind.
    mutating func begin(_ chosen: [(job: Int, gang: Int)], kind: Int, at now: Nanoseconds) {
        let placed = placement.place(chosen, kind: kind, count: cluster.kinds[kind].count)
        for (index, entry) in chosen.enumerated() {
            let goesOn = placement.kinds[entry.job] == kind && placement.devices[entry.job] == placed[index]
            let lost = startOrExtend(entry.job, kind: kind, devices: placed[index], goesOn: goesOn, at: now)
            let step = progress[entry.job].advanced(
                jobs[entry.job], kind: kind, from: now + lost, until: now + configuration.round)
            running.append(RoundRun(job: entry.job, kind: kind, end: step.end, after: step.progress))
        }
    }

    /// Books the start of a run, or that it goes on; returns the time lost to the restart.
    private mutating func startOrExtend(
        _ job: Int, kind: Int, devices: [Int], goesOn: Bool, at now: Nanoseconds
    ) -> Nanoseconds {
        if goesOn {
            leaseExtensions += 1
            return 0
        }
        if !placement.devices[job].isEmpty { records[job].preemptions += 1 }
        placement.remember(job: job, kind: kind, devices: devices)
        records[job].runs.append(RoundRecord.Run(start: now, end: now, kind: kind, devices: devices))
        // The first start is part of the job's own time.
        guard records[job].runs.count > 1 else { return 0 }
        let lost = min(configuration.restart, configuration.round)
        records[job].restart += lost
        return lost
    }

    /// Takes the devices from a job that is not in the round.
    mutating func stop(_ job: Int) {
        guard !placement.devices[job].isEmpty else { return }
        records[job].preemptions += 1
        placement.remember(job: job, kind: -1, devices: [])
    }
}
