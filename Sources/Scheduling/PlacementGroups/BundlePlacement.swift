import TraceFormats

/// The search for the nodes of a placement group, among the nodes of a partition.
///
/// The strict strategies find a place whenever there is one, and so do the others for equal bundles, with the fewest
/// (PACK) or the most (SPREAD) nodes. Unequal bundles are placed greedily, the largest first, as Ray does, so that such
/// a group can wait although an exhaustive search would find a place.
struct BundlePlacement {
    /// A node that some bundle may lie on.
    private struct Candidate {
        var node: Int32
        var group: Int
        /// Devices that are free, and those that bundles have taken of them.
        var free: Int32
        var taken: Int32 = 0
        var bundles = 0
    }

    private let group: PlacementGroup
    private let job: Job
    private let hosts: HostMap?
    private var candidates: [Candidate]
    /// Bundles, the largest first, then in their order.
    private let order: [Int]
    /// The candidate of each bundle, or -1.
    private var places: [Int]

    /// - Parameters:
    ///   - nodeGroups: the node groups to look at, one bit each.
    ///   - hosts: processors and memory that the job asks for beside devices; nil: not looked at.
    init(_ group: PlacementGroup, _ job: Job, _ map: FreeMap, _ partition: Int, nodeGroups: UInt64, hosts: HostMap?) {
        self.group = group
        self.job = job
        self.hosts = job.needsHost ? hosts : nil
        candidates = []
        for node in 0..<map.nodeCount where map.free(node) > 0 && map.partition(of: node) == partition {
            let cell = map.group(of: node)
            guard nodeGroups >> UInt64(cell) & 1 == 1 else { continue }
            candidates.append(Candidate(node: Int32(node), group: cell, free: map.free(node)))
        }
        order = group.bundles.indices.sorted {
            (-group.bundles[$0].devices, $0) < (-group.bundles[$1].devices, $1)
        }
        places = Array(repeating: -1, count: group.bundles.count)
    }

    /// Whether there is a place; the shares then hold what each node gives, in the order of the bundles.
    mutating func find(into shares: inout [NodeShare]) -> Bool {
        let isPlaced =
            switch group.strategy {
            case .pack: packOnOne() || pack()
            case .spread: spread(strictly: false) || pack()
            case .strictPack: packOnOne()
            case .strictSpread: spread(strictly: true)
            }
        guard isPlaced else { return false }
        for (bundle, place) in places.enumerated() {
            let share = NodeShare(node: candidates[place].node, devices: group.bundles[bundle].devices)
            if let known = shares.firstIndex(where: { $0.node == share.node }) {
                shares[known].devices += share.devices
            } else {
                shares.append(share)
            }
        }
        return true
    }

    /// All bundles on the node with the fewest free devices that has room.
    private mutating func packOnOne() -> Bool {
        reset()
        var best = -1
        for index in candidates.indices where best < 0 || candidates[index].free < candidates[best].free {
            let node = candidates[index]
            let admits = group.bundles.allSatisfy { $0.nodeGroups >> UInt64(node.group) & 1 == 1 }
            if admits, node.free >= group.devices, hasHost(index, group.devices) { best = index }
        }
        guard best >= 0 else { return false }
        for bundle in places.indices { take(bundle, best) }
        return true
    }

    /// Node by node, each time the one that takes the most devices of what is left, and of those the fullest.
    private mutating func pack() -> Bool {
        reset()
        var left = order
        while !left.isEmpty {
            var best = (devices: Int32(0), candidate: -1)
            for index in candidates.indices where candidates[index].bundles == 0 {
                let devices = fill(index, left).devices
                guard devices > 0, devices >= best.devices else { continue }
                if devices > best.devices || candidates[index].free < candidates[best.candidate].free {
                    best = (devices, index)
                }
            }
            guard best.candidate >= 0 else { return false }
            let bundles = fill(best.candidate, left).bundles
            for bundle in bundles { take(bundle, best.candidate) }
            left.removeAll { bundles.contains($0) }
        }
        return true
    }

    /// Bundles that a node still without any would take, the largest first.
    private func fill(_ index: Int, _ left: [Int]) -> (devices: Int32, bundles: [Int]) {
        let node = candidates[index]
        var devices: Int32 = 0
        var bundles: [Int] = []
        for bundle in left where group.bundles[bundle].nodeGroups >> UInt64(node.group) & 1 == 1 {
            let more = devices + group.bundles[bundle].devices
            guard more <= node.free, hasHost(index, more) else { continue }
            devices = more
            bundles.append(bundle)
            if devices == node.free { break }
        }
        return (devices, bundles)
    }

    /// Bundle by bundle on the node with the fewest of them, and of those the freest.
    private mutating func spread(strictly isStrict: Bool) -> Bool {
        reset()
        for bundle in order {
            let wanted = group.bundles[bundle]
            var best = -1
            for index in candidates.indices {
                let node = candidates[index]
                guard wanted.nodeGroups >> UInt64(node.group) & 1 == 1, node.free - node.taken >= wanted.devices,
                    !isStrict || node.bundles == 0, hasHost(index, node.taken + wanted.devices)
                else { continue }
                guard best >= 0 else {
                    best = index
                    continue
                }
                let other = candidates[best]
                if (node.bundles, other.free - other.taken) < (other.bundles, node.free - node.taken) { best = index }
            }
            guard best >= 0 else { return false }
            take(bundle, best)
        }
        return true
    }

    private func hasHost(_ index: Int, _ devices: Int32) -> Bool {
        hosts?.has(NodeShare(node: candidates[index].node, devices: devices), of: job) ?? true
    }

    private mutating func take(_ bundle: Int, _ index: Int) {
        places[bundle] = index
        candidates[index].taken += group.bundles[bundle].devices
        candidates[index].bundles += 1
    }

    private mutating func reset() {
        for index in candidates.indices { (candidates[index].taken, candidates[index].bundles) = (0, 0) }
    }
}

extension PlacementGroup {
    /// Places the group in what a map has free.
    /// - Parameter shares: emptied, then what each node gives, in the order of the bundles; empty when there is no
    ///   place.
    /// - Returns: whether there is a place.
    func place(
        _ job: Job, partition: Int, in map: FreeMap, hosts: HostMap?, into shares: inout [NodeShare]
    ) -> Bool {
        shares.removeAll(keepingCapacity: true)
        guard map.free(partition: partition, groups: job.nodeGroups) >= Int64(devices) else { return false }
        if isMixed {
            var search = BundlePlacement(self, job, map, partition, nodeGroups: job.nodeGroups, hosts: hosts)
            return search.find(into: &shares)
        }
        for cell in 0..<map.groupCount where job.nodeGroups >> UInt64(cell) & 1 == 1 {
            guard map.free(group: cell, partition: partition) >= Int64(devices) else { continue }
            var search = BundlePlacement(self, job, map, partition, nodeGroups: 1 << UInt64(cell), hosts: hosts)
            if search.find(into: &shares) { return true }
        }
        return false
    }
}
