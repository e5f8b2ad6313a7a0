/// Writes job traces as the project's own JSON Lines (see ``SimulateJobFormat``), a line at a time.
///
/// The bytes are a function of the trace alone. Reading them back gives the same trace, but for the rows that the
/// original left out or sorted.
public enum JobTraceWriter {
    /// Writes a trace to `sink` in pieces of about 64 KiB.
    public static func write<Failure: Error>(
        _ trace: JobTrace, to sink: ([UInt8]) throws(Failure) -> Void
    ) throws(Failure) {
        var text = Array("{\"format\":\"\(SimulateJobFormat.name)\"}\n".utf8)
        for index in 0..<trace.count {
            text += line(trace, index).utf8
            if text.count >= 1 << 16 {
                try sink(text)
                text.removeAll(keepingCapacity: true)
            }
        }
        try sink(text)
    }

    private static func line(_ trace: JobTrace, _ index: Int) -> String {
        var line = "{\"id\":\(quoted(trace.names[index])),\"submit_s\":\(decimal(trace.submitNanoseconds[index], 9))"
        line += ",\"devices\":\(trace.devices[index])"
        line += ",\"duration_s\":\(decimal(trace.durationNanoseconds[index], 9))"
        if !trace.tenants.isEmpty { line += ",\"tenant\":\(quoted(trace.tenantNames[Int(trace.tenants[index])]))" }
        if let time = value(trace.estimateNanoseconds, index), time >= 0 {
            line += ",\"estimate_s\":\(decimal(time, 9))"
        }
        if let type = value(trace.deviceTypes, index), type >= 0 {
            line += ",\"device_type\":\(quoted(trace.deviceTypeNames[Int(type)]))"
        }
        if let priority = value(trace.priorities, index) { line += ",\"priority\":\(priority)" }
        if let time = value(trace.deadlineNanoseconds, index), time >= 0 {
            line += ",\"deadline_s\":\(decimal(time, 9))"
        }
        if let share = value(trace.deviceShares, index) { line += ",\"device_share\":\(decimal(Int64(share), 3))" }
        if let cpu = value(trace.cpuMilli, index) { line += ",\"cpus\":\(decimal(cpu, 3))" }
        if let bytes = value(trace.memoryBytes, index) { line += ",\"memory_bytes\":\(bytes)" }
        if let group = value(trace.placementGroupIndices, index), group >= 0 {
            let bundles = trace.placementGroups[Int(group)]
            line += ",\"bundles\":[\(bundles.devices.map(String.init).joined(separator: ","))]"
            line += ",\"strategy\":\"\(bundles.strategy.rawValue)\""
        }
        return line + "}\n"
    }

    private static func value<Value>(_ column: [Value], _ index: Int) -> Value? { column.isEmpty ? nil : column[index] }

    /// A number that is not negative, in units of 10^-decimals, without trailing zeros.
    private static func decimal(_ value: Int64, _ decimals: Int) -> String {
        var unit: Int64 = 1
        for _ in 0..<decimals { unit *= 10 }
        guard value % unit > 0 else { return "\(value / unit)" }
        var digits = "\(value % unit)"
        digits = String(repeating: "0", count: decimals - digits.count) + digits
        while digits.last == "0" { digits.removeLast() }
        return "\(value / unit).\(digits)"
    }

    /// JSON text of a name.
    private static func quoted(_ name: String) -> String {
        var text = "\""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}
