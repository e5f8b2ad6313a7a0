/// What a cluster is made of; a ``Cluster`` is built from it.
public struct ClusterSpecification: Sendable, Equatable {
    /// The groups of nodes, in the order of the scenario. Nodes and devices are numbered in this order.
    public var nodeGroups: [NodeGroup]
    /// How the nodes are joined.
    public var fabric: Fabric
    /// The part of a NIC's and of the fabric's nominal rate that a transfer reaches, above 0 to 1.
    ///
    /// The default is what KV transfers over RDMA were measured to reach: 171 of 200 GB/s
    /// (Mooncake, SGLang performance page, H20-3e with eight lanes).
    public var networkEfficiency = 0.85
    /// The part of a scale-up link's nominal rate that a copy reaches, above 0 to 1. The figures of node types are what
    /// vendors state for copies, such as 28 GB/s per pair of an A2 mesh, so nothing is taken off them.
    public var scaleUpEfficiency = 1.0
    /// What a transfer between devices costs before its first byte, beside the latency of its way.
    ///
    /// The default is the constant of the same measurements, 1.84 ms.
    public var transferSetupNanoseconds: Int64 = 1_840_000

    /// A cluster of these groups with default efficiencies and set-up time.
    public init(nodeGroups: [NodeGroup], fabric: Fabric = .singleSwitch) {
        self.nodeGroups = nodeGroups
        self.fabric = fabric
    }
}

/// Nodes of one type under one name.
public struct NodeGroup: Sendable, Equatable {
    /// The name in scenarios; pools and events refer to it.
    public var name: String
    /// What each node is.
    public var node: NodeDescriptor
    /// How many nodes there are, at least one.
    public var count: Int

    /// `count` nodes under a name.
    public init(name: String, node: NodeDescriptor, count: Int) {
        self.name = name
        self.node = node
        self.count = count
    }

    /// Devices of all nodes of the group.
    public var deviceCount: Int { count * node.devicesPerNode }
}

/// How nodes are joined: what lies between the NICs.
public enum Fabric: Sendable, Equatable {
    /// A switch that never limits: only NICs do.
    case singleSwitch
    /// Leaf switches under a spine that does not block.
    ///
    /// Nodes fill leaves in order of their number. What the NICs of a leaf's nodes can send
    /// together, divided by `oversubscription`, is the rate of the leaf's link to the spine, and
    /// of the one back. Transfers under one leaf do not cross them.
    case leafSpine(nodesPerLeaf: Int, oversubscription: Double)
}

extension ClusterSpecification {
    /// Checks every number against its range.
    func validate() throws(HardwareError) {
        guard !nodeGroups.isEmpty else { throw invalid("the number of node groups", 0, "1 or more") }
        for (index, group) in nodeGroups.enumerated() {
            guard group.count >= 1 else { throw invalid("the count of \(group.name)", group.count, "1 or more") }
            if nodeGroups[..<index].contains(where: { $0.name == group.name }) {
                throw invalid("the name of a node group", "\(group.name) twice", "each name once")
            }
        }
        try checkPart("the network efficiency", networkEfficiency)
        try checkPart("the scale-up efficiency", scaleUpEfficiency)
        guard transferSetupNanoseconds >= 0 else {
            throw invalid("the transfer set-up time in ns", transferSetupNanoseconds, "0 or more")
        }
        if case .leafSpine(let nodes, let oversubscription) = fabric {
            guard nodes >= 1 else { throw invalid("the number of nodes per leaf", nodes, "1 or more") }
            guard oversubscription > 0, oversubscription.isFinite else {
                throw invalid("the oversubscription", oversubscription, "a number above 0")
            }
        }
    }

    private func checkPart(_ name: String, _ value: Double) throws(HardwareError) {
        guard value > 0, value <= 1 else { throw invalid(name, value, "above 0 to 1") }
    }

    private func invalid(_ name: String, _ found: some CustomStringConvertible, _ allowed: String) -> HardwareError {
        .invalidSpecification(name: name, found: found.description, allowed: allowed)
    }
}
