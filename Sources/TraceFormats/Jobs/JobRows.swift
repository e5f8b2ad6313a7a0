/// One job of a file. Times in nanoseconds.
struct JobRow {
    /// What the file calls it; nil: its number.
    var name: String?
    /// On any clock.
    var submit: Int64
    var devices: Int64
    var duration: Int64
    var tenant: String?
    var estimate: Int64 = -1
    var deviceType: String?
    var priority: Int64 = 0
    /// On the clock of the submissions.
    var deadline: Int64 = -1
    var share: Int64 = 1000
    var cpuMilli: Int64 = 0
    var memoryBytes: Int64 = 0
    /// Bundles of a placement group; nil: a plain gang.
    var bundles: JobBundles?
}

/// The jobs of a file as they are read.
struct JobRows {
    private var rows: [JobRow] = []
    /// Rows that are no job to simulate.
    var leftOut = 0

    /// Adds a job of the current line, after checking what no format may hold.
    mutating func append(_ row: JobRow, _ lines: borrowing LineReader) throws(TraceProblem) {
        guard row.devices >= 1 || (row.devices == 0 && (row.cpuMilli > 0 || row.memoryBytes > 0)) else {
            throw lines.problem(
                field: "devices", found: "found \(row.devices)", remedy: "a job asks for at least one device")
        }
        guard row.devices <= 1 << 24 else {
            throw lines.problem(field: "devices", found: "found \(row.devices)", remedy: "at most 16777216 devices")
        }
        guard row.duration >= 0, row.duration <= 1 << 61 else {
            throw lines.problem(
                field: "duration", found: "a duration that is negative or beyond 73 years",
                remedy: "give the time that the job ran")
        }
        rows.append(row)
    }

    /// All jobs in the order of a trace, the first submission at 0.
    func trace(file: String, maximumJobs: Int?) throws(TraceProblem) -> JobTrace {
        guard !rows.isEmpty else {
            throw TraceProblem(
                file: file, found: leftOut > 0 ? "holds no job that ran on devices" : "holds no jobs",
                remedy: "use a file with at least one job")
        }
        var order = rows.indices.sorted { (rows[$0].submit, $0) < (rows[$1].submit, $1) }
        if let maximumJobs { order = Array(order.prefix(maximumJobs)) }
        let first = rows[order[0]].submit
        var trace = JobTrace()
        trace.leftOut = leftOut
        for row in rows.indices.dropFirst() where rows[row].submit < rows[row - 1].submit { trace.reorderedRows += 1 }
        trace.names = order.map { rows[$0].name ?? "\($0)" }
        trace.submitNanoseconds = order.map { rows[$0].submit - first }
        trace.devices = order.map { Int32(rows[$0].devices) }
        trace.durationNanoseconds = order.map { rows[$0].duration }
        if rows.contains(where: { $0.tenant != nil }) {
            (trace.tenantNames, trace.tenants) = Self.numbered(order.map { rows[$0].tenant ?? "default" })
        }
        if rows.contains(where: { $0.deviceType != nil }) {
            let named = order.map { rows[$0].deviceType }
            let (names, numbers) = Self.numbered(named.compactMap { $0 })
            var next = numbers.makeIterator()
            (trace.deviceTypeNames, trace.deviceTypes) = (names, named.map { $0 == nil ? -1 : next.next() ?? -1 })
        }
        func column<Value: Equatable>(_ standard: Value, _ value: (JobRow) -> Value) -> [Value] {
            rows.contains { value($0) != standard } ? order.map { value(rows[$0]) } : []
        }
        trace.estimateNanoseconds = column(-1, \.estimate)
        trace.priorities = column(0) { Int32(clamping: $0.priority) }
        trace.deadlineNanoseconds = column(-1) { $0.deadline < 0 ? -1 : max(0, $0.deadline - first) }
        trace.deviceShares = column(1000) { Int32($0.share) }
        trace.cpuMilli = column(0, \.cpuMilli)
        trace.memoryBytes = column(0, \.memoryBytes)
        if rows.contains(where: { $0.bundles != nil }) {
            var known: [JobBundles: Int32] = [:]
            trace.placementGroupIndices = order.map { row in
                guard let bundles = rows[row].bundles else { return -1 }
                if let number = known[bundles] { return number }
                known[bundles] = Int32(trace.placementGroups.count)
                trace.placementGroups.append(bundles)
                return Int32(trace.placementGroups.count - 1)
            }
        }
        return trace
    }

    /// Names in order of appearance, and the number of each.
    private static func numbered(_ all: [String]) -> (names: [String], numbers: [Int32]) {
        var known: [String: Int32] = [:]
        var names: [String] = []
        let numbers = all.map { name in
            if let number = known[name] { return number }
            known[name] = Int32(names.count)
            names.append(name)
            return Int32(names.count - 1)
        }
        return (names, numbers)
    }
}
