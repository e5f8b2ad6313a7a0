/// A node type with everything settled: what a ``Cluster`` is built from.
public struct NodeDescriptor: Sendable, Equatable {
    /// The name of the node type.
    public var typeName: String
    /// The device, each of them alike.
    public var device: DeviceDescriptor
    /// Devices of one node.
    public var devicesPerNode: Int
    /// How the devices are joined, with all figures.
    public var scaleUp: ScaleUpTopology
    /// Latency of one scale-up copy.
    public var scaleUpLatencyNanoseconds: Sourced<Int64>
    /// The NIC of one device, one direction, in B/s.
    public var networkBytesPerSecond: Sourced<Double>
    /// Latency from a device of one node to a device of another.
    public var networkLatencyNanoseconds: Sourced<Int64>
    /// The host side.
    public var host: HostFacts
    /// What one node costs per hour, in any currency: as the scenario says, else what its devices cost; nil where
    /// nobody says.
    public var costPerHour: Double?
}

extension NodeType {
    /// Settles what the file leaves open and applies what a scenario changes.
    ///
    /// A link that neither the scenario nor the node type states is the device's own.
    /// - Parameter device: a device of the user's own; nil takes the shipped one that `overrides`
    ///   or the node type names.
    /// - Throws: an unknown device, a link that nobody states, an override without effect, or a
    ///   host copy that is faster than the device's host link.
    public func resolved(
        _ overrides: NodeTypeOverrides = NodeTypeOverrides(), device given: DeviceDescriptor? = nil
    ) throws(HardwareError) -> NodeDescriptor {
        let device: DeviceDescriptor
        if let given { device = given } else { device = try .named(overrides.deviceName ?? deviceName) }
        let network = overrides.networkBytesPerSecond.map { .chosen($0) }
            ?? networkBytesPerSecond ?? device.networkBytesPerSecond
        guard let network else { throw missing("a NIC", of: device, key: "nic_bandwidth") }
        let count = overrides.devicesPerNode ?? devicesPerNode
        let node = NodeDescriptor(
            typeName: name, device: device, devicesPerNode: count,
            scaleUp: try topology(device, overrides.scaleUpBytesPerSecond, devices: count),
            scaleUpLatencyNanoseconds: scaleUpLatencyNanoseconds,
            networkBytesPerSecond: network, networkLatencyNanoseconds: networkLatencyNanoseconds,
            host: host.applying(overrides),
            costPerHour: overrides.costPerHour ?? device.costPerHour.map { $0.value * Double(count) })
        try node.checkHostCopies()
        return node
    }

    private func topology(
        _ device: DeviceDescriptor, _ override: Double?, devices: Int
    ) throws(HardwareError) -> ScaleUpTopology {
        let chosen = override.map { Sourced.chosen($0) }
        switch scaleUp {
        case .mesh(let pair): return .mesh(pairBytesPerSecond: chosen ?? pair)
        case .switched(let port):
            guard let rate = chosen ?? port ?? device.scaleUpBytesPerSecond else {
                throw missing("a scale-up link", of: device, key: "scale_up_bandwidth")
            }
            return .switched(portBytesPerSecond: rate)
        case .packages(var packages):
            guard devices.isMultiple(of: packages.devicesPerPackage) else {
                throw .partialPackage(
                    nodeType: name, devices: devices, devicesPerPackage: packages.devicesPerPackage)
            }
            if let chosen { packages.portBytesPerSecond = chosen }
            return .packages(packages)
        case .hostLink:
            guard chosen == nil else {
                throw .ineffectiveOverride(
                    nodeType: name, key: "scale_up_bandwidth",
                    reason: "its devices copy to each other through their host links (pinned_bandwidth)")
            }
            return .hostLink
        case .automatic:
            let rate = chosen ?? device.scaleUpBytesPerSecond
            return rate.map { .switched(portBytesPerSecond: $0) } ?? .hostLink
        }
    }

    private func missing(_ link: String, of device: DeviceDescriptor, key: String) -> HardwareError {
        .missingLink(nodeType: name, device: device.name, link: link, key: key)
    }
}

extension HostFacts {
    fileprivate func applying(_ overrides: NodeTypeOverrides) -> HostFacts {
        var host = self
        if let bytes = overrides.hostMemoryBytes { host.memoryBytes = .chosen(bytes) }
        if let rate = overrides.pinnedBytesPerSecond { host.pinnedBytesPerSecond = .chosen(rate) }
        if let rate = overrides.pageableBytesPerSecond {
            host.pageableToDeviceBytesPerSecond = .chosen(rate)
            host.pageableToHostBytesPerSecond = .chosen(rate)
        }
        return host
    }
}

extension NodeDescriptor {
    fileprivate func checkHostCopies() throws(HardwareError) {
        let link = device.hostLinkBytesPerSecond.value
        let copies = [
            ("pinned_bandwidth", host.pinnedBytesPerSecond),
            ("pageable_bandwidth", host.pageableToDeviceBytesPerSecond),
            ("pageable_bandwidth", host.pageableToHostBytesPerSecond),
        ]
        for (key, copy) in copies where copy.value > link {
            throw .copyExceedsHostLink(
                nodeType: typeName, device: device.name, key: key, copy: copy.value, link: link)
        }
    }
}
