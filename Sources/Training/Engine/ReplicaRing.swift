import EventEngine
import Hardware

/// The links that the copies of a model exchange gradients and weights over: one ring for each shard.
///
/// Members of a ring that share a node take turns in being the one that sends to the next node, one ring for
/// each of them, so that all their NICs carry it.
struct ReplicaRing: Sendable {
    /// The links with the number of lanes on each, and the latency of one step; nil for a single copy.
    let path: TransferPath?
    /// Rings among the same members.
    let channels: Int

    init(_ layout: TrainingParallelism, devices: [DeviceID], cluster: Cluster) {
        let first = Self.members(layout, devices, shard: 0)
        let together = Self.groups(first, cluster).map(\.count)
        channels = Swift.max(1, together.min() ?? 1)
        var sources: [DeviceID] = [], destinations: [DeviceID] = []
        for shard in 0..<layout.modelShards where layout.replicas > 1 {
            let groups = Self.groups(Self.members(layout, devices, shard: shard), cluster)
            for channel in 0..<channels {
                let ring = groups.flatMap { group in
                    group.indices.map { group[($0 + channel) % group.count] }
                }
                for index in ring.indices {
                    sources.append(ring[index])
                    destinations.append(ring[(index + 1) % ring.count])
                }
            }
        }
        path = try? cluster.path(from: sources, to: destinations)
    }

    /// What each lane moves when each rank sends `bytes`.
    func bytesPerLane(of bytes: Int64) -> Int64 { (bytes + Int64(channels) - 1) / Int64(channels) }

    /// The devices that hold the same shard, in rank order.
    private static func members(_ layout: TrainingParallelism, _ devices: [DeviceID], shard: Int) -> [DeviceID] {
        let stage = shard / layout.tensor, tensor = shard % layout.tensor
        return (0..<layout.replicas).map { devices[(stage * layout.replicas + $0) * layout.tensor + tensor] }
    }

    /// Neighbours that share a node.
    private static func groups(_ members: [DeviceID], _ cluster: Cluster) -> [[DeviceID]] {
        var groups: [[DeviceID]] = []
        for device in members {
            let node = cluster.layout.node(of: device)
            if let last = groups.last?.last, cluster.layout.node(of: last) == node {
                groups[groups.count - 1].append(device)
            } else {
                groups.append([device])
            }
        }
        return groups
    }
}
