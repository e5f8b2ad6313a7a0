import EventEngine

/// What a queue order may look at in a job. Times that a real scheduler could not know are estimates (see
/// ``DurationKnowledge``).
public struct JobView: Sendable {
    /// When it was submitted.
    public var submit: Nanoseconds
    /// Devices of its gang.
    public var devices: Int64
    /// Estimate of all its work.
    public var estimate: Nanoseconds
    /// Estimate of the work that is left.
    public var remaining: Nanoseconds
    /// How long it has run.
    public var attained: Nanoseconds
    /// Larger goes first.
    public var priority: Int64
    /// When it should be done; `max` where it does not matter.
    public var deadline: Nanoseconds
    /// Its tenant's part of the cluster now, as the order measures it.
    public var tenantShare: Double
}

/// When a key of a queue order changes.
public enum KeyChange: Sendable {
    /// Never after the job is submitted.
    case never
    /// While the job runs, so that it matters only where running jobs can be preempted.
    case whileRunning
    /// Whenever a job of its tenant starts or ends; then jobs of one tenant keep their order of submission.
    case withTenant
}

/// The order in which waiting jobs are served: smaller keys first, equal ones by submission, then as in the trace.
///
/// One file and one line of ``registry`` for each. The key is a function without captures, so that calling it costs
/// no reference counting.
public struct QueueOrder: Sendable {
    /// The name in scenarios.
    public let name: String
    /// When the key changes.
    public let change: KeyChange
    /// Whether it looks at durations, which are estimates.
    public let usesDurations: Bool
    /// What `tenantShare` means to it.
    public let share: TenantShare
    /// The key of a job.
    public let key: @Sendable (JobView) -> Int64

    init(
        _ name: String, changes: KeyChange = .never, usesDurations: Bool = false, share: TenantShare = .none,
        key: @escaping @Sendable (JobView) -> Int64
    ) {
        self.name = name
        change = changes
        self.usesDurations = usesDurations
        self.share = share
        self.key = key
    }

    /// All orders, by the names that scenarios use.
    public static let registry: [QueueOrder] = [
        .fifo, .shortestJob, .shortestRemaining, .shortestService, .fewestDevices, .leastAttained,
        .leastAttainedService, .priority, .earliestDeadline, .dominantShare, .fairShare,
    ]

    /// The order of a name, or nil.
    public static func named(_ name: String) -> QueueOrder? { registry.first { $0.name == name } }
}

/// How the part of the cluster that a tenant has is measured.
public enum TenantShare: Sendable {
    /// Not at all.
    case none
    /// Devices held, over the tenant's weight.
    case devices
    /// The largest part of any resource (devices, processors, memory), over the tenant's weight.
    case dominant
}

/// The product, or the largest number where it does not fit.
func saturatingProduct(_ left: Int64, _ right: Int64) -> Int64 {
    let (product, overflow) = left.multipliedReportingOverflow(by: right)
    return overflow ? .max : product
}
