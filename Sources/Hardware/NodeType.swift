/// A kind of server as its file states it: which device, how many, how they are joined, the host.
///
/// What a file leaves open (a switch port, the NIC) is the device's own figure, so that a cut-down
/// device keeps its cut-down links in any chassis. ``resolved(_:device:)`` settles it.
public struct NodeType: Sendable, Equatable {
    /// The name in scenarios, e.g. `hgx-h20`.
    public var name: String
    /// The product, for people.
    public var title: String
    /// The name of the device it comes with.
    public var deviceName: String
    /// Devices of one node.
    public var devicesPerNode: Int
    /// How the devices are joined.
    public var scaleUp: ScaleUpRule
    /// Latency of one scale-up copy.
    public var scaleUpLatencyNanoseconds: Sourced<Int64>
    /// The NIC of one device, one direction, in B/s; nil means the device's own.
    public var networkBytesPerSecond: Sourced<Double>?
    /// Latency from a device of one node to a device of another.
    public var networkLatencyNanoseconds: Sourced<Int64>
    /// The host side.
    public var host: HostFacts
}

/// How a node type joins its devices; a figure that is nil is the device's own.
public enum ScaleUpRule: Sendable, Equatable {
    /// See ``ScaleUpTopology/mesh(pairBytesPerSecond:)``. The link of a pair is a fact of the node.
    case mesh(pairBytesPerSecond: Sourced<Double>)
    /// See ``ScaleUpTopology/switched(portBytesPerSecond:)``.
    case switched(portBytesPerSecond: Sourced<Double>?)
    /// See ``ScaleUpTopology/packages(_:)``.
    case packages(PackageTopology)
    /// See ``ScaleUpTopology/hostLink``.
    case hostLink
    /// A switch where the device has scale-up links, else the host link: for studies that do not
    /// care about the shape.
    case automatic
}

/// Memory of a host and the copies between it and each of its devices.
public struct HostFacts: Sendable, Equatable {
    /// Host memory of the node in bytes.
    public var memoryBytes: Sourced<Int64>
    /// Copy rate of one device from or to pinned (page-locked) host memory in B/s, each direction.
    public var pinnedBytesPerSecond: Sourced<Double>
    /// Copy rate of one device from pageable host memory in B/s.
    public var pageableToDeviceBytesPerSecond: Sourced<Double>
    /// Copy rate of one device to pageable host memory in B/s.
    public var pageableToHostBytesPerSecond: Sourced<Double>
    /// From asking for a copy to its first byte.
    public var latencyNanoseconds: Sourced<Int64>
}
