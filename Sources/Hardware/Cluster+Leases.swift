extension Cluster {
    /// Leases devices, all or none, in the order given: rank order.
    /// - Throws: the first device, in that order, that cannot be leased, with its holder.
    public mutating func lease(
        _ devices: [DeviceID], owner: String, mode: LeaseMode = .exclusive
    ) throws(LeaseError) -> Lease {
        guard !devices.isEmpty else { throw .noDevices }
        for device in devices { try check(device, mode) }
        let ordered = devices.sorted()
        if let index = ordered.indices.dropFirst().first(where: { ordered[$0] == ordered[$0 - 1] }) {
            throw .repeated(device: layout.name(of: ordered[index]))
        }
        for device in devices where leases.isFree(device) { freeCounts[layout.node(of: device).index] -= 1 }
        return leases.grant(devices, owner, mode)
    }

    /// Takes over who holds what from a cluster of the same devices.
    public mutating func adoptLeases(of other: Cluster) {
        precondition(other.layout.deviceCount == layout.deviceCount, "leases are of the same devices")
        leases = other.leases
        freeCounts = other.freeCounts
    }

    /// Ends a lease. Returns false, and changes nothing, when it had ended before.
    @discardableResult
    public mutating func release(_ id: LeaseID) -> Bool {
        guard let lease = leases.end(id) else { return false }
        for device in lease.devices where leases.isFree(device) { freeCounts[layout.node(of: device).index] += 1 }
        return true
    }

    /// The lease of this name, nil once it has ended.
    public func lease(_ id: LeaseID) -> Lease? { leases.lease(id) }

    /// The leases that hold a device. O(leases): for messages and faults.
    public func leases(of device: DeviceID) -> [Lease] { leases.leases(of: device) }

    /// Whether a device works and a lease of this mode could have it now.
    public func isAvailable(_ device: DeviceID, for mode: LeaseMode = .exclusive) -> Bool {
        leases.admits(mode, device)
    }

    /// How many devices of a node work and are held by nobody. O(1).
    public func freeDeviceCount(_ node: NodeID) -> Int { Int(freeCounts[node.index]) }

    /// The devices of a group, by index, that a lease of this mode could have now, node by node.
    public func availableDevices(ofGroup group: Int, for mode: LeaseMode = .exclusive) -> [DeviceID] {
        layout.nodes(ofGroup: group).flatMap { availableDevices(of: NodeID($0), for: mode) }
    }

    /// The devices of a node that a lease of this mode could have now, in order.
    public func availableDevices(of node: NodeID, for mode: LeaseMode = .exclusive) -> [DeviceID] {
        layout.devices(of: node).lazy.map { DeviceID($0) }.filter { leases.admits(mode, $0) }
    }

    /// Whether a device has failed and is not repaired.
    public func isFailed(_ device: DeviceID) -> Bool { leases.isFailed(device) }

    /// Marks a device as failed or repaired. A failed device cannot be leased; leases that hold it
    /// stay, and it is for the caller to tell their holders (see ``Workload``).
    public mutating func setFailed(_ isFailed: Bool, _ device: DeviceID) {
        let wasFree = leases.isFree(device)
        leases.setFailed(isFailed, device)
        let change = (leases.isFree(device) ? 1 : 0) - (wasFree ? 1 : 0)
        freeCounts[layout.node(of: device).index] += Int32(change)
    }

    private func check(_ device: DeviceID, _ mode: LeaseMode) throws(LeaseError) {
        if leases.admits(mode, device) { return }
        let name = layout.name(of: device)
        if leases.isFailed(device) { throw .failed(device: name) }
        // An exclusive holder is the only one; any of several that share stands in the way alike.
        let holder = leases.leases(of: device)[0]
        throw .held(device: name, holder: holder.owner, holderMode: holder.mode, requested: mode)
    }
}
