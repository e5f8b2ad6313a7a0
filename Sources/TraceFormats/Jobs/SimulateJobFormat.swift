import JSONText

/// The project's own JSON Lines of jobs, `simulate-jobs/1`.
///
/// ```
/// {"format":"simulate-jobs/1"}
/// {"id":"a","submit_s":0,"devices":8,"duration_s":3600,"tenant":"search","estimate_s":4000}
/// {"submit_s":12.5,"devices":1,"duration_s":90,"device_type":"h20","priority":2,"deadline_s":600}
/// ```
///
/// The first line names the format. Each further line is a job: `submit_s` and `duration_s` (seconds), `devices`, and
/// where known `id` (else its number, from 0), `tenant`, `estimate_s` (what its user said it would take),
/// `device_type` (a node group or a device of the scenario's cluster), `priority` (larger first), `deadline_s` (on the
/// clock of `submit_s`), `device_share` (of the one device, above 0 to 1), `cpus` and `memory_bytes` (of the whole
/// gang), `bundles` (devices of each bundle of a placement group, `[2,2]`, together those of the job) with their
/// `strategy` (`PACK` unless stated). Any other key is an error.
public enum SimulateJobFormat: JobFormatReader {
    /// What the first line's `format` says.
    public static let name = "simulate-jobs/1"
    static let signature = "{\"format\":\"\(name)\"}"
    private static let headerKeys = JSONLineKeys(required: ["format"], optional: [])
    private static let keys = JSONLineKeys(
        required: ["submit_s", "devices", "duration_s"],
        optional: [
            "id", "tenant", "estimate_s", "device_type", "priority", "deadline_s", "device_share", "cpus",
            "memory_bytes", "bundles", "strategy",
        ])

    static func recognises(_ lines: borrowing LineReader) -> Bool {
        lines.buffer[lines.line.lowerBound] == UInt8(ascii: "{")
            && (try? format(lines))?.hasPrefix("simulate-jobs/") ?? false
    }

    static func read(_ lines: inout LineReader, into rows: inout JobRows) throws(TraceProblem) {
        guard try lines.next() else { return }
        let format = try format(lines)
        guard format == name else {
            throw lines.problem(field: "format", found: "found \"\(format)\"", remedy: "this version reads \"\(name)\"")
        }
        while try lines.next() {
            let row = try row(lines)
            guard (1...1000).contains(row.share), row.share == 1000 || row.devices == 1 else {
                throw lines.problem(
                    field: "device_share", found: "a share of \(row.share) thousandths of \(row.devices) devices",
                    remedy: "give a share above 0 to 1, below 1 of one device only")
            }
            let bundled = row.bundles?.devices.reduce(Int64(0)) { $0 + Int64($1) } ?? row.devices
            guard bundled == row.devices else {
                throw lines.problem(
                    field: "bundles", found: "bundles of \(bundled) devices for a job of \(row.devices)",
                    remedy: "let the bundles sum up to devices")
            }
            try rows.append(row, lines)
        }
    }

    private static func format(_ lines: borrowing LineReader) throws(TraceProblem) -> String {
        var scanner = JSONLineScanner(lines.buffer, in: lines.line)
        var format = ""
        do throws(JSONLineProblem) {
            try scanner.beginObject()
            while let key = try scanner.nextKey(headerKeys) {
                guard key == 0 else { throw unknownKey(&scanner, headerKeys) }
                format = try scanner.string()
            }
            try scanner.endLine(headerKeys)
        } catch {
            throw lines.problem(error)
        }
        return format
    }

    private static func row(_ lines: borrowing LineReader) throws(TraceProblem) -> JobRow {
        var scanner = JSONLineScanner(lines.buffer, in: lines.line)
        var row = JobRow(submit: 0, devices: 0, duration: 0)
        var strategy: PlacementStrategy?
        do throws(JSONLineProblem) {
            try scanner.beginObject()
            while let key = try scanner.nextKey(keys) {
                switch key {
                case 0: row.submit = try scanner.scaledInteger(decimals: 9)
                case 1: row.devices = try scanner.integer()
                case 2: row.duration = try scanner.scaledInteger(decimals: 9)
                case 3: row.name = try scanner.string()
                case 4: row.tenant = try scanner.string()
                case 5: row.estimate = try scanner.scaledInteger(decimals: 9)
                case 6: row.deviceType = try scanner.string()
                case 7: row.priority = try scanner.integer()
                case 8: row.deadline = try scanner.scaledInteger(decimals: 9)
                case 9: row.share = try scanner.scaledInteger(decimals: 3)
                case 10: row.cpuMilli = try scanner.scaledInteger(decimals: 3)
                case 11: row.memoryBytes = try scanner.integer()
                case 12: row.bundles = try bundles(&scanner)
                case 13: strategy = try self.strategy(&scanner)
                default: throw unknownKey(&scanner, keys)
                }
            }
            try scanner.endLine(keys)
            if let strategy {
                guard row.bundles != nil else {
                    throw scanner.problem(found: "strategy", expected: "bundles beside it")
                }
                row.bundles?.strategy = strategy
            }
        } catch {
            throw lines.problem(error)
        }
        return row
    }

    private static func bundles(_ scanner: inout JSONLineScanner) throws(JSONLineProblem) -> JobBundles {
        var devices: [Int64] = []
        try scanner.integers(appendingTo: &devices)
        guard !devices.isEmpty, devices.allSatisfy({ (1...1 << 24).contains($0) }) else {
            throw scanner.problem(
                found: "\(devices)", expected: "an array of at least one number of devices, each from 1 on")
        }
        return JobBundles(devices: devices.map { Int32($0) }, strategy: .pack)
    }

    private static func strategy(_ scanner: inout JSONLineScanner) throws(JSONLineProblem) -> PlacementStrategy {
        let name = try scanner.string()
        if let strategy = PlacementStrategy(rawValue: name) { return strategy }
        let names = PlacementStrategy.allCases.map(\.rawValue)
        throw scanner.problem(
            found: "\"\(name)\"",
            expected: Spelling.nearest(to: name, among: names).map { "\"\($0)\"" }
                ?? "one of \(names.joined(separator: ", "))")
    }

    private static func unknownKey(_ scanner: inout JSONLineScanner, _ keys: JSONLineKeys) -> JSONLineProblem {
        let name = scanner.currentKey ?? ""
        let nearest = Spelling.nearest(to: name, among: keys.names).map { "\"\($0)\"" }
        return scanner.problem(
            found: "an unknown key", expected: nearest ?? "one of the keys \(keys.names.joined(separator: ", "))")
    }
}
