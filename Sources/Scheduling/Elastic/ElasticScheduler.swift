import EventEngine

/// What became of an elastic job.
public struct ElasticRecord: Equatable, Sendable {
    /// The devices of a job from an instant on.
    public struct Change: Equatable, Sendable {
        /// From when.
        public var from: Nanoseconds
        /// How many devices.
        public var devices: Int
    }

    /// Whether it was turned away when it came.
    public var isRejected = false
    /// When it first had devices.
    public var start: Nanoseconds?
    /// When it was done; nil where it was not.
    public var end: Nanoseconds?
    /// Every change of its devices.
    public var changes: [Change] = []
    /// How often its devices changed after its first start, not counting that they were all taken away.
    public var restarts = 0
    /// How often all of its devices were taken away.
    public var preemptions = 0
    /// Time that the restarts cost.
    public var restart: Nanoseconds = 0
    /// Device time, in device nanoseconds.
    public var deviceTime: Int64 = 0
}

/// Divides alike devices among elastic jobs anew in fixed intervals.
///
/// A job that arrives waits for the next division. One whose devices change loses the restart at the start of the
/// interval; one that ends leaves its devices idle until the next division.
public struct ElasticScheduler: Sendable {
    /// Devices in all.
    public let devices: Int
    /// Time between divisions.
    public let interval: Nanoseconds
    /// Time that a change of devices costs a job, less than the interval.
    public let restart: Nanoseconds
    /// What became of the jobs that have been submitted.
    public private(set) var records: [ElasticRecord] = []
    /// Devices that each job has in the interval that is going on.
    public private(set) var held: [Int] = []
    private let policy: any ElasticPolicy
    private var jobs: [ElasticJob] = []
    private var left: [Double] = []
    private var active: [Int] = []

    /// A scheduler without jobs; Pollux divides every 60 s and pays 30 s for a change.
    public init(
        devices: Int, interval: Nanoseconds = 60_000_000_000, restart: Nanoseconds = 30_000_000_000,
        policy: any ElasticPolicy
    ) {
        precondition(interval > 0 && restart < interval, "a restart fits into an interval")
        self.devices = devices
        self.interval = interval
        self.restart = restart
        self.policy = policy
    }

    /// Whether no job is there.
    public var isIdle: Bool { active.isEmpty }

    /// Takes a job at an instant of a division, or turns it away.
    public mutating func submit(_ job: ElasticJob, at now: Nanoseconds) {
        active.append(jobs.count)
        jobs.append(job)
        records.append(ElasticRecord())
        left.append(job.work)
        held.append(0)
        if !policy.admits(active.count - 1, problem(at: now)) {
            records[jobs.count - 1].isRejected = true
            active.removeLast()
        }
    }

    /// Divides the devices for an interval and works through it. Jobs that are done in it are gone at its end.
    /// - Returns: whether any job has devices.
    public mutating func divide(at now: Nanoseconds) -> Bool {
        let division = policy.divide(problem(at: now))
        precondition(division.reduce(0, +) <= devices, "a division gives what there is")
        for job in held.indices { held[job] = 0 }
        for (index, job) in active.enumerated() {
            let lost = change(job, to: division[index], at: now)
            held[job] = division[index]
            advance(job, from: now + lost, at: now)
        }
        active.removeAll { records[$0].end != nil }
        return division.contains { $0 > 0 }
    }

    private func problem(at now: Nanoseconds) -> ElasticProblem {
        ElasticProblem(
            devices: devices, interval: TimeConversion.seconds(interval), restart: TimeConversion.seconds(restart),
            entries: active.map { job in
                ElasticProblem.Entry(
                    job: job, speeds: jobs[job].speeds, left: left[job],
                    secondsLeft: jobs[job].deadline.map { TimeConversion.seconds(max(0, $0 - now)) },
                    devices: records[job].changes.last?.devices ?? 0)
            })
    }

    /// Books a change of devices and returns the time that it costs.
    private mutating func change(_ job: Int, to devices: Int, at now: Nanoseconds) -> Nanoseconds {
        guard (records[job].changes.last?.devices ?? 0) != devices else { return 0 }
        let isFirst = records[job].changes.isEmpty
        records[job].changes.append(ElasticRecord.Change(from: now, devices: devices))
        if isFirst { records[job].start = now }
        guard devices > 0 else {
            records[job].preemptions += 1
            return 0
        }
        guard !isFirst else { return 0 }
        records[job].restarts += 1
        records[job].restart += restart
        return restart
    }

    /// Works from an instant to the end of the interval, or of the job.
    private mutating func advance(_ job: Int, from start: Nanoseconds, at now: Nanoseconds) {
        let speed = jobs[job].speeds[held[job]]
        let available = now + interval - start
        let needed = speed > 0 ? left[job] / speed : .infinity
        if needed <= TimeConversion.seconds(available) {
            let end = start + TimeConversion.nanoseconds(fromSeconds: needed)
            records[job].end = end
            records[job].deviceTime += Int64(held[job]) * (end - now)
            left[job] = 0
        } else {
            left[job] -= speed * TimeConversion.seconds(available)
            records[job].deviceTime += Int64(held[job]) * interval
        }
    }
}
