import JSONText

/// Why a pool does not find its devices.
public enum PlacementError: Error, Sendable, Equatable {
    /// No group of nodes has this name; the nearest one, and all of them.
    case unknownGroup(String, nearest: String?, known: [String])
    /// So many replicas do not fit: how many do, and how many devices are available at all.
    case doesNotFit(group: String, replicas: Int, tensorParallel: Int, fits: Int, available: Int)
}

extension PlacementError: CustomStringConvertible {
    /// What is short and what to do about it.
    public var description: String {
        switch self {
        case .unknownGroup(let name, let nearest, let known):
            let remedy = nearest.map { "did you mean \($0)?" } ?? "known are \(known.joined(separator: ", "))"
            return "there is no node group \(name); \(remedy)"
        case .doesNotFit(let group, let replicas, let tensorParallel, let fits, let available):
            return "\(replicas) replicas of \(tensorParallel) devices do not fit on node group \(group): "
                + "\(fits) fit on its \(available) available devices; ask for fewer or add nodes"
        }
    }
}

extension Cluster {
    /// Devices for the replicas of a pool: consecutive ones, whole replicas inside nodes, nodes in
    /// order. Leases nothing.
    ///
    /// Within a node a replica starts at a multiple of `tensorParallel` where that costs none, so
    /// that it keeps to packages. A replica larger than a node takes consecutive nodes from their
    /// first device; they must be wholly available as far as it reaches, and no other replica
    /// shares them.
    /// - Parameters:
    ///   - group: the name of a node group.
    ///   - replicas: how many, at least one.
    ///   - tensorParallel: devices of one replica, at least one, in rank order.
    ///   - mode: how they will be leased; failed devices are never chosen.
    ///   - owners: whose devices are not chosen, though they would share them.
    /// - Throws: an unknown group, or how many replicas fit instead.
    public func placement(
        in group: String, replicas: Int, tensorParallel: Int, mode: LeaseMode = .exclusive,
        avoiding owners: [String] = []
    ) throws(PlacementError) -> [[DeviceID]] {
        precondition(replicas >= 1 && tensorParallel >= 1, "a pool has replicas and devices")
        guard let index = layout.group(named: group) else {
            let known = layout.groups.map(\.name)
            throw .unknownGroup(group, nearest: Spelling.nearest(to: group, among: known), known: known)
        }
        let perNode = layout.groups[index].node.devicesPerNode
        let wanted = Wanted(mode: mode, owners: owners)
        var found: [[DeviceID]] = []
        if tensorParallel > perNode {
            found = spanningReplicas(index, perNode, replicas, tensorParallel, wanted)
        } else {
            for node in layout.nodes(ofGroup: index) where found.count < replicas {
                found += replicasInside(NodeID(node), tensorParallel, wanted).prefix(replicas - found.count)
            }
        }
        guard found.count == replicas else {
            throw .doesNotFit(
                group: group, replicas: replicas, tensorParallel: tensorParallel, fits: found.count,
                available: availableDevices(ofGroup: index, for: mode).count)
        }
        return found
    }

    /// As many replicas as one node holds, aligned if that costs none.
    private func replicasInside(_ node: NodeID, _ size: Int, _ wanted: Wanted) -> [[DeviceID]] {
        let devices = layout.devices(of: node)
        let packed = starts(in: devices, size, wanted, step: 1)
        let aligned = starts(in: devices, size, wanted, step: size)
        let chosen = aligned.count == packed.count ? aligned : packed
        return chosen.map { start in (start..<start + size).map { DeviceID($0) } }
    }

    /// First devices of disjoint available runs of `size`, found from the left. A start that fails
    /// moves on by `step`; with a step of one this finds as many runs as there can be.
    private func starts(in devices: Range<Int>, _ size: Int, _ wanted: Wanted, step: Int) -> [Int] {
        var starts: [Int] = []
        var start = devices.lowerBound
        while start + size <= devices.upperBound {
            if allAvailable(start..<start + size, wanted) {
                starts.append(start)
                start += size
            } else {
                start += step
            }
        }
        return starts
    }

    private func spanningReplicas(
        _ group: Int, _ perNode: Int, _ replicas: Int, _ size: Int, _ wanted: Wanted
    ) -> [[DeviceID]] {
        let nodes = layout.nodes(ofGroup: group)
        let span = (size + perNode - 1) / perNode
        var found: [[DeviceID]] = []
        var node = nodes.lowerBound
        while node + span <= nodes.upperBound, found.count < replicas {
            let first = layout.devices(of: NodeID(node)).lowerBound
            if allAvailable(first..<first + size, wanted) {
                found.append((first..<first + size).map { DeviceID($0) })
                node += span
            } else {
                node += 1
            }
        }
        return found
    }

    private func allAvailable(_ devices: Range<Int>, _ wanted: Wanted) -> Bool {
        devices.allSatisfy { index in
            let device = DeviceID(index)
            guard isAvailable(device, for: wanted.mode) else { return false }
            return wanted.owners.isEmpty || !leases(of: device).contains { wanted.owners.contains($0.owner) }
        }
    }

    /// What a device must be to be chosen: to be had under a lease, and with none of some owners.
    private struct Wanted {
        var mode: LeaseMode
        var owners: [String]
    }
}
