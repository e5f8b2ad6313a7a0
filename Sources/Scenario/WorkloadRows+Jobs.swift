import EventEngine
import Hardware
import Scheduling
import Training

/// Rows for stretches of time that overlap: each takes the first row that is free when it begins.
private struct PackedRows {
    private let name: String
    private let group: TimelineTrack
    private var rows: [(track: TimelineTrack, freeFrom: Nanoseconds)] = []

    init(_ name: String, in group: TimelineTrack) {
        self.name = name
        self.group = group
    }

    /// A row for a stretch; stretches come in order of their beginnings.
    mutating func row(from start: Nanoseconds, to end: Nanoseconds, _ machine: inout Machine) -> TimelineTrack {
        if let free = rows.firstIndex(where: { $0.freeFrom <= start }) {
            rows[free].freeFrom = end
            return rows[free].track
        }
        rows.append((machine.timeline.track("\(name) \(rows.count + 1)", in: group), end))
        return rows[rows.count - 1].track
    }
}

/// A stretch of time that a job waited, with a text of the reason for each part of it.
private struct Waiting {
    var job: Int
    var parts: [(start: Nanoseconds, end: Nanoseconds, text: String)]
}

extension WorkloadRows {
    /// Every wait of every job, its parts named after what was in the job's way: `job: reason, behind other`.
    static func recordWaits(_ engine: SchedulingEngine, in group: TimelineTrack, _ machine: inout Machine) {
        let names = engine.configuration.list.names
        var stretches: [Waiting] = []
        for job in names.indices {
            append(engine.waits(job).map { wait in
                (wait.start, wait.end, text(names[job], wait.reason.name, wait.blocker.map { names[$0] }))
            }, of: job, to: &stretches)
        }
        show(stretches, in: group, &machine)
    }

    /// Runs and waits of the jobs that divide the cluster.
    static func record(_ engine: DividingEngine, name: String, _ machine: inout Machine) {
        let records = engine.records
        guard !records.isEmpty else { return }
        let group = machine.timeline.group(name)
        var rows = PackedRows("jobs", in: group)
        var runs: [(job: Int, run: DividedRun)] = [], stretches: [Waiting] = []
        for job in records.indices {
            runs += engine.runs(of: job).map { (job, $0) }
            append(engine.waits(of: job).map { wait in
                (
                    wait.start, wait.end,
                    text(records[job].name, wait.reason.rawValue, wait.blocker.map { records[$0].name })
                )
            }, of: job, to: &stretches)
        }
        runs.sort { ($0.run.start, $0.job) < ($1.run.start, $1.job) }
        let thousandths = machine.timeline.name("thousandths_of_devices")
        for (job, run) in runs {
            let row = rows.row(from: run.start, to: run.end, &machine)
            machine.timeline.slice(row, machine.timeline.name(records[job].name), from: run.start, to: run.end)
            machine.timeline.argument(thousandths, Int64((run.deviceCount * 1000).rounded()))
        }
        show(stretches, in: group, &machine)
    }

    /// The steps of a training workload that count.
    static func record(_ engine: TrainingEngine, _ machine: inout Machine) {
        let outcome = engine.outcome
        guard !outcome.stepEnds.isEmpty else { return }
        let row = machine.timeline.track("steps", in: machine.timeline.group(engine.configuration.name))
        let step = machine.timeline.name("step")
        for (number, (length, end)) in zip(outcome.stepNanoseconds, outcome.stepEnds).enumerated() {
            machine.timeline.slice(row, step, number: Int64(number), from: end - length, to: end)
        }
    }

    private static func text(_ job: String, _ reason: String, _ blocker: String?) -> String {
        "\(job): \(reason)" + (blocker.map { ", \($0)" } ?? "")
    }

    /// Joins parts that follow each other without a gap.
    private static func append(
        _ parts: [(start: Nanoseconds, end: Nanoseconds, text: String)], of job: Int, to stretches: inout [Waiting]
    ) {
        for part in parts {
            if let last = stretches.last, last.job == job, last.parts[last.parts.count - 1].end == part.start {
                stretches[stretches.count - 1].parts.append(part)
            } else {
                stretches.append(Waiting(job: job, parts: [part]))
            }
        }
    }

    private static func show(_ waits: [Waiting], in group: TimelineTrack, _ machine: inout Machine) {
        var rows = PackedRows("waiting", in: group)
        for wait in waits.sorted(by: { ($0.parts[0].start, $0.job) < ($1.parts[0].start, $1.job) }) {
            let row = rows.row(from: wait.parts[0].start, to: wait.parts[wait.parts.count - 1].end, &machine)
            for part in wait.parts {
                machine.timeline.slice(row, machine.timeline.name(part.text), from: part.start, to: part.end)
            }
        }
    }
}
