import EventEngine
import Hardware

/// The pass with preemption: waiting and running jobs in one order.
extension SchedulingEngine {
    /// Decides who has the devices of a partition, by the queue order over all of its jobs.
    mutating func passWithPreemption(
        _ partition: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        let order = configuration.policy.order
        let ranked = running.filter { self.partition(of: $0) == partition }
            .map { OrderedQueue.Entry(key: order.key(view(of: $0, at: now)), job: $0) }.sorted()
        var plan = preemptionPlan(ranked.map(\.job))
        var passed: [Int] = []
        var rank = 0
        while true {
            let waiting = heaps[partition].first?.rank
            let isNext = rank < ranked.count
                && waiting.map { ranked[rank] < OrderedQueue.Entry(key: $0.key, job: $0.job) } ?? true
            if isNext {
                _ = settle(ranked[rank].job, rank: rank, partition, &plan)
                rank += 1
                continue
            }
            guard let waiting, let lane = heaps[partition].first?.lane else { break }
            if !passed.contains(lane) { passed.append(lane) }
            moveOn(lane, behind: waiting)
            let isPlaced = settle(waiting.job, rank: rank, partition, &plan)
            if !isPlaced { mark(waiting.job, shortage(waiting.job, partition), at: now) }
            if !isPlaced, configuration.policy.whenBlocked == .block { break }
            guard hosts != nil || plan.unsettledDevices > 0 || map.free(partition: partition, groups: .max) > 0
            else { break }
        }
        // Who was displaced for a place that was not needed in the end, or behind a job that blocks, keeps his.
        for job in plan.ranked[rank...] { _ = settle(job, rank: plan.ranked.count, partition, &plan) }
        for lane in passed { refreshRank(lane) }
        carryOut(plan, at: now, &queue, &machine)
    }

    /// Decides who has the devices of a partition, queue by queue, each in the order of its list.
    mutating func passOverQueues(
        _ partition: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        let isLate = configuration.policy.compatibility == .tiresiasDemotion
        if isLate { demoteLate(partition, at: now, &queue) }
        let order = partitions[partition].levels.flatMap { $0 }
        var plan = preemptionPlan(order.filter { states[Int($0)].runningIndex >= 0 })
        var rank = 0
        for job in order {
            let isRunning = states[Int(job)].runningIndex >= 0
            let isPlaced = settle(job, rank: rank, partition, &plan)
            if isRunning { rank += 1 } else if !isPlaced { mark(job, shortage(job, partition), at: now) }
            if !isPlaced, configuration.policy.whenBlocked == .block { break }
        }
        carryOut(plan, at: now, &queue, &machine)
        if isLate { expectLateDemotion(partition, at: now, &queue) }
        for level in partitions[partition].levels.indices {
            let list = partitions[partition].levels[level]
            partitions[partition].levels[level] =
                list.filter { states[Int($0)].runningIndex >= 0 } + list.filter { states[Int($0)].runningIndex < 0 }
        }
    }

    /// Takes displaced jobs off their devices and starts those that were chosen.
    private mutating func carryOut(
        _ plan: PreemptionPlan, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        undo(plan)
        let displaced = plan.ranked.filter { plan.standing[Int(states[Int($0)].runningIndex)] == .displaced }
        for job in displaced {
            interrupt(job, .preempted, at: now, &machine)
            let winner = plan.losses.last { $0.loser == job }?.winner ?? -1
            mark(job, .preempted, blocker: winner, at: now)
        }
        for start in plan.starts { begin(start.job, on: start.shares, at: now, &queue, &machine) }
    }

    /// The partition that a job's tenant has.
    func partition(of job: Int32) -> Int { configuration.tenants[Int(jobs[Int(job)].tenant)].partition }
}
