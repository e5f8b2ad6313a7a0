import EventEngine
import TraceFormats

/// Devices that lie on one node: what one actor, or some tasks, of a placement group run on.
public struct Bundle: Sendable, Equatable {
    /// How many devices, at least one.
    public var devices: Int32
    /// The node groups it may lie in, one bit per group of the cluster in its order.
    public var nodeGroups: UInt64
    /// Whether an actor holds it for the life of the group, so that no task runs there.
    public var holdsActor: Bool

    /// A bundle that may lie on any node.
    public init(devices: Int32, nodeGroups: UInt64 = .max, holdsActor: Bool = false) {
        self.devices = devices
        self.nodeGroups = nodeGroups
        self.holdsActor = holdsActor
    }
}

/// Bundles that a job gets all at once, or none of them: Ray's placement group.
///
/// A group that no cluster of this size could hold stays pending, as in Ray: nodes may come. All bundles lie in one
/// node group, cards of one type, unless some of them name node groups of their own.
public struct PlacementGroup: Sendable, Equatable {
    /// The bundles; ranks are counted in their order.
    public var bundles: [Bundle]
    /// How they lie on nodes.
    public var strategy: PlacementStrategy

    /// A group of bundles.
    public init(_ bundles: [Bundle], _ strategy: PlacementStrategy) {
        self.bundles = bundles
        self.strategy = strategy
    }

    /// A gang of devices cut into bundles of so many, the last of which may be smaller.
    public init(devices: Int32, bundleDevices: Int32, _ strategy: PlacementStrategy) {
        let whole = Int(devices / bundleDevices)
        let rest = devices % bundleDevices
        bundles = Array(repeating: Bundle(devices: bundleDevices), count: whole)
        if rest > 0 { bundles.append(Bundle(devices: rest)) }
        self.strategy = strategy
    }

    /// Devices of all bundles.
    public var devices: Int32 { bundles.reduce(0) { $0 + $1.devices } }

    /// Whether bundles name node groups of their own, so that the gang may lie in several of them.
    public var isMixed: Bool { bundles.contains { $0.nodeGroups != .max } }
}

/// Equal tasks that run inside the bundles of a placement group which no actor holds, one after the other.
///
/// A bundle runs as many tasks at once as find room in it. A task takes the first slot that is free, so that the group
/// is done after `ceil(tasks / slots)` tasks in a row: list scheduling, exact for equal tasks.
public struct BundleTasks: Sendable, Equatable {
    /// How many tasks, at least one.
    public var count: Int
    /// Devices of one task, at least one.
    public var devices: Int32
    /// How long one runs.
    public var duration: Nanoseconds

    /// Equal tasks.
    public init(count: Int, devices: Int32, duration: Nanoseconds) {
        self.count = count
        self.devices = devices
        self.duration = duration
    }

    /// Tasks that can run at once.
    public func slots(in group: PlacementGroup) -> Int {
        group.bundles.reduce(0) { $0 + ($1.holdsActor ? 0 : Int($1.devices / devices)) }
    }

    /// From the moment at which the group has its devices until the last task is done; nil where no bundle has room
    /// for a task, or the time cannot be told in nanoseconds.
    public func makespan(in group: PlacementGroup) -> Nanoseconds? {
        let slots = slots(in: group)
        guard slots > 0 else { return nil }
        let (time, overflow) = Int64((count + slots - 1) / slots).multipliedReportingOverflow(by: duration)
        return overflow ? nil : time
    }
}
