import Hardware

/// What the topology of the cluster means to gangs.
extension SchedulingEngine {
    /// A job's request to a placement.
    func placementRequest(_ request: Job, _ partition: Int) -> PlacementRequest {
        var wanted = PlacementRequest(devices: request.devices, partition: partition, groups: request.nodeGroups)
        wanted.within = request.within
        wanted.nodesPerSuperNode = configuration.nodesPerSuperNode ?? .max
        return wanted
    }

    /// Whether some domain is large enough for a gang that must lie within one, all of it idle and working.
    func fitsDomain(_ request: Job, _ layout: ClusterLayout) -> Bool {
        let partition = configuration.tenants[Int(request.tenant)].partition
        let size =
            switch request.within {
            case .node: 1
            case .leaf: nodesPerLeaf
            case .superNode: configuration.nodesPerSuperNode ?? layout.nodeCount
            case .cluster: layout.nodeCount
            }
        var devices: [Int: Int] = [:]
        for node in 0..<layout.nodeCount where map.partition(of: node) == partition {
            let group = layout.group(of: NodeID(node))
            guard request.nodeGroups >> UInt64(group) & 1 == 1 else { continue }
            let block = node / size * layout.groups.count + group
            devices[block, default: 0] += layout.devices(of: NodeID(node)).count
            if devices[block, default: 0] >= Int(request.devices) { return true }
        }
        return false
    }

    /// Free devices of a node: of the package that has the fewest and yet enough, else of as few packages as will do.
    func packagedDevices(_ node: Int, count: Int, _ cluster: Cluster) -> [DeviceID] {
        let first = cluster.layout.devices(of: NodeID(node)).lowerBound
        let free = cluster.availableDevices(of: NodeID(node))
        let size = packageSizes[cluster.layout.group(of: NodeID(node))]
        var packages: [[DeviceID]] = []
        var last = -1
        for device in free {
            let package = (device.index - first) / size
            if package != last { packages.append([]) }
            last = package
            packages[packages.count - 1].append(device)
        }
        var chosen: [DeviceID] = []
        while chosen.count < count, !packages.isEmpty {
            let left = count - chosen.count
            let enough = packages.indices.filter { packages[$0].count >= left }
            let best =
                enough.min { (packages[$0].count, $0) < (packages[$1].count, $1) }
                ?? packages.indices.min { (-packages[$0].count, $0) < (-packages[$1].count, $1) } ?? 0
            chosen += packages.remove(at: best).prefix(left)
        }
        return chosen.sorted()
    }

    /// Whether the devices of a job on one node lie in several packages.
    func spansPackages(_ job: Int32, _ cluster: Cluster) -> Bool {
        guard let lease = leases[Int(job)], let devices = cluster.lease(lease)?.devices, let first = devices.first
        else {
            return false
        }
        let size = packageSizes[cluster.layout.place(of: first).group]
        return devices.contains {
            cluster.layout.place(of: $0).position / size
                != cluster.layout.place(of: first).position / size
        }
    }
}
