import Hardware

/// The bandwidths that collectives of a training step see.
///
/// A group of ranks that lie inside a node uses scale-up links. One that reaches over nodes is bound by the
/// NICs of the members that share a node, which carry it together (the bus bandwidth of hierarchical rings).
public struct TrainingLinks: Sendable, Equatable {
    /// Devices of a node.
    public var devicesPerNode: Int
    /// How the devices of a node are joined.
    public var scaleUp: ScaleUpTopology
    /// Share of the nominal scale-up rate that collectives reach.
    public var linkEfficiency: Double
    /// What a host link carries, where devices have no other links, in B/s.
    public var hostBytesPerSecond: Double
    /// What one device's NIC carries, efficiency applied, in B/s.
    public var networkBytesPerSecond: Double
    /// Latency of one collective inside a node, in nanoseconds.
    public var scaleUpLatencyNanoseconds: Double
    /// Latency of one hop between nodes, in nanoseconds.
    public var networkLatencyNanoseconds: Double

    /// The links of a node type in a cluster.
    /// - Parameters:
    ///   - linkEfficiency: share of scale-up links that collectives reach, as in a timing profile.
    ///   - networkEfficiency: share of a NIC, as in a cluster specification.
    public init(node: NodeDescriptor, linkEfficiency: Double = 1, networkEfficiency: Double = 0.85) {
        devicesPerNode = node.devicesPerNode
        scaleUp = node.scaleUp
        self.linkEfficiency = linkEfficiency
        hostBytesPerSecond = node.host.pinnedBytesPerSecond.value
        networkBytesPerSecond = node.networkBytesPerSecond.value * networkEfficiency
        scaleUpLatencyNanoseconds = Double(node.scaleUpLatencyNanoseconds.value)
        networkLatencyNanoseconds = Double(node.networkLatencyNanoseconds.value)
    }

    /// What a rank sends in a ring over a group, in B/s.
    /// - Parameters:
    ///   - ranks: members of the group.
    ///   - stride: distance between neighbours in rank order: 1 for tensor parallelism.
    public func bytesPerSecond(ranks: Int, stride: Int) -> Double {
        let inside = membersPerNode(ranks: ranks, stride: stride)
        let local = scaleUpBytesPerSecond(ranks: inside) * linkEfficiency
        if inside >= ranks { return local }
        let network = Double(inside) * networkBytesPerSecond
        return inside > 1 ? min(local, network) : network
    }

    /// What a rank can send to the other members of a group inside a node, nominal, in B/s.
    private func scaleUpBytesPerSecond(ranks: Int) -> Double {
        switch scaleUp {
        case .mesh(let pair): pair.value * Double(max(1, ranks - 1))
        case .switched(let port): port.value
        case .packages(let packages):
            ranks <= packages.devicesPerPackage
                ? packages.packageBytesPerSecond.value : packages.portBytesPerSecond.value
        case .hostLink: hostBytesPerSecond
        }
    }

    private func membersPerNode(ranks: Int, stride: Int) -> Int {
        min(ranks, max(1, devicesPerNode / max(1, stride)))
    }

    /// Latency of a step of a collective over a group, in nanoseconds.
    func latency(ranks: Int, stride: Int) -> Double {
        membersPerNode(ranks: ranks, stride: stride) >= ranks
            ? scaleUpLatencyNanoseconds : networkLatencyNanoseconds
    }

    /// Nanoseconds of an all-gather or reduce-scatter of `bytes` in all: `(n-1)/n S / b`, and a latency per step.
    public func gatherNanoseconds(bytes: Double, ranks: Int, stride: Int) -> Double {
        guard ranks > 1 else { return 0 }
        let moved = bytes * Double(ranks - 1) / Double(ranks)
        return moved / bytesPerSecond(ranks: ranks, stride: stride) * 1e9
            + Double(ranks - 1) * latency(ranks: ranks, stride: stride)
    }

    /// Nanoseconds of an all-reduce of `bytes` on each rank: reduce-scatter and all-gather.
    public func reduceNanoseconds(bytes: Double, ranks: Int, stride: Int) -> Double {
        2 * gatherNanoseconds(bytes: bytes, ranks: ranks, stride: stride)
    }

    /// Nanoseconds of an all-to-all in which each rank holds `bytes` for all members together.
    public func exchangeNanoseconds(bytes: Double, ranks: Int, stride: Int) -> Double {
        guard ranks > 1 else { return 0 }
        let inside = membersPerNode(ranks: ranks, stride: stride)
        let outside = bytes * Double(ranks - inside) / Double(ranks) / networkBytesPerSecond
        let local = bytes * Double(inside - 1) / Double(ranks)
            / (scaleUpBytesPerSecond(ranks: inside) * linkEfficiency)
        return max(outside, local) * 1e9 + latency(ranks: ranks, stride: stride)
    }
}
