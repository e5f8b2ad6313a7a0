/// What a job trace holds, in numbers: the answer of `simulate trace inspect`.
public struct JobTraceSummary: Sendable, Equatable {
    /// Jobs of the trace.
    public var jobs: Int
    /// Rows that were left out, since they ran on no device.
    public var leftOut: Int
    /// Rows that were not in order of time.
    public var reorderedRows: Int
    /// First to last submission, in nanoseconds.
    public var spanNanoseconds: Int64
    /// Sum over jobs of devices multiplied by duration, in device-hours.
    public var deviceHours: Double
    /// Devices busy on average if every job ran at once when submitted: device-time over the span; 0 without a span.
    public var offeredDevices: Double
    /// Gang sizes with the number of jobs of each, by size.
    public var sizes: [(devices: Int, jobs: Int)]
    /// Durations in seconds: least, median, 90th and 99th percentile, largest, mean.
    public var durationSeconds: (least: Double, p50: Double, p90: Double, p99: Double, largest: Double, mean: Double)
    /// Tenants with jobs and device-hours, in order of appearance.
    public var tenants: [(name: String, jobs: Int, deviceHours: Double)]
    /// Which of the columns that a format may have are there.
    public var columns: [String]

    /// Sums a trace up.
    public init(_ trace: JobTrace) {
        jobs = trace.count
        leftOut = trace.leftOut
        reorderedRows = trace.reorderedRows
        spanNanoseconds = trace.submitNanoseconds.last ?? 0
        let hours = trace.devices.indices.map {
            Double(trace.devices[$0]) * Double(trace.durationNanoseconds[$0]) / 3.6e12
        }
        deviceHours = hours.reduce(0, +)
        offeredDevices = spanNanoseconds > 0 ? deviceHours * 3.6e12 / Double(spanNanoseconds) : 0
        let sorted = trace.devices.sorted()
        sizes = []
        for size in sorted {
            if sizes.last?.devices != Int(size) { sizes.append((Int(size), 0)) }
            sizes[sizes.count - 1].jobs += 1
        }
        let times = trace.durationNanoseconds.sorted()
        func percentile(_ share: Int) -> Double {
            times.isEmpty ? 0 : Double(times[max(1, (times.count * share + 99) / 100) - 1]) / 1e9
        }
        let mean = times.isEmpty ? 0 : times.reduce(0) { $0 + Double($1) / 1e9 } / Double(times.count)
        durationSeconds = (
            Double(times.first ?? 0) / 1e9, percentile(50), percentile(90), percentile(99),
            Double(times.last ?? 0) / 1e9, mean
        )
        tenants = trace.tenantNames.map { ($0, 0, 0) }
        for (index, tenant) in trace.tenants.enumerated() {
            tenants[Int(tenant)].jobs += 1
            tenants[Int(tenant)].deviceHours += hours[index]
        }
        let known: [(String, Bool)] = [
            ("tenant", !trace.tenants.isEmpty), ("estimate", !trace.estimateNanoseconds.isEmpty),
            ("device type", !trace.deviceTypes.isEmpty), ("priority", !trace.priorities.isEmpty),
            ("deadline", !trace.deadlineNanoseconds.isEmpty), ("device share", !trace.deviceShares.isEmpty),
            ("processors", !trace.cpuMilli.isEmpty), ("memory", !trace.memoryBytes.isEmpty),
        ]
        columns = known.filter(\.1).map(\.0)
    }

    /// Equal in every figure.
    public static func == (left: JobTraceSummary, right: JobTraceSummary) -> Bool {
        left.jobs == right.jobs && left.leftOut == right.leftOut && left.reorderedRows == right.reorderedRows
            && left.spanNanoseconds == right.spanNanoseconds && left.deviceHours == right.deviceHours
            && left.durationSeconds == right.durationSeconds && left.columns == right.columns
            && left.sizes.elementsEqual(right.sizes, by: ==) && left.tenants.elementsEqual(right.tenants, by: ==)
    }
}
