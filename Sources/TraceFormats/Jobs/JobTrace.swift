import EventEngine

/// Batch jobs of a cluster, in flat arrays, sorted by submission (equal ones in the order of the file).
///
/// The first submission is at 0. Columns that a format does not have are empty.
public struct JobTrace: Sendable, Equatable {
    /// What the file calls each job, or its line's number among the rows, from 0.
    public var names: [String] = []
    /// When each job was submitted.
    public var submitNanoseconds: [Int64] = []
    /// Devices that each job asks for.
    public var devices: [Int32] = []
    /// How long each job ran, without waiting.
    public var durationNanoseconds: [Int64] = []
    /// Names of tenants (virtual clusters, users), in order of appearance.
    public var tenantNames: [String] = []
    /// Index of each job's tenant; empty where the format has none.
    public var tenants: [Int32] = []
    /// What each user said that his job would take; -1 where he said nothing. Empty where the format has none.
    public var estimateNanoseconds: [Int64] = []
    /// Names of device types, in order of appearance.
    public var deviceTypeNames: [String] = []
    /// Index of the device type that each job must have; -1: any. Empty where the format has none.
    public var deviceTypes: [Int32] = []
    /// Priority; larger goes first. Empty where the format has none.
    public var priorities: [Int32] = []
    /// Deadline counted as submissions are; -1: none. Empty where the format has none.
    public var deadlineNanoseconds: [Int64] = []
    /// Thousandths of the one device that a job asks for; 1000: whole devices. Empty: all whole.
    public var deviceShares: [Int32] = []
    /// Thousandths of host processors. Empty where the format has none.
    public var cpuMilli: [Int64] = []
    /// Host memory in bytes. Empty where the format has none.
    public var memoryBytes: [Int64] = []
    /// Devices of the bundles of placement groups, each list once, and how they lie on nodes.
    public var placementGroups: [JobBundles] = []
    /// Index of each job's placement group; -1: a plain gang. Empty where the format has none.
    public var placementGroupIndices: [Int32] = []
    /// Rows that are no job to simulate (failed before they ran, no devices), which were left out.
    public var leftOut = 0
    /// Rows that stood before an earlier one in time, and were sorted.
    public var reorderedRows = 0

    /// No jobs.
    public init() {}

    /// The number of jobs.
    public var count: Int { submitNanoseconds.count }
}

/// The bundles of a placement group as a trace states them.
public struct JobBundles: Sendable, Hashable {
    /// Devices of each bundle.
    public var devices: [Int32]
    /// How they lie on nodes.
    public var strategy: PlacementStrategy

    /// Bundles of so many devices.
    public init(devices: [Int32], strategy: PlacementStrategy) {
        self.devices = devices
        self.strategy = strategy
    }
}
