import EventEngine

/// The live cluster: which devices there are, who holds them, what their memory holds, and which
/// links a transfer crosses.
///
/// ```swift
/// var network = FlowNetwork()
/// var cluster = try Cluster(specification, network: &network)
/// let ranks = try cluster.placement(in: "a2", replicas: 6, tensorParallel: 4)
/// let lease = try cluster.lease(ranks[0], owner: "chat")
/// let path = try cluster.path(from: ranks[0], to: decodeRanks)
/// network.start(bytesPerLane: path.bytesPerLane(of: bytes), path: path.links, token: 0, owner: 0,
///               at: now + path.latencyNanoseconds)
/// ```
///
/// Topology and capacity only: how long a kernel or a collective takes is not known here. A value:
/// copying it copies the state. Everything is numbered in the order of the specification, and no
/// answer depends on anything else.
public struct Cluster: Sendable {
    /// What the cluster was built from.
    public let specification: ClusterSpecification
    /// Which device stands where.
    public let layout: ClusterLayout
    /// The ledgers of device and host memory.
    public var memory: DeviceMemory
    let links: ClusterLinks
    let shapes: [NodeShape]
    var leases: LeaseTable
    /// Devices of each node that nobody holds and that work.
    var freeCounts: [Int32]

    /// Builds a cluster and adds its links to a network.
    ///
    /// All links are added at once, about eight for a device (13 on a mesh of eight) and two for a
    /// leaf, in an order that depends on the specification alone.
    /// - Throws: a number that is out of its range. The network is unchanged then.
    public init(_ specification: ClusterSpecification, network: inout FlowNetwork) throws(HardwareError) {
        try specification.validate()
        self.specification = specification
        layout = ClusterLayout(specification.nodeGroups)
        links = ClusterLinks(specification, layout, in: &network)
        shapes = layout.groups.map { NodeShape($0.node) }
        memory = DeviceMemory(layout)
        leases = LeaseTable(deviceCount: layout.deviceCount)
        freeCounts = (0..<layout.nodeCount).map { [layout] in Int32(layout.devices(of: NodeID($0)).count) }
    }
}

extension Cluster {
    /// What a device is.
    public func descriptor(of device: DeviceID) -> DeviceDescriptor {
        layout.descriptor(of: layout.node(of: device)).device
    }
}
