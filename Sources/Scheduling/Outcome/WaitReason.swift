import EventEngine

/// Why a job waits.
public enum WaitReason: UInt8, Sendable, CaseIterable {
    /// Fewer devices are free than it asks for.
    case devices
    /// Enough devices are free, but not where its placement wants them.
    case fragmentation
    /// Its tenant may hold no more.
    case quota
    /// It stands behind a job that does not fit.
    case order
    /// It would move the start that was promised to another job, or its own promised start has not come.
    case reservation
    /// Devices enough are free on the nodes, but processors or host memory are not.
    case host
    /// Its devices went to a job that goes before it.
    case preempted
    /// Its tenant had borrowed the devices, and their owner took them back.
    case reclaimed
    /// A device that it ran on failed.
    case failure
    /// Devices enough are free, but its bundles cannot lie as its placement group wants them.
    case placementGroup
    /// The node that it ran on was emptied.
    case drain

    /// Whether it had devices and lost them.
    var isLoss: Bool { self == .preempted || self == .reclaimed || self == .failure || self == .drain }

    /// The name in records.
    public var name: String {
        switch self {
        case .devices: "devices"
        case .fragmentation: "fragmentation"
        case .quota: "quota"
        case .order: "order"
        case .reservation: "reservation"
        case .host: "host"
        case .preempted: "preempted"
        case .reclaimed: "reclaimed"
        case .failure: "failure"
        case .placementGroup: "placement-group"
        case .drain: "drain"
        }
    }
}

/// A stretch of time that a job waited for one reason.
public struct WaitSegment: Sendable, Equatable {
    /// From when.
    public var start: Nanoseconds
    /// Until when.
    public var end: Nanoseconds
    /// Why.
    public var reason: WaitReason
    /// The job in its way: the one before it in order, the one that was promised a start, the one that took its
    /// devices, or, at the end of a wait for devices, the one that left them. Nil where it is not a job.
    public var blocker: Int?

    /// A wait from a time until another.
    public init(start: Nanoseconds, end: Nanoseconds, reason: WaitReason, blocker: Int?) {
        self.start = start
        self.end = end
        self.reason = reason
        self.blocker = blocker
    }
}

/// One entry of the record of reasons.
struct ReasonMark: Sendable {
    var time: Nanoseconds
    /// The job before it in the record, or -1.
    var previous: Int32
    /// The job in its way, or -1.
    var blocker: Int32
    var reason: WaitReason
}

/// What applies from a time on to the waiting jobs of a partition that a pass has not come to.
struct FrontMark: Sendable {
    var time: Nanoseconds
    /// The first job that did not fit, or -1 where the devices were used up.
    var job: Int32
}
