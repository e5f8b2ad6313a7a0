import EventEngine

/// The memory ledgers of a cluster: one per device and one per host.
///
/// Capacities are those of the descriptors, undiminished; what a runtime keeps back is for the
/// workload to reserve, so that it shows.
public struct DeviceMemory: Sendable {
    /// A ledger per device, by ``DeviceID/index``, named `h20/0/3`.
    public var devices: [MemoryLedger]
    /// A ledger per node, by ``NodeID/index``, named `h20/0 host`.
    public var hosts: [MemoryLedger]

    init(_ layout: ClusterLayout) {
        devices = (0..<layout.deviceCount).map { index in
            let device = DeviceID(index)
            let capacity = layout.descriptor(of: layout.node(of: device)).device.memoryBytes.value
            return MemoryLedger(name: layout.name(of: device), capacityBytes: capacity)
        }
        hosts = (0..<layout.nodeCount).map { index in
            let node = NodeID(index)
            let capacity = layout.descriptor(of: node).host.memoryBytes.value
            return MemoryLedger(name: "\(layout.name(of: node)) host", capacityBytes: capacity)
        }
    }

    /// Lets every ledger keep a timeline of at most `limit` samples.
    public mutating func keepTimelines(limit: Int) {
        for index in devices.indices { devices[index].keepTimeline(limit: limit) }
        for index in hosts.indices { hosts[index].keepTimeline(limit: limit) }
    }

    /// The ledger of a device.
    public subscript(device: DeviceID) -> MemoryLedger {
        _read { yield devices[device.index] }
        _modify { yield &devices[device.index] }
    }

    /// The ledger of a node's host.
    public subscript(node: NodeID) -> MemoryLedger {
        _read { yield hosts[node.index] }
        _modify { yield &hosts[node.index] }
    }
}
