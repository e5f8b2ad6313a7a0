import JSONText

/// What a scenario changes of a node type. Each field that is nil leaves the type as it is.
public struct NodeTypeOverrides: Sendable, Equatable {
    /// Another device, by the name of a shipped one.
    public var deviceName: String?
    /// Another number of devices.
    public var devicesPerNode: Int?
    /// Another NIC per device, one direction, in B/s.
    public var networkBytesPerSecond: Double?
    /// Another scale-up link in B/s: the link of a pair on a mesh, else the port of a device.
    public var scaleUpBytesPerSecond: Double?
    /// Another host memory in bytes.
    public var hostMemoryBytes: Int64?
    /// Another copy rate with pinned host memory, both directions, in B/s.
    public var pinnedBytesPerSecond: Double?
    /// Another copy rate with pageable host memory, both directions, in B/s.
    public var pageableBytesPerSecond: Double?
    /// What one node costs per hour, in any currency.
    public var costPerHour: Double?

    /// No change; set what is to be changed.
    public init() {}

    /// The keys that ``init(reading:)`` asks for.
    public static let keys = [
        "device", "devices_per_node", "nic_bandwidth", "scale_up_bandwidth", "host_memory",
        "pinned_bandwidth", "pageable_bandwidth", "cost_per_hour",
    ]

    /// Reads the override keys of a node group; its other keys (`type`, `count`) are the caller's.
    ///
    /// A `device` that is not shipped is reported with the nearest name. A caller that has resolved
    /// the user's own device file passes its name as one more known name, and one that has read a device
    /// described in place says so.
    public init(
        reading group: JSONObjectReader, knownDevices: [String] = DeviceDescriptor.shippedNames,
        readsDevice: Bool = true
    ) {
        deviceName = readsDevice ? group.optional("device", .choice(of: knownDevices)) : nil
        devicesPerNode = group.optional("devices_per_node", .integer(in: 1...))
        networkBytesPerSecond = group.optional("nic_bandwidth", .positiveBandwidth)
        scaleUpBytesPerSecond = group.optional("scale_up_bandwidth", .positiveBandwidth)
        hostMemoryBytes = group.optional("host_memory", .bytes(sign: .positive))
        pinnedBytesPerSecond = group.optional("pinned_bandwidth", .positiveBandwidth)
        pageableBytesPerSecond = group.optional("pageable_bandwidth", .positiveBandwidth)
        costPerHour = group.optional("cost_per_hour", .number(in: 0...1e9))
    }
}
