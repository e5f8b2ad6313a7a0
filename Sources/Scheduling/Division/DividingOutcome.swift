import EventEngine
import Metrics

/// What a run of a workload that divides the cluster comes to.
public struct DividingOutcome: Sendable {
    /// Jobs submitted, done, turned away, and neither when the run ended.
    public var arrived = 0
    /// Jobs whose work was done.
    public var completed = 0
    /// Jobs that were turned away.
    public var rejected = 0
    /// Jobs that were neither done nor turned away when the run ended.
    public var unfinished = 0
    /// Devices that were divided.
    public var devices = 0
    /// From the start to the end of the last job that is done.
    public var makespan: Nanoseconds = 0
    /// Share of all device time until then that jobs held, and held without restarts.
    public var allocationRatio = 0.0
    /// Share of all device time that jobs held, restarts apart.
    public var utilisation = 0.0
    /// Times a job lost its devices before it was done.
    public var preemptions = 0
    /// What restarts cost, summed over jobs.
    public var restart: Nanoseconds = 0
    /// From submission to end; the time of it without devices; of jobs that are done.
    public var completionTime: Distribution?
    /// Time without devices from submission to end, in seconds, of jobs that are done.
    public var queueing: Distribution?
    /// Completion time over that of the job alone on its part of the cluster: rho. A ratio in place of seconds.
    public var finishTimeFairness: Distribution?
    /// Waiting time by reason, summed over jobs.
    public var waits: [(reason: DividedWaitReason, nanoseconds: Nanoseconds)] = []
    /// Figures of one kind of engine, by name.
    public var own: [(name: String, value: Double)] = []
    /// Why the scheduler stopped before its time.
    public var failure: String?
}

extension DividingEngine {
    /// Everything summed up.
    public var outcome: DividingOutcome {
        let records = records
        let done = records.filter { $0.end != nil }
        var outcome = DividingOutcome()
        outcome.arrived = records.count
        outcome.completed = done.count
        outcome.rejected = records.count(where: \.isRejected)
        outcome.unfinished = outcome.arrived - outcome.completed - outcome.rejected
        outcome.devices = deviceCount
        outcome.makespan = done.compactMap(\.end).max() ?? 0
        let capacity = Double(deviceCount) * TimeConversion.seconds(
            outcome.unfinished > 0 ? lastActivity : outcome.makespan)
        let held = records.reduce(0) { $0 + $1.deviceSeconds }
        let restarts = records.reduce(0) { sum, record in
            sum + (record.attained > 0 ? record.deviceSeconds * Double(record.restart) / Double(record.attained) : 0)
        }
        if capacity > 0 {
            outcome.allocationRatio = held / capacity
            outcome.utilisation = (held - restarts) / capacity
        }
        outcome.preemptions = records.reduce(0) { $0 + $1.preemptions }
        outcome.restart = records.reduce(0) { $0 + $1.restart }
        outcome.completionTime = Distribution(nanoseconds: done.map { ($0.end ?? 0) - $0.submitted })
        outcome.queueing = Distribution(nanoseconds: done.map { ($0.end ?? 0) - $0.submitted - $0.attained })
        outcome.finishTimeFairness = Distribution(nanoseconds: Self.ratios(records, devices: deviceCount))
        outcome.waits = waitingTimes
        outcome.own = ownFigures
        if case .rounds(let engine) = self { outcome.failure = engine.failure?.description }
        return outcome
    }

    private var ownFigures: [(name: String, value: Double)] {
        switch self {
        case .rounds(let engine):
            let scheduler = engine.scheduler
            return [
                ("rounds", Double(scheduler.rounds)), ("divisions", Double(scheduler.divisions)),
                ("lease_extensions", Double(scheduler.leaseExtensions)),
            ]
        case .elastic(let engine):
            return [("restarts", Double(engine.scheduler.records.reduce(0) { $0 + $1.restarts }))]
        case .fractions(let engine):
            let all = Double(engine.deviceCount) * 1000
            return [("peak_allocation_ratio", all > 0 ? Double(engine.peakMilli) / all : 0)]
        }
    }

    /// Finish-time fairness of the jobs that are done, in billionths.
    private static func ratios(_ records: [DividedJobRecord], devices: Int) -> [Int64] {
        let demand = DemandOverTime(records)
        return records.compactMap { record in
            guard let end = record.end, let exclusive = record.exclusiveSeconds, exclusive > 0, end > record.submitted
            else { return nil }
            let contention = demand.mean(from: record.submitted, to: end) / Double(max(1, devices))
            let rho = FinishTimeRatio.rho(
                completion: TimeConversion.seconds(end - record.submitted), exclusive: exclusive,
                contention: contention)
            return Int64(min(9e18, rho * 1e9))
        }
    }
}

/// Devices that present jobs ask for, over time.
private struct DemandOverTime {
    /// Instants at which jobs come and go, the demand from each on, and its integral up to each.
    private var times: [Nanoseconds] = []
    private var demands: [Double] = []
    private var sums: [Double] = []

    init(_ records: [DividedJobRecord]) {
        var changes = records.filter { !$0.isRejected }.flatMap { record -> [(Nanoseconds, Double)] in
            [(record.submitted, record.devices)] + (record.end.map { [($0, -record.devices)] } ?? [])
        }
        changes.sort { ($0.0, $0.1) < ($1.0, $1.1) }
        var (demand, sum) = (0.0, 0.0)
        for (time, change) in changes {
            if let last = times.last { sum += demand * TimeConversion.seconds(time - last) }
            demand += change
            times.append(time)
            demands.append(demand)
            sums.append(sum)
        }
    }

    func mean(from start: Nanoseconds, to end: Nanoseconds) -> Double {
        (integral(end) - integral(start)) / TimeConversion.seconds(end - start)
    }

    private func integral(_ time: Nanoseconds) -> Double {
        var (low, high) = (0, times.count)
        while low < high {
            let middle = (low + high) / 2
            if times[middle] <= time { low = middle + 1 } else { high = middle }
        }
        guard low > 0 else { return 0 }
        return sums[low - 1] + demands[low - 1] * TimeConversion.seconds(time - times[low - 1])
    }
}
