import EventEngine
import Hardware

/// A workload of the scenario that a job starts on its devices.
public struct JobWorkload: Sendable, Equatable {
    /// Its name in the scenario.
    public var name: String
    /// The devices that it runs on, in rank order: a gang over one or several node groups, all of it or nothing.
    public var parts: [GangPart]

    /// A workload on its devices.
    /// - Precondition: there is at least one part.
    public init(name: String, parts: [GangPart]) {
        precondition(!parts.isEmpty, "a gang has devices")
        self.name = name
        self.parts = parts
    }

    /// Devices of all parts.
    public var devices: Int32 { parts.reduce(0) { $0 + $1.devices } }

    /// The node groups of all parts, one bit per group.
    public var nodeGroups: UInt64 { parts.reduce(0) { $0 | 1 << UInt64($1.group) } }
}

/// Devices of one node group that a gang asks for.
public struct GangPart: Sendable, Equatable {
    /// The index of the node group; below 64.
    public var group: Int
    /// How many: a multiple of `unit`.
    public var devices: Int32
    /// Devices that must lie on one node together: the ranks of a tensor-parallel group.
    public var unit: Int32

    /// Devices of a group.
    /// - Precondition: whole units.
    public init(group: Int, devices: Int32, unit: Int32) {
        precondition(unit > 0 && devices > 0 && devices.isMultiple(of: unit), "a part has whole units")
        self.group = group
        self.devices = devices
        self.unit = unit
    }
}

/// What the world is to do with a workload that a job starts.
public enum WorkloadOrder: Sendable, Equatable {
    /// Start it, or let it go on, on devices.
    case run(WorkloadLaunch)
    /// Take the workload of this job off its devices, which have gone to others.
    case leave(job: Int32)
}

/// A workload of the scenario whose job has got its devices: the world starts it on them, and tells the engine when it
/// has ended.
public struct WorkloadLaunch: Sendable, Equatable {
    /// The job.
    public var job: Int32
    /// The workload's name in the scenario.
    public var workload: String
    /// Its devices in rank order, leased by the engine under the job's name.
    public var devices: [DeviceID]
    /// The lease.
    public var lease: LeaseID
    /// What it pays before it goes on: the policy's restart cost, zero at its first start.
    public var delay: Nanoseconds
}
