import EventEngine

/// The way of a transfer: what ``FlowNetwork`` needs to start it, and what comes before.
public struct TransferPath: Sendable, Equatable {
    /// The links that are crossed, each once, with the number of lanes that cross it; ascending by
    /// link, never empty.
    public var links: [LinkUse]
    /// How many lanes the transfer is striped over.
    public var lanes: Int
    /// From asking for the transfer to its first byte: set-up, and the latency of the longest lane.
    public var latencyNanoseconds: Nanoseconds

    /// A way over these links; ``Cluster`` finds those of devices.
    public init(links: [LinkUse], lanes: Int, latencyNanoseconds: Nanoseconds) {
        self.links = links
        self.lanes = lanes
        self.latencyNanoseconds = latencyNanoseconds
    }

    /// What each lane moves of `bytes` in all, rounded up: lanes are of one length.
    public func bytesPerLane(of bytes: Int64) -> Int64 {
        let count = Int64(lanes)
        return bytes / count + (bytes % count > 0 ? 1 : 0)
    }
}

/// Where a copy between a device and its host goes.
public enum HostDirection: Sendable, CaseIterable {
    /// From host memory to the device, "up".
    case toDevice
    /// From the device to host memory, "down".
    case toHost
}

/// Why there is no path.
public enum TransferError: Error, Sendable, Equatable {
    /// One of the two ends has no device.
    case noDevices
    /// A lane would go from a device to itself, by name: nothing moves, and nothing would be free.
    case copyToItself(device: String)
}

extension TransferError: CustomStringConvertible {
    /// What is wrong and what to do about it.
    public var description: String {
        switch self {
        case .noDevices: "a transfer needs at least one device at each end"
        case .copyToItself(let device):
            "a transfer would copy from \(device) to itself; leave out what already lies there"
        }
    }
}
