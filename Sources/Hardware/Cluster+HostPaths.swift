import EventEngine

/// Memory of a node's host as one end of a transfer.
public struct HostShare: Sendable, Equatable {
    /// The node.
    public var node: NodeID
    /// Lanes between it and each device; at least one.
    public var lanes: Int

    /// One end.
    public init(node: NodeID, lanes: Int = 1) {
        self.node = node
        self.lanes = lanes
    }
}

extension Cluster {
    /// The path of a transfer between the memory of several hosts and devices of any node: from each host to each
    /// device, or back, as many lanes as the host's share says.
    ///
    /// Every lane crosses the host link of its device. One between nodes crosses the device's NIC, a NIC at the
    /// other host (device `i` of the list that of card `i` modulo its cards) and, when their leaves differ, the links
    /// to and from the spine. Host memory is taken as page-locked.
    /// - Throws: `noDevices` if one end is empty.
    /// - Complexity: O(hosts x devices), and sorting the links.
    public func path(
        _ direction: HostDirection, hosts: [HostShare], devices: [DeviceID]
    ) throws(TransferError) -> TransferPath {
        guard !hosts.isEmpty, !devices.isEmpty else { throw .noDevices }
        var crossed: [LinkUse] = []
        crossed.reserveCapacity(hosts.count * devices.count * 3)
        var latency: Nanoseconds = 0
        for (index, device) in devices.enumerated() {
            for host in hosts {
                latency = max(latency, appendLanes(direction, host, device, index, &crossed))
            }
        }
        let lanes = hosts.reduce(0) { $0 + $1.lanes } * devices.count
        return TransferPath(
            links: Self.summed(crossed), lanes: lanes,
            latencyNanoseconds: specification.transferSetupNanoseconds + latency)
    }

    /// Appends the links between one host and one device and returns their latency.
    private func appendLanes(
        _ direction: HostDirection, _ host: HostShare, _ device: DeviceID, _ index: Int, _ crossed: inout [LinkUse]
    ) -> Nanoseconds {
        let isUp = direction == .toDevice
        let lanes = Int32(host.lanes)
        let place = layout.place(of: device), shape = shapes[place.group]
        crossed.append(LinkUse(link: links.link(isUp ? .hostToDevice : .deviceToHost, of: device), lanes: lanes))
        guard place.node != host.node else { return shape.hostLatency }
        let cards = layout.devices(of: host.node)
        let card = DeviceID(cards.lowerBound + index % cards.count)
        let (source, destination) = isUp ? (card, device) : (device, card)
        let (from, to) = isUp ? (host.node, place.node) : (place.node, host.node)
        crossed.append(LinkUse(link: links.link(.networkOut, of: source), lanes: lanes))
        if let leaf = links.leaf(of: from), let other = links.leaf(of: to), leaf != other {
            crossed.append(LinkUse(link: links.leafUp[leaf], lanes: lanes))
            crossed.append(LinkUse(link: links.leafDown[other], lanes: lanes))
        }
        crossed.append(LinkUse(link: links.link(.networkIn, of: destination), lanes: lanes))
        let network = max(shape.networkLatency, shapes[layout.group(of: host.node)].networkLatency)
        return shape.hostLatency + network
    }

    /// Each link once, with the lanes of all its crossings.
    private static func summed(_ crossed: [LinkUse]) -> [LinkUse] {
        var uses: [LinkUse] = []
        for use in crossed.sorted(by: { $0.link < $1.link }) {
            if uses.last?.link == use.link { uses[uses.count - 1].lanes += use.lanes } else { uses.append(use) }
        }
        return uses
    }
}
