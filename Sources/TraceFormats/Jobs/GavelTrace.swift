/// Job traces of Gavel (stanford-futuredata/gavel, scheduler/traces) and Shockwave (uw-mad-dash/shockwave).
///
/// Text with tabs and no header. The number of fields tells the layout:
/// 7, Gavel's traces of the Philly clusters: type, command, step option, needs data (absent), steps, arrival, gang;
/// 10, Gavel's physical cluster: type, command, folder, step option, needs data, steps, gang, weight, deadline,
/// arrival;
/// 12, Shockwave: as 10, with the adaptation behind the gang and the stated duration in front of the arrival.
/// Times are seconds, a deadline of -1 is none.
public enum GavelTrace {
    /// Reads a trace file.
    public static func read(path: String) throws(TraceProblem) -> [ThroughputJob] {
        var lines = try LineReader(path: path)
        return try read(&lines)
    }

    /// Reads a trace that is in memory.
    public static func read(bytes: [UInt8], name: String) throws(TraceProblem) -> [ThroughputJob] {
        var lines = LineReader(bytes: bytes, name: name)
        return try read(&lines)
    }

    /// Where the fields of a layout stand.
    private struct Layout {
        var fields: Int
        var steps: Int
        var gang: Int
        var arrival: Int
        var weight: Int?
        var deadline: Int?
        var adaptation: Int?
        var duration: Int?
    }

    private static let layouts = [
        Layout(fields: 7, steps: 4, gang: 6, arrival: 5),
        Layout(fields: 10, steps: 5, gang: 6, arrival: 9, weight: 7, deadline: 8),
        Layout(fields: 12, steps: 5, gang: 6, arrival: 11, weight: 8, deadline: 9, adaptation: 7, duration: 10),
    ]

    private static func read(_ lines: inout LineReader) throws(TraceProblem) -> [ThroughputJob] {
        var jobs: [ThroughputJob] = []
        var cells = CSVCells(separator: UInt8(ascii: "\t"))
        while try lines.next() {
            try cells.split(lines)
            guard let layout = layouts.first(where: { $0.fields == cells.count }) else {
                throw lines.problem(
                    found: "\(cells.count) fields between tabs",
                    remedy: "a Gavel trace has 7 or 10 fields, a Shockwave trace 12")
            }
            jobs.append(try job(layout, cells, lines))
        }
        guard !jobs.isEmpty else {
            throw TraceProblem(file: lines.name, found: "holds no jobs", remedy: "use a file with at least one job")
        }
        return jobs
    }

    private static func job(
        _ layout: Layout, _ cells: CSVCells, _ lines: borrowing LineReader
    ) throws(TraceProblem) -> ThroughputJob {
        let type = cells.text(0, in: lines)
        let steps = try cells.integer(layout.steps, name: "steps", in: lines)
        let gang = try cells.integer(layout.gang, name: "scale factor", in: lines)
        let arrival = try cells.scaledInteger(layout.arrival, decimals: 9, name: "arrival", in: lines)
        guard !type.isEmpty else {
            throw lines.problem(field: "job type", found: "an empty field", remedy: "name the job's type")
        }
        guard steps > 0, gang > 0, gang <= 1 << 20, arrival >= 0 else {
            throw lines.problem(
                found: "\(steps) steps, scale factor \(gang), arrival \(arrival) ns",
                remedy: "a job has at least one step and one device, and does not arrive before 0")
        }
        return ThroughputJob(
            type: type, steps: steps, gang: Int(gang),
            weight: try number(layout.weight, "weight", cells, lines) ?? 1,
            deadlineFactor: try number(layout.deadline, "SLO", cells, lines).flatMap { $0 > 0 ? $0 : nil },
            adaptation: try adaptation(layout.adaptation, cells, lines),
            statedDuration: try duration(layout.duration, cells, lines), arrival: arrival)
    }

    private static func duration(
        _ index: Int?, _ cells: CSVCells, _ lines: borrowing LineReader
    ) throws(TraceProblem) -> Int64? {
        guard let index else { return nil }
        return try cells.scaledInteger(index, decimals: 9, name: "duration", in: lines)
    }

    private static func number(
        _ index: Int?, _ name: String, _ cells: CSVCells, _ lines: borrowing LineReader
    ) throws(TraceProblem) -> Double? {
        guard let index else { return nil }
        return Double(try cells.scaledInteger(index, decimals: 6, name: name, in: lines)) / 1e6
    }

    private static func adaptation(
        _ index: Int?, _ cells: CSVCells, _ lines: borrowing LineReader
    ) throws(TraceProblem) -> ThroughputJob.Adaptation {
        guard let index else { return .none }
        let name = cells.text(index, in: lines)
        guard let adaptation = ThroughputJob.Adaptation(rawValue: name) else {
            let names = ThroughputJob.Adaptation.allCases.map(\.rawValue).joined(separator: ", ")
            throw lines.problem(field: "mode", found: "\"\(name)\"", remedy: "expected one of \(names)")
        }
        return adaptation
    }
}
