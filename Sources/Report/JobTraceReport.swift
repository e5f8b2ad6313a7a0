import JSONText
import TraceFormats

/// A job trace in numbers: the answer of `simulate trace inspect`.
public struct JobTraceReport: Sendable {
    private let summary: JobTraceSummary

    /// A report of a summary.
    public init(_ summary: JobTraceSummary) { self.summary = summary }

    /// For a terminal.
    public var text: String {
        let days = seconds(summary.spanNanoseconds) / 86400
        var text = "\(summary.jobs) jobs in \(significant(days)) days, \(significant(summary.deviceHours)) device-hours"
        if summary.offeredDevices > 0 { text += ", \(significant(summary.offeredDevices)) devices busy on average" }
        let times = summary.durationSeconds
        text += "\ndurations: median \(time(times.p50)), p90 \(time(times.p90)), p99 \(time(times.p99)), mean "
            + "\(time(times.mean)), \(time(times.least)) to \(time(times.largest))\n"
        let sizes = summary.sizes.sorted { ($0.jobs, $1.devices) > ($1.jobs, $0.devices) }.prefix(12)
        text += "gangs: " + sizes.map {
            "\($0.devices) x \(percent(Double($0.jobs) / Double(max(1, summary.jobs))))"
        }.joined(separator: ", ")
        text += summary.sizes.count > 12 ? " and \(summary.sizes.count - 12) other sizes\n" : "\n"
        if !summary.columns.isEmpty { text += "known beside: \(summary.columns.joined(separator: ", "))\n" }
        if summary.leftOut > 0 { text += "left out: \(summary.leftOut) rows that ran on no device\n" }
        if summary.reorderedRows > 0 {
            text += "sorted: \(summary.reorderedRows) rows were earlier than the row before\n"
        }
        guard !summary.tenants.isEmpty else { return text }
        var table = TextTable(["tenant", "jobs", "device-hours", "share"])
        for tenant in summary.tenants.sorted(by: { ($0.deviceHours, $1.name) > ($1.deviceHours, $0.name) }).prefix(20) {
            let share = summary.deviceHours > 0 ? tenant.deviceHours / summary.deviceHours : 0
            table.add([tenant.name, "\(tenant.jobs)", significant(tenant.deviceHours), percent(share)])
        }
        return text + "\n" + table.text
    }

    /// For scripts.
    public var json: JSONValue {
        let times = summary.durationSeconds
        return [
            "jobs": .init(summary.jobs), "left_out": .init(summary.leftOut), "reordered": .init(summary.reorderedRows),
            "span_s": .real(seconds(summary.spanNanoseconds)), "device_hours": .real(summary.deviceHours),
            "offered_devices": .real(summary.offeredDevices),
            "duration_s": [
                "min": .real(times.least), "mean": .real(times.mean), "p50": .real(times.p50), "p90": .real(times.p90),
                "p99": .real(times.p99), "max": .real(times.largest),
            ],
            "gangs": .object(JSONObject(summary.sizes.map { ("\($0.devices)", .init($0.jobs)) })),
            "columns": .array(summary.columns.map { .string($0) }),
            "tenants": .object(JSONObject(summary.tenants.map {
                ($0.name, ["jobs": .init($0.jobs), "device_hours": .real($0.deviceHours)])
            })),
        ]
    }
}
