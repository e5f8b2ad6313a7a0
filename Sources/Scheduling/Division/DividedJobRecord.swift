import EventEngine

/// What became of one job of a workload that divides the cluster.
public struct DividedJobRecord: Equatable, Sendable {
    /// Its name.
    public var name: String
    /// When it was submitted.
    public var submitted: Nanoseconds
    /// Devices of its gang, or the most that it can use; parts of a device count as such.
    public var devices: Double
    /// Whether it was turned away.
    public var isRejected = false
    /// When it first ran, and when it was done.
    public var start: Nanoseconds?
    /// When it was done; nil if it was not.
    public var end: Nanoseconds?
    /// Time on devices, restarts included.
    public var attained: Nanoseconds = 0
    /// Device time, in device seconds.
    public var deviceSeconds = 0.0
    /// What restarts cost.
    public var restart: Nanoseconds = 0
    /// How often it lost its devices before it was done.
    public var preemptions = 0
    /// Seconds that it would take alone, on the devices that suit it best; nil where that means nothing.
    public var exclusiveSeconds: Double?
}

extension DividingEngine {
    /// The records of all jobs that have been submitted, in order of submission.
    public var records: [DividedJobRecord] {
        switch self {
        case .rounds(let engine): engine.jobRecords
        case .elastic(let engine): engine.jobRecords
        case .fractions(let engine): engine.jobRecords
        }
    }

    /// Devices that the engine found free when it started.
    public var deviceCount: Int {
        switch self {
        case .rounds(let engine): engine.devices.reduce(0) { $0 + $1.count }
        case .elastic(let engine): engine.scheduler.devices
        case .fractions(let engine): engine.deviceCount
        }
    }
}

extension RoundEngine {
    var jobRecords: [DividedJobRecord] {
        scheduler.records.enumerated().map { index, record in
            let job = workload.jobs[index]
            var result = DividedJobRecord(name: job.name, submitted: job.submitted, devices: Double(job.gang))
            result.start = record.runs.first?.start
            result.end = record.end
            result.attained = record.runs.reduce(0) { $0 + $1.end - $1.start }
            result.deviceSeconds = TimeConversion.seconds(result.attained) * Double(job.gang)
            result.restart = record.restart
            result.preemptions = record.preemptions
            result.exclusiveSeconds = job.stages.reduce(0) { sum, stage in
                sum + Double(stage.steps) / (stage.stepsPerSecond.max() ?? 0)
            }
            return result
        }
    }
}

extension ElasticEngine {
    var jobRecords: [DividedJobRecord] {
        scheduler.records.enumerated().map { index, record in
            let job = workload.jobs[index]
            var result = DividedJobRecord(
                name: job.name, submitted: job.submitted, devices: Double(job.speeds.count - 1))
            result.isRejected = record.isRejected
            result.start = record.start
            result.end = record.end
            result.deviceSeconds = TimeConversion.seconds(record.deviceTime)
            for (place, change) in record.changes.enumerated() where change.devices > 0 {
                let until = place + 1 < record.changes.count ? record.changes[place + 1].from : record.end
                result.attained += (until ?? max(lastActivity, change.from)) - change.from
            }
            result.restart = record.restart
            result.preemptions = record.preemptions
            return result
        }
    }
}

extension FractionalEngine {
    var jobRecords: [DividedJobRecord] {
        records.enumerated().map { index, record in
            let task = workload.tasks[index]
            var result = DividedJobRecord(
                name: task.name, submitted: task.submitted, devices: Double(task.request.totalMilli) / 1000)
            result.start = record.start
            result.end = record.end
            if let start = record.start { result.attained = (record.end ?? max(lastActivity, start)) - start }
            result.deviceSeconds = TimeConversion.seconds(result.attained) * result.devices
            result.exclusiveSeconds = TimeConversion.seconds(task.duration)
            return result
        }
    }
}
