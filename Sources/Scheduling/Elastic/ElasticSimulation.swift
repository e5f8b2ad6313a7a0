import EventEngine

/// What became of an elastic job.
public struct ElasticRecord: Equatable, Sendable {
    /// Whether it was turned away when it came.
    public var isRejected = false
    /// When it was done; nil where it was not.
    public var end: Nanoseconds?
    /// Devices from each instant on, whenever they changed.
    public var devices: [(from: Nanoseconds, count: Int)] = []
    /// How often its devices changed after its first start.
    public var restarts = 0
    /// Device time, in device nanoseconds.
    public var deviceTime: Int64 = 0

    public static func == (left: ElasticRecord, right: ElasticRecord) -> Bool {
        left.isRejected == right.isRejected && left.end == right.end && left.restarts == right.restarts
            && left.deviceTime == right.deviceTime && left.devices.elementsEqual(right.devices) { $0 == $1 }
    }
}

/// Runs elastic jobs on alike devices that are divided anew in fixed intervals.
///
/// A job that arrives waits for the next division. One whose devices change loses the restart at the start of the
/// interval; one that ends leaves its devices idle until the next division.
public struct ElasticSimulation: Sendable {
    /// Devices in all.
    public let devices: Int
    /// Time between divisions.
    public let interval: Nanoseconds
    /// Time that a change of devices costs a job, less than the interval.
    public let restart: Nanoseconds
    private let policy: any ElasticPolicy

    /// A cluster under a policy; Pollux divides every 60 s and pays 30 s for a change.
    public init(
        devices: Int, interval: Nanoseconds = 60_000_000_000, restart: Nanoseconds = 30_000_000_000,
        policy: any ElasticPolicy
    ) {
        precondition(devices > 0 && interval > 0 && restart < interval, "a restart fits into an interval")
        self.devices = devices
        self.interval = interval
        self.restart = restart
        self.policy = policy
    }

    /// The records of jobs that are sorted by submission, in their order.
    public func run(_ jobs: [ElasticJob]) -> [ElasticRecord] {
        var records = jobs.map { _ in ElasticRecord() }
        var left = jobs.map(\.work)
        var held = jobs.map { _ in 0 }
        var active: [Int] = []
        var (now, next): (Nanoseconds, Int) = (0, 0)
        while next < jobs.count || !active.isEmpty {
            if active.isEmpty, jobs[next].submitted > now {
                now = (jobs[next].submitted + interval - 1) / interval * interval
            }
            while next < jobs.count, jobs[next].submitted <= now {
                active.append(next)
                if !policy.admits(active.count - 1, problem(active, jobs, left, held, at: now)) {
                    records[next].isRejected = true
                    active.removeLast()
                }
                next += 1
            }
            let division = policy.divide(problem(active, jobs, left, held, at: now))
            precondition(division.reduce(0, +) <= devices, "a division gives what there is")
            for (index, job) in active.enumerated() {
                let lost = change(&records[job], from: held[job], to: division[index], at: now)
                held[job] = division[index]
                advance(&records[job], &left[job], jobs[job].speeds[held[job]], held[job], from: now + lost, at: now)
            }
            active.removeAll { records[$0].end != nil }
            now += interval
            // Without devices for anyone nothing ever changes.
            if next == jobs.count, division.allSatisfy({ $0 == 0 }) { break }
        }
        return records
    }

    private func problem(
        _ active: [Int], _ jobs: [ElasticJob], _ left: [Double], _ held: [Int], at now: Nanoseconds
    ) -> ElasticProblem {
        ElasticProblem(
            devices: devices, interval: TimeConversion.seconds(interval), restart: TimeConversion.seconds(restart),
            entries: active.map { job in
                ElasticProblem.Entry(
                    job: job, speeds: jobs[job].speeds, left: left[job],
                    secondsLeft: jobs[job].deadline.map { TimeConversion.seconds(max(0, $0 - now)) },
                    devices: held[job])
            })
    }

    /// Books a change of devices and returns the time that it costs.
    private func change(
        _ record: inout ElasticRecord, from before: Int, to after: Int, at now: Nanoseconds
    ) -> Nanoseconds {
        guard before != after else { return 0 }
        let isFirst = record.devices.isEmpty
        record.devices.append((now, after))
        guard !isFirst, after > 0 else { return 0 }
        record.restarts += 1
        return restart
    }

    /// Works from an instant to the end of the interval, or of the job.
    private func advance(
        _ record: inout ElasticRecord, _ left: inout Double, _ speed: Double, _ count: Int, from start: Nanoseconds,
        at now: Nanoseconds
    ) {
        let available = now + interval - start
        let needed = speed > 0 ? left / speed : .infinity
        if needed <= TimeConversion.seconds(available) {
            record.end = start + TimeConversion.nanoseconds(fromSeconds: needed)
            record.deviceTime += Int64(count) * ((record.end ?? start) - now)
            left = 0
        } else {
            left -= speed * TimeConversion.seconds(available)
            record.deviceTime += Int64(count) * interval
        }
    }
}
