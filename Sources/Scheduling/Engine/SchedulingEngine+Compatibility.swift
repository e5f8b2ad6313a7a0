import EventEngine
import Hardware

/// What other simulators do that this one does not, so that their results can be met.
extension SchedulingEngine {
    /// HeliosArtifact's SRTF: who runs is decided by the number of devices; whom there is no place for then waits,
    /// although others were taken off for him.
    mutating func passByNumbers(
        _ partition: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        let order = configuration.policy.order
        var candidates = running.filter { self.partition(of: $0) == partition }
        var free = map.free(partition: partition, groups: .max)
        for job in candidates { free += Int64(jobs[Int(job)].devices) }
        for lane in lanes.indices where lanes[lane].partition == partition {
            var position = lanes[lane].queue.start
            while let entry = lanes[lane].queue.entry(at: position) {
                candidates.append(entry.job)
                lanes[lane].queue.advance(&position)
            }
        }
        let sorted = candidates.map { OrderedQueue.Entry(key: order.key(view(of: $0, at: now)), job: $0) }.sorted()
        var chosen: [Int32] = [], losers: [Int32] = []
        var isBlocked = false
        for job in sorted.map(\.job) {
            let devices = Int64(jobs[Int(job)].devices)
            if !isBlocked, devices <= free {
                free -= devices
                chosen.append(job)
            } else {
                if configuration.policy.whenBlocked == .block { isBlocked = true }
                if states[Int(job)].phase == .running { losers.append(job) }
            }
        }
        for job in losers {
            interrupt(job, .preempted, at: now, &machine)
            mark(job, .preempted, at: now)
        }
        for job in chosen where states[Int(job)].phase == .waiting {
            if place(job, partition) {
                begin(job, on: found, at: now, &queue, &machine)
            } else {
                mark(job, shortage(job, partition), at: now)
            }
        }
    }

    /// Tiresias with GPU time: before each pass every job that has attained its limit falls, and the next fall is
    /// expected as if the time run so far had counted once instead of once per device.
    mutating func demoteLate(_ partition: Int, at now: Nanoseconds, _ queue: inout EventQueue) {
        let limits = queueLimits
        for job in running.sorted() where self.partition(of: job) == partition {
            let level = Int(states[Int(job)].level)
            guard level < limits.count, service(job, at: now).attained >= limits[level] else { continue }
            fall(job)
        }
    }

    /// Schedules the next look at limits, as Tiresias does.
    mutating func expectLateDemotion(_ partition: Int, at now: Nanoseconds, _ queue: inout EventQueue) {
        let limits = queueLimits
        var next: Nanoseconds?
        for job in running where self.partition(of: job) == partition {
            let level = Int(states[Int(job)].level)
            guard level < limits.count else { continue }
            let devices = Int64(jobs[Int(job)].devices)
            let left = max(0, limits[level] - progress(job, at: now).attained)
            let time = max(now + 1, tick(from: now + (left + devices - 1) / devices))
            next = min(next ?? time, time)
        }
        partitions[partition].lateLook += 1
        guard let next else { return }
        queue.schedule(
            Event(
                time: next, component: component, kind: SchedulingEvent.lateDemotion, phase: .timer,
                a: Int64(partition), b: partitions[partition].lateLook))
    }
}
