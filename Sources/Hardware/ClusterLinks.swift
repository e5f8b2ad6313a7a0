import EventEngine

/// The links of a cluster in a flow network, and which of them lies where.
///
/// Each device owns a run of consecutive links in the order of ``Slot``, then its links to peers: a
/// mesh's, to every other device of the node, or a package's. So a cluster of `n` devices has some
/// eight links per device (13 on a mesh of eight), never one per pair of devices across nodes, and
/// finding a link is arithmetic.
struct ClusterLinks: Sendable {
    /// The links that a device owns, by their offset; the last two only under a switch.
    enum Slot: Int32 {
        case networkOut, networkIn, hostToDevice, deviceToHost, pageableToDevice, pageableToHost
        case portOut, portIn
    }

    /// First link of each device.
    private var firstLink: [Int32] = []
    /// Link of each leaf to the spine, and of the spine to each leaf; empty without leaves.
    private(set) var leafUp: [Int32] = []
    private(set) var leafDown: [Int32] = []
    private var nodesPerLeaf = Int.max

    init(_ specification: ClusterSpecification, _ layout: ClusterLayout, in network: inout FlowNetwork) {
        for index in 0..<layout.deviceCount {
            addLinks(of: DeviceID(index), specification, layout, &network)
        }
        if case .leafSpine(let nodes, let oversubscription) = specification.fabric {
            nodesPerLeaf = nodes
            addLeaves(specification.networkEfficiency / oversubscription, layout, &network)
        }
    }

    /// The link of a device in a slot.
    func link(_ slot: Slot, of device: DeviceID) -> Int32 { firstLink[device.index] + slot.rawValue }

    /// The link of a device to a peer of its mesh or package. `own` and `peer` are positions in
    /// it; the links to peers begin `offset` links after the device's first and skip itself.
    func peerLink(of device: DeviceID, offset: Int32, own: Int, peer: Int) -> Int32 {
        firstLink[device.index] + offset + Int32(peer < own ? peer : peer - 1)
    }

    /// The leaf of a node, or nil when no leaf lies between any two nodes.
    func leaf(of node: NodeID) -> Int? { leafUp.isEmpty ? nil : node.index / nodesPerLeaf }

    /// Offset of the links to mesh peers.
    static let meshOffset: Int32 = Slot.portOut.rawValue
    /// Offset of the links to package peers.
    static let packageOffset: Int32 = Slot.portIn.rawValue + 1

    private mutating func addLinks(
        of device: DeviceID, _ specification: ClusterSpecification, _ layout: ClusterLayout,
        _ network: inout FlowNetwork
    ) {
        let place = layout.place(of: device)
        let node = layout.groups[place.group].node
        let name = layout.name(of: device)
        let nic = node.networkBytesPerSecond.value * specification.networkEfficiency
        let host = node.host
        firstLink.append(network.addLink(name: "\(name) nic out", bytesPerSecond: nic))
        let others = [
            ("nic in", nic), ("host to device", host.pinnedBytesPerSecond.value),
            ("device to host", host.pinnedBytesPerSecond.value),
            ("pageable to device", host.pageableToDeviceBytesPerSecond.value),
            ("pageable to host", host.pageableToHostBytesPerSecond.value),
        ]
        for (label, rate) in others { _ = network.addLink(name: "\(name) \(label)", bytesPerSecond: rate) }
        addScaleUpLinks(of: name, place, node, specification.scaleUpEfficiency, &network)
    }

    private func addScaleUpLinks(
        of name: String, _ place: DevicePlace, _ node: NodeDescriptor, _ efficiency: Double,
        _ network: inout FlowNetwork
    ) {
        switch node.scaleUp {
        case .hostLink: return
        case .switched(let port): addPorts(name, port.value * efficiency, &network)
        case .mesh(let pair):
            addPeers(0..<node.devicesPerNode, name, place, pair.value * efficiency, &network)
        case .packages(let packages):
            addPorts(name, packages.portBytesPerSecond.value * efficiency, &network)
            let size = packages.devicesPerPackage
            let first = place.position / size * size
            addPeers(
                first..<first + size, name, place, packages.packageBytesPerSecond.value * efficiency, &network)
        }
    }

    private func addPorts(_ name: String, _ rate: Double, _ network: inout FlowNetwork) {
        for direction in ["out", "in"] {
            _ = network.addLink(name: "\(name) port \(direction)", bytesPerSecond: rate)
        }
    }

    private func addPeers(
        _ positions: Range<Int>, _ name: String, _ place: DevicePlace, _ rate: Double,
        _ network: inout FlowNetwork
    ) {
        for position in positions where position != place.position {
            _ = network.addLink(name: "\(name) to peer \(position)", bytesPerSecond: rate)
        }
    }

    private mutating func addLeaves(_ factor: Double, _ layout: ClusterLayout, _ network: inout FlowNetwork) {
        // A single leaf has nothing to reach over the spine.
        guard layout.nodeCount > nodesPerLeaf else { return }
        for first in stride(from: 0, to: layout.nodeCount, by: nodesPerLeaf) {
            let nodes = first..<min(first + nodesPerLeaf, layout.nodeCount)
            let nominal = nodes.reduce(0.0) { $0 + layout.descriptor(of: NodeID($1)).networkTotal }
            let name = "leaf \(leafUp.count)"
            leafUp.append(network.addLink(name: "\(name) up", bytesPerSecond: nominal * factor))
            leafDown.append(network.addLink(name: "\(name) down", bytesPerSecond: nominal * factor))
        }
    }
}

extension NodeDescriptor {
    /// What all NICs of a node send together, nominal, in B/s.
    fileprivate var networkTotal: Double { Double(devicesPerNode) * networkBytesPerSecond.value }
}
