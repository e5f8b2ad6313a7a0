import EventEngine
import Metrics

/// What a run of the scheduler comes to.
public struct SchedulingOutcome: Sendable {
    /// Jobs submitted, done, never possible, and neither when the run ended.
    public var arrived = 0
    /// Jobs whose work was done.
    public var completed = 0
    /// Jobs that could never run.
    public var rejected = 0
    /// Jobs that waited or ran when the run ended.
    public var unfinished = 0
    /// Devices that the scheduler had when it started.
    public var devices: Int64 = 0
    /// From the start to the last thing that happened.
    public var makespan: Nanoseconds = 0
    /// Share of all device-time that jobs held, and that they worked in: without what restarts cost and what was lost.
    public var allocationRatio = 0.0
    /// Share of all device time in which jobs worked: without restarts and lost work.
    public var utilisation = 0.0
    /// Of the device-time that nobody held, the part while a job waited although as many devices as it asked for were
    /// free, but lay badly.
    public var fragmentation = 0.0
    /// Runs that a preemption or a drain ended.
    public var preemptions = 0
    /// Runs that ended because a tenant took back what is his.
    public var reclaims = 0
    /// Runs that a failing device ended, and nodes that failed by the engine's own rate.
    public var failures = 0
    /// Nodes that failed by the engine's own rate.
    public var nodeFailures = 0
    /// What restarts cost, and work that failures destroyed, summed over jobs.
    public var restart: Nanoseconds = 0
    /// Work that was destroyed, summed over jobs.
    public var lost: Nanoseconds = 0
    /// Jobs waiting, on average over time and at most.
    public var meanQueueLength = 0.0
    /// Most jobs that waited at once.
    public var longestQueue = 0
    /// From submission to end; the time of it in the queue; that time over the undisturbed one (as a ratio in place of
    /// seconds); of jobs that are done.
    public var completionTime: Distribution?
    /// Time in the queue, in seconds, of jobs that are done.
    public var queueing: Distribution?
    /// Completion time over the undisturbed duration, of jobs that are done; a ratio in place of seconds.
    public var stretch: Distribution?
    /// Finish-time fairness of jobs that are done: completion time over what an equal share of the contended cluster
    /// would have allowed; at most one is fair (Shockwave, NSDI 2023). A ratio in place of seconds.
    public var finishTimeFairness: Distribution?
    /// Jain's index of the tenants' device-time over their weights; nil with fewer than two tenants that had jobs.
    public var jainIndex: Double?
    /// What each tenant had, in the order of the configuration.
    public var tenants: [TenantOutcome] = []
    /// Waiting time by reason, summed over jobs, of those reasons that occur.
    public var waits: [(reason: WaitReason, nanoseconds: Nanoseconds)] = []
    /// Device-time of runs against what tenants were booked; equal unless the engine errs. In device-nanoseconds.
    public var segmentNanoseconds: Int64 = 0
    /// Device time that tenants were booked, in device-nanoseconds.
    public var bookedNanoseconds: Int64 = 0
}

/// What a tenant had of a run.
public struct TenantOutcome: Sendable {
    /// Its name in the scenario.
    public var name: String
    /// Jobs that were submitted.
    public var arrived = 0
    /// Jobs whose work was done.
    public var completed = 0
    /// Device time that its jobs held.
    public var deviceSeconds = 0.0
    /// Part of all device-time that was held.
    public var share = 0.0
    /// Times its jobs lost their devices for another reason than a failure.
    public var preemptions = 0
    /// From submission to end, in seconds, of jobs that are done.
    public var completionTime: Distribution?
    /// Time in the queue, in seconds, of jobs that are done.
    public var queueing: Distribution?
    /// Devices that he has by right at the end; nil: no limit.
    public var quotaDevices: Int64?
}

extension SchedulingEngine {
    /// Closes the books at the end of the run: what still runs is cut there. Called once, and nothing after it.
    public mutating func close(at time: Nanoseconds) {
        for job in running.sorted() {
            let index = Int(job)
            let segment = RunSegment(
                job: job, start: states[index].runStart, end: time,
                overhead: min(time - states[index].runStart, states[index].overhead), ending: .cut, firstShare: 0,
                shareCount: 0, lost: 0, isBorrowed: states[index].isBorrowing, previous: states[index].segment)
            states[index].segment = books.record(segment, shares: physicalShares(of: job))
            states[index].attained += time - states[index].runStart
        }
        books.use(0, at: time)
        books.queueLength(waitingCount, until: time)
        for tenant in tenants.indices {
            tenants[tenant].deviceNanoseconds += Double(tenants[tenant].devices) * Double(time - tenants[tenant].since)
            tenants[tenant].since = time
        }
        books.closed = time
    }

    /// Whether every job has been submitted and is done, or can never be.
    public var isDone: Bool { books.completed + books.rejected == jobs.count }

