import EventEngine
import Hardware

/// Transfers between devices that go on together: one flow of many lanes of equal length.
public struct TransferRound: Sendable, Equatable {
    /// What the round does, for timelines: `gather`, `broadcast stage 2`.
    public var label: String
    /// Where each lane begins.
    public var sources: [DeviceID]
    /// Where each lane ends.
    public var destinations: [DeviceID]
    /// What each lane moves, in bytes.
    public var bytesPerLane: Int64
    /// Pieces into which each lane is cut; every piece pays the set-up of a transfer.
    public var buckets: Int

    /// A round; lanes from a device to itself are left out, since nothing moves there.
    /// - Parameter bucketBytes: the most that one piece holds.
    public init(
        label: String, lanes: [(source: DeviceID, destination: DeviceID)], bytesPerLane: Int64, bucketBytes: Int64
    ) {
        self.label = label
        let moving = lanes.filter { $0.source != $0.destination }
        sources = moving.map(\.source)
        destinations = moving.map(\.destination)
        self.bytesPerLane = bytesPerLane
        buckets = max(1, Int((bytesPerLane + bucketBytes - 1) / bucketBytes))
    }

    /// Whether nothing has to move.
    public var isEmpty: Bool { sources.isEmpty || bytesPerLane == 0 }

    /// Bytes of all lanes.
    public var totalBytes: Int64 { bytesPerLane * Int64(sources.count) }

    /// The links that the round crosses, and the time before its first byte: the set-up of all buckets.
    /// - Throws: `noDevices` for an empty round.
    public func path(on cluster: Cluster) throws(TransferError) -> TransferPath {
        var path = try cluster.path(from: sources, to: destinations)
        path.latencyNanoseconds *= Int64(buckets)
        return path
    }
}

/// Copies between devices and their hosts that go on together, each over its own host link.
public struct HostCopy: Sendable, Equatable {
    /// The devices.
    public var devices: [DeviceID]
    /// Which way.
    public var direction: HostDirection
    /// What each device copies, in bytes.
    public var bytesPerDevice: Int64
    /// Whether host memory is page-locked, which is several times faster.
    public var isPinned: Bool

    /// A copy.
    public init(devices: [DeviceID], direction: HostDirection, bytesPerDevice: Int64, isPinned: Bool) {
        self.devices = devices
        self.direction = direction
        self.bytesPerDevice = bytesPerDevice
        self.isPinned = isPinned
    }

    /// The links that the copies cross, one lane for each device.
    public func path(on cluster: Cluster) -> TransferPath {
        var links: [LinkUse] = []
        var latency: Nanoseconds = 0
        for device in devices {
            let one = cluster.hostPath(device, direction, pinned: isPinned)
            links += one.links
            latency = max(latency, one.latencyNanoseconds)
        }
        return TransferPath(links: links, lanes: devices.count, latencyNanoseconds: latency)
    }

    /// Bytes on each host, as node and sum, in the order of nodes: what the copies occupy there.
    public func hostBytes(_ layout: ClusterLayout) -> [(node: NodeID, bytes: Int64)] {
        var sums = [Int64](repeating: 0, count: layout.nodeCount)
        for device in devices { sums[layout.node(of: device).index] += bytesPerDevice }
        return sums.enumerated().filter { $0.element > 0 }.map { (NodeID($0.offset), $0.element) }
    }
}
