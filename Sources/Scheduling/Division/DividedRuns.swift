import EventEngine
import Hardware

/// A stretch of time that a job of a workload that divides the cluster had the same devices.
public struct DividedRun: Equatable, Sendable {
    /// From when.
    public var start: Nanoseconds
    /// Until when; the end of the run of the scenario where the job was not done then.
    public var end: Nanoseconds
    /// How many devices; a part of one counts as such.
    public var deviceCount: Double
    /// Which devices; empty where only their number is known, as of elastic jobs.
    public var devices: [DeviceID]
}

/// Why a job of such a workload waits, as far as its records tell.
public enum DividedWaitReason: String, Sendable, CaseIterable {
    /// Devices are divided at fixed instants, and the next one has not come.
    case nextDivision = "next-division"
    /// The policy gives the devices to other jobs.
    case division
    /// It stands behind a job that does not fit.
    case order
    /// What it asks for is not free on any node.
    case devices
}

/// A stretch of time that such a job waited for one reason.
public struct DividedWait: Equatable, Sendable {
    /// From when.
    public var start: Nanoseconds
    /// Until when.
    public var end: Nanoseconds
    /// Why.
    public var reason: DividedWaitReason
    /// The job in its way, by its number in the order of submission; nil where it is not one.
    public var blocker: Int?
}

extension DividingEngine {
    /// The workload's name.
    public var name: String {
        switch self {
        case .rounds(let engine): engine.workload.name
        case .elastic(let engine): engine.workload.name
        case .fractions(let engine): engine.workload.name
        }
    }

    /// Waiting time by reason, summed over jobs, of those reasons that occur.
    public var waitingTimes: [(reason: DividedWaitReason, nanoseconds: Nanoseconds)] {
        var sums: [Nanoseconds] = Array(repeating: 0, count: DividedWaitReason.allCases.count)
        for index in records.indices {
            for wait in waits(of: index) {
                for (place, reason) in DividedWaitReason.allCases.enumerated() where reason == wait.reason {
                    sums[place] += wait.end - wait.start
                }
            }
        }
        return zip(DividedWaitReason.allCases, sums).filter { $0.1 > 0 }.map { ($0, $1) }
    }

    /// The runs of a job in order; of a round that is cut, the part up to the round before.
    public func runs(of index: Int) -> [DividedRun] {
        switch self {
        case .rounds(let engine):
            engine.scheduler.records[index].runs.filter { $0.end > $0.start }.map { run in
                DividedRun(
                    start: run.start, end: run.end, deviceCount: Double(run.devices.count),
                    devices: run.devices.map { engine.devices[run.kind][$0] })
            }
        case .elastic(let engine): engine.runs(of: index)
        case .fractions(let engine): engine.runs(of: index)
        }
    }

    /// Why a job waited, from its submission on, without gaps while it had no devices.
    public func waits(of index: Int) -> [DividedWait] {
        let record = record(of: index)
        guard !record.isRejected else { return [] }
        var waits: [DividedWait] = [], since = record.submitted
        let isOpen = record.end == nil
        let last = isOpen ? lastActivity : since
        for run in runs(of: index) + (isOpen ? [DividedRun(start: last, end: last, deviceCount: 0, devices: [])] : []) {
            if run.start > since { waits += reasons(index, from: since, to: run.start) }
            since = max(since, run.end)
        }
        return waits
    }

    private func record(of index: Int) -> (submitted: Nanoseconds, end: Nanoseconds?, isRejected: Bool) {
        switch self {
        case .rounds(let engine):
            (engine.workload.jobs[index].submitted, engine.scheduler.records[index].end, false)
        case .elastic(let engine):
            (
                engine.workload.jobs[index].submitted, engine.scheduler.records[index].end,
                engine.scheduler.records[index].isRejected
            )
        case .fractions(let engine): (engine.workload.tasks[index].submitted, engine.records[index].end, false)
        }
    }

    private func reasons(_ index: Int, from start: Nanoseconds, to end: Nanoseconds) -> [DividedWait] {
        switch self {
        case .rounds: [DividedWait(start: start, end: end, reason: .division)]
        case .elastic(let engine):
            // Divisions stand at multiples of the interval.
            Self.parts(start, end, cut: (start + engine.workload.interval - 1) / engine.workload.interval
                * engine.workload.interval, .nextDivision, .division)
        case .fractions(let engine): engine.reasons(index, from: start, to: end)
        }
    }

    private static func parts(
        _ start: Nanoseconds, _ end: Nanoseconds, cut: Nanoseconds, _ first: DividedWaitReason,
        _ second: DividedWaitReason
    ) -> [DividedWait] {
        [
            DividedWait(start: start, end: min(cut, end), reason: first),
            DividedWait(start: max(start, min(cut, end)), end: end, reason: second),
        ].filter { $0.end > $0.start }
    }
}

extension ElasticEngine {
    fileprivate func runs(of index: Int) -> [DividedRun] {
        let record = scheduler.records[index]
        return record.changes.enumerated().compactMap { place, change in
            guard change.devices > 0 else { return nil }
            let next = place + 1 < record.changes.count ? record.changes[place + 1].from : record.end
            let end = next ?? max(lastActivity, change.from)
            return DividedRun(start: change.from, end: end, deviceCount: Double(change.devices), devices: [])
        }
    }
}

extension FractionalEngine {
    fileprivate func runs(of index: Int) -> [DividedRun] {
        guard let start = records[index].start else { return [] }
        return [
            DividedRun(
                start: start, end: records[index].end ?? max(lastActivity, start),
                deviceCount: Double(workload.tasks[index].request.totalMilli) / 1000, devices: devices(of: index))
        ]
    }

    /// Where nobody goes ahead of one that does not fit, a task waits behind the one before it until that starts, and
    /// then for devices of its own.
    fileprivate func reasons(_ index: Int, from start: Nanoseconds, to end: Nanoseconds) -> [DividedWait] {
        guard !workload.skipsBlocked, index > 0 else {
            return [DividedWait(start: start, end: end, reason: .devices)]
        }
        let turn = max(start, min(end, records[index - 1].start ?? end))
        return [
            DividedWait(start: start, end: turn, reason: .order, blocker: index - 1),
            DividedWait(start: turn, end: end, reason: .devices),
        ].filter { $0.end > $0.start }
    }
}
