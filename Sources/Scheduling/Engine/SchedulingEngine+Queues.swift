import EventEngine

/// Lists of queues: a job enters the first and falls into the next one when it has attained the limit of its own.
///
/// As in Tiresias (NSDI 2019): who arrives and who falls goes to the tail of a queue, and after each pass those that
/// run stand before those that wait.
extension SchedulingEngine {
    /// The limits of all queues but the last; empty where there are no queues.
    var queueLimits: [Int64] {
        if case .byQueues(let limits, _) = configuration.policy.preemption { limits } else { [] }
    }

    /// The first time at which limits are looked at, from `time` on.
    func tick(from time: Nanoseconds) -> Nanoseconds {
        guard case .byQueues(_, let tick) = configuration.policy.preemption else { return time }
        return (time + tick - 1) / tick * tick
    }

    /// Schedules the moment at which a job that starts now has attained the limit of its queue.
    mutating func scheduleDemotion(_ job: Int32, at now: Nanoseconds, _ queue: inout EventQueue) {
        let index = Int(job), limits = queueLimits, level = Int(states[index].level)
        guard level < limits.count, configuration.policy.compatibility != .tiresiasDemotion else { return }
        let (rate, attained) = service(job, at: now)
        let left = max(0, limits[level] - attained)
        let time = tick(from: now + (left + rate - 1) / rate)
        queue.schedule(
            Event(
                time: time, component: component, kind: SchedulingEvent.demotion, phase: .timer, a: Int64(job),
                b: Int64(states[index].generation) << 16 | Int64(level)))
    }

    /// A running job has attained the limit of its queue.
    mutating func demote(_ job: Int32, at now: Nanoseconds, _ queue: inout EventQueue) {
        fall(job)
        partitions[partition(of: job)].isOpen = true
        scheduleDemotion(job, at: now, &queue)
        requestPass(at: now, &queue)
    }

    /// Moves a job to the tail of the next list.
    mutating func fall(_ job: Int32) {
        let partition = partition(of: job), level = Int(states[Int(job)].level)
        partitions[partition].levels[level].removeAll { $0 == job }
        partitions[partition].levels[level + 1].append(job)
        states[Int(job)].level += 1
    }

    /// What a job has attained as its queue order measures it, and how fast it attains more while it runs.
    func service(_ job: Int32, at now: Nanoseconds) -> (rate: Int64, attained: Int64) {
        let rate = configuration.policy.order.name == QueueOrder.leastAttainedService.name
            ? Int64(jobs[Int(job)].devices) : 1
        return (rate, saturatingProduct(progress(job, at: now).attained, rate))
    }
}