    /// Everything summed up; the books must be closed.
    public var outcome: SchedulingOutcome {
        var outcome = SchedulingOutcome()
        outcome.devices = books.devices
        outcome.makespan = books.closed
        count(into: &outcome)
        let capacity = scaler == nil ? Double(books.devices) * Double(books.closed) : books.readyNanoseconds
        if capacity > 0 {
            outcome.allocationRatio = books.heldNanoseconds / capacity
        }
        if books.closed > 0 { outcome.meanQueueLength = books.queueNanoseconds / Double(books.closed) }
        if books.freeNanoseconds > 0 { outcome.fragmentation = books.fragmentedNanoseconds / books.freeNanoseconds }
        outcome.longestQueue = books.longestQueue
        outcome.nodeFailures = books.nodeFailures
        var useful = 0.0
        for segment in books.segments {
            let devices = Int64(jobs[Int(segment.job)].devices)
            outcome.segmentNanoseconds &+= devices &* (segment.end - segment.start)
            useful += Double(devices) * Double(segment.end - segment.start - segment.overhead - segment.lost)
            outcome.lost += segment.lost
            outcome.restart += segment.overhead
            switch segment.ending {
            case .preempted, .drained: outcome.preemptions += 1
            case .reclaimed: outcome.reclaims += 1
            case .failed: outcome.failures += 1
            case .completed, .cut: break
            }
        }
        outcome.bookedNanoseconds = books.bookedNanoseconds
        if capacity > 0 { outcome.utilisation = useful / capacity }
        distributions(into: &outcome)
        fairness(into: &outcome)
        sumWaits(into: &outcome)
        return outcome
    }

    private func count(into outcome: inout SchedulingOutcome) {
        for state in states {
            switch state.phase {
            case .future: continue
            case .completed: outcome.completed += 1
            case .rejected: outcome.rejected += 1
            case .waiting, .running: outcome.unfinished += 1
            }
            outcome.arrived += 1
        }
    }

    private func distributions(into outcome: inout SchedulingOutcome) {
        let done = states.indices.filter { states[$0].phase == .completed }
        outcome.completionTime = Distribution(nanoseconds: done.map { states[$0].end - jobs[$0].submit })
        outcome.queueing = Distribution(nanoseconds: done.map { states[$0].waitingNanoseconds })
        let timed = done.filter { jobs[$0].duration > 0 }
        func ratio(_ top: Double, _ bottom: Double) -> Int64 { Int64(min(9e18, top / bottom * 1e9)) }
        outcome.stretch = Distribution(nanoseconds: timed.map {
            ratio(Double(states[$0].end - jobs[$0].submit), Double(jobs[$0].duration))
        })
        outcome.finishTimeFairness = Distribution(nanoseconds: timed.map { ratio(fairness(of: $0) ?? 0, 1) })
    }

    /// Finish-time fairness of a job that is done; nil for others.
    public func fairness(of index: Int) -> Double? {
        guard states[index].phase == .completed, jobs[index].duration > 0 else { return nil }
        let time = Double(states[index].end - jobs[index].submit)
        let contention = states[index].demandNanoseconds / time / Double(max(1, books.devices))
        return time / (Double(jobs[index].duration) * max(1, contention))
    }

    private func fairness(into outcome: inout SchedulingOutcome) {
        var list = configuration.tenants.map { TenantOutcome(name: $0.name) }
        var times: [[Nanoseconds]] = Array(repeating: [], count: list.count), waits = times
        for index in states.indices where states[index].phase != .future {
            let tenant = Int(jobs[index].tenant)
            list[tenant].arrived += 1
            list[tenant].preemptions += Int(states[index].preemptions)
            guard states[index].phase == .completed else { continue }
            list[tenant].completed += 1
            times[tenant].append(states[index].end - jobs[index].submit)
            waits[tenant].append(states[index].waitingNanoseconds)
        }
        for tenant in list.indices {
            list[tenant].deviceSeconds = tenants[tenant].deviceNanoseconds / 1e9
            list[tenant].share = books.heldNanoseconds > 0
                ? tenants[tenant].deviceNanoseconds / books.heldNanoseconds : 0
            list[tenant].completionTime = Distribution(nanoseconds: times[tenant])
            list[tenant].queueing = Distribution(nanoseconds: waits[tenant])
            list[tenant].quotaDevices = quotas[tenant]
        }
        outcome.tenants = list
        let parts = list.indices.filter { list[$0].arrived > 0 }
            .map { list[$0].deviceSeconds / configuration.tenants[$0].weight }
        let sum = parts.reduce(0, +), squares = parts.reduce(0) { $0 + $1 * $1 }
        if parts.count > 1, squares > 0 { outcome.jainIndex = sum * sum / (Double(parts.count) * squares) }
    }

    private func sumWaits(into outcome: inout SchedulingOutcome) {
        var sums: [Nanoseconds] = Array(repeating: 0, count: WaitReason.allCases.count)
        for index in states.indices where states[index].phase != .future {
            for wait in waits(index) { sums[Int(wait.reason.rawValue)] &+= wait.end - wait.start }
        }
        outcome.waits = WaitReason.allCases.filter { sums[Int($0.rawValue)] > 0 }.map { ($0, sums[Int($0.rawValue)]) }
    }
}
