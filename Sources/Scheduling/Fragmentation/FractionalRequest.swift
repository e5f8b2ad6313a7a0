/// What a task asks of one node: processors, memory, and devices, whole or a part of one.
public struct FractionalRequest: Hashable, Sendable {
    /// Thousandths of a host processor.
    public var cpuMilli: Int64
    /// Host memory.
    public var memoryBytes: Int64
    /// Devices, all of them of the same node; 0 for a task that computes on the host.
    public var devices: Int32
    /// Thousandths of each device: below 1000 with one device, else 1000.
    public var deviceMilli: Int32
    /// The device models that it accepts, one bit per model of the cluster.
    public var models: UInt64

    /// A request; `deviceMilli` is 0 where there are no devices.
    public init(
        cpuMilli: Int64 = 0, memoryBytes: Int64 = 0, devices: Int32, deviceMilli: Int32 = 1000, models: UInt64 = .max
    ) {
        self.cpuMilli = cpuMilli
        self.memoryBytes = memoryBytes
        self.devices = devices
        self.deviceMilli = devices > 0 ? deviceMilli : 0
        self.models = models
    }

    /// Thousandths of devices in all.
    public var totalMilli: Int64 { Int64(devices) * Int64(deviceMilli) }
    /// Whether it is a part of one device.
    public var isFraction: Bool { devices == 1 && deviceMilli < 1000 }
}

/// Where a task runs.
public struct FractionalPlace: Equatable, Sendable {
    /// The node.
    public var node: Int
    /// The devices, numbered within the node, ascending.
    public var devices: [Int32]
}
