/// The Philly trace (Jeon et al., ATC 2019) as AdaptDL's simulator has it: a date, seconds, devices, virtual cluster.
enum PhillyFormat: JobTableFormat {
    static let columns = ["timestamp", "duration", "num_gpus", "cluster"]

    static func read(_ lines: inout LineReader, into rows: inout JobRows) throws(TraceProblem) {
        var table = try JobTable(&lines)
        let submit = try table.column("timestamp", lines), duration = try table.column("duration", lines)
        let devices = try table.column("num_gpus", lines), tenant = try table.column("cluster", lines)
        while try table.next(&lines) {
            let row = JobRow(
                submit: try table.time(submit, "timestamp", lines),
                devices: try table.integer(devices, "num_gpus", lines),
                duration: try table.seconds(duration, "duration", lines), tenant: table.text(tenant, lines))
            try rows.appendOrLeaveOut(row, lines)
        }
    }
}

/// The Helios trace (Hu et al., SC 2021) and what its simulator reads: submissions as dates or seconds.
enum HeliosFormat: JobTableFormat {
    static let columns = ["job_id", "vc", "gpu_num", "submit_time", "duration"]

    static func read(_ lines: inout LineReader, into rows: inout JobRows) throws(TraceProblem) {
        var table = try JobTable(&lines)
        let name = try table.column("job_id", lines), tenant = try table.column("vc", lines)
        let submit = try table.column("submit_time", lines), duration = try table.column("duration", lines)
        let devices = try table.column("gpu_num", lines)
        while try table.next(&lines) {
            let row = JobRow(
                name: table.text(name, lines), submit: try table.time(submit, "submit_time", lines),
                devices: try table.integer(devices, "gpu_num", lines),
                duration: try table.seconds(duration, "duration", lines), tenant: table.text(tenant, lines))
            try rows.appendOrLeaveOut(row, lines)
        }
    }
}

/// The jobs of Tiresias' simulator (Gu et al., NSDI 2019): seconds and devices.
enum TiresiasFormat: JobTableFormat {
    static let columns = ["job_id", "num_gpu", "submit_time", "duration"]

    static func read(_ lines: inout LineReader, into rows: inout JobRows) throws(TraceProblem) {
        var table = try JobTable(&lines)
        let name = try table.column("job_id", lines), devices = try table.column("num_gpu", lines)
        let submit = try table.column("submit_time", lines), duration = try table.column("duration", lines)
        while try table.next(&lines) {
            let row = JobRow(
                name: table.text(name, lines), submit: try table.time(submit, "submit_time", lines),
                devices: try table.integer(devices, "num_gpu", lines),
                duration: try table.seconds(duration, "duration", lines))
            try rows.appendOrLeaveOut(row, lines)
        }
    }
}

extension JobRows {
    /// Adds a job; one that asked for no device is counted only.
    mutating func appendOrLeaveOut(_ row: JobRow, _ lines: borrowing LineReader) throws(TraceProblem) {
        if row.devices == 0 { leftOut += 1 } else { try append(row, lines) }
    }
}

/// The cells of a table of jobs by kind.
private struct JobTable: ~Copyable {
    private var rows: CSVRows

    init(_ lines: inout LineReader) throws(TraceProblem) { rows = try CSVRows(&lines) }

    mutating func next(_ lines: inout LineReader) throws(TraceProblem) -> Bool { try rows.next(&lines) }

    func column(_ name: String, _ lines: borrowing LineReader) throws(TraceProblem) -> Int {
        try rows.header.column(name, lines)
    }

    func text(_ index: Int, _ lines: borrowing LineReader) -> String { rows.cells.text(index, in: lines) }

    func integer(_ index: Int, _ name: String, _ lines: borrowing LineReader) throws(TraceProblem) -> Int64 {
        try rows.cells.integer(index, name: name, in: lines)
    }

    /// Seconds as nanoseconds.
    func seconds(_ index: Int, _ name: String, _ lines: borrowing LineReader) throws(TraceProblem) -> Int64 {
        try rows.cells.scaledInteger(index, decimals: 9, name: name, in: lines)
    }

    /// A date with a time, or seconds, as nanoseconds.
    func time(_ index: Int, _ name: String, _ lines: borrowing LineReader) throws(TraceProblem) -> Int64 {
        if let date = DateAndTime.nanoseconds(lines.buffer, in: rows.cells.range(index)) { return date }
        return try seconds(index, name, lines)
    }
}
