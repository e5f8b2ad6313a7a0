import EventEngine
import Hardware

/// What a look of the autoscaler comes to.
struct ScalingPlan {
    /// Nodes to launch, in the order in which jobs need them.
    var launches: [Int] = []
    /// Ready nodes that no job runs on and none of those that wait counts on, ascending.
    var idle: [Int] = []
}

/// The waiting jobs, packed onto nodes that are ready, boot, or could be launched.
private struct ScalingTrial {
    /// Free devices as they would be.
    var map: FreeMap
    var hosts: HostMap?
    /// Nodes that are off, by type, the next one last; of each type no more than may come.
    var off: [[Int]]
    /// Nodes counted on beyond those that are there, in this order.
    var added: [Int] = []
    var random: RandomStream
    var shares: [NodeShare] = []
    /// Sizes of plain gangs, below 64 devices, that found no place; a bit each, by partition.
    var failedSizes: [UInt64]
    /// Devices that tenants would hold.
    var tenantDevices: [Int64]
}

extension SchedulingEngine {
    /// Packs the waiting jobs lane by lane, each in its order, and sees which nodes they need.
    func scalingPlan(_ machine: borrowing Machine) -> ScalingPlan {
        guard let scaler else { return ScalingPlan() }
        var trial = scalingTrial(scaler, machine)
        for lane in lanes {
            var position = lane.queue.start
            while let entry = lane.queue.entry(at: position) {
                lane.queue.advance(&position)
                let isFull = trial.map.free(partition: lane.partition, groups: .max) == 0
                if isFull, trial.off.allSatisfy(\.isEmpty) { break }
                pack(entry.job, lane.partition, scaler, &trial)
            }
        }
        func isUnused(_ node: Int) -> Bool { trial.map.free(node) == map.nodeSizes[map.group(of: node)] }
        return ScalingPlan(
            launches: trial.added.filter { !isUnused($0) },
            idle: scaler.idleSince.indices.filter { scaler.idleSince[$0] >= 0 && isUnused($0) })
    }

    private func scalingTrial(_ scaler: Autoscaler, _ machine: borrowing Machine) -> ScalingTrial {
        var trial = ScalingTrial(
            map: map, hosts: hosts, off: scaler.ready.map { _ in [] }, random: random,
            failedSizes: partitions.map { _ in 0 }, tenantDevices: tenants.map(\.devices))
        for node in scaler.power.indices {
            switch scaler.power[node] {
            case .booting: trial.map.add(Int32(machine.cluster.freeDeviceCount(NodeID(node))), to: node)
            case .off where !isDrained[node]:
                // A node that does not work is not launched.
                let size = Int(map.nodeSizes[map.group(of: node)])
                if machine.cluster.freeDeviceCount(NodeID(node)) == size { trial.off[scaler.types[node]].append(node) }
            default: break
            }
        }
        for (type, nodes) in scaler.configuration.nodeTypes.enumerated() {
            let room = max(0, nodes.maximum - scaler.ready[type] - scaler.booting[type])
            trial.off[type] = trial.off[type].prefix(room).reversed()
        }
        return trial
    }

    /// Finds a place for a job in what is there or would come, with as many more nodes of one type as it takes.
    private func pack(_ job: Int32, _ partition: Int, _ scaler: Autoscaler, _ trial: inout ScalingTrial) {
        let request = jobs[Int(job)]
        let tenant = Int(request.tenant)
        if let quota = quotas[tenant], !configuration.tenants[tenant].mayBorrow,
            trial.tenantDevices[tenant] + Int64(request.devices) > quota
        {
            return
        }
        let isPlain = request.devices < 64 && request.nodeGroups == .max && request.placementGroup < 0 && hosts == nil
            && request.duration >= 0 && request.within == .cluster
        let bit: UInt64 = isPlain ? 1 << UInt64(request.devices) : 0
        guard trial.failedSizes[partition] & bit == 0 else { return }
        guard isPlaced(job, partition, &trial) || grow(job, partition, scaler, &trial) else {
            trial.failedSizes[partition] |= bit
            return
        }
        for share in trial.shares { trial.map.add(-share.devices, to: Int(share.node)) }
        trial.hosts?.take(trial.shares, of: request)
        trial.tenantDevices[tenant] += Int64(request.devices)
    }

    /// Adds nodes of one type until a job has a place; adds none where it gets none.
    private func grow(_ job: Int32, _ partition: Int, _ scaler: Autoscaler, _ trial: inout ScalingTrial) -> Bool {
        let request = jobs[Int(job)]
        let types = scaler.configuration.nodeTypes.indices.filter { type in
            let group = scaler.configuration.nodeTypes[type].group
            guard let node = trial.off[type].last else { return false }
            return request.nodeGroups >> UInt64(group) & 1 == 1 && map.partition(of: node) == partition
        }
        // The type whose nodes the gang fills best, then the first.
        func waste(_ type: Int) -> Int32 {
            let size = map.nodeSizes[scaler.configuration.nodeTypes[type].group]
            return (size - request.devices % size) % size
        }
        let sorted = types.sorted { (waste($0), $0) < (waste($1), $1) }
        for type in sorted {
            let size = map.nodeSizes[scaler.configuration.nodeTypes[type].group]
            var added: [Int] = []
            while let node = trial.off[type].popLast() {
                trial.map.add(size, to: node)
                added.append(node)
                guard isPlaced(job, partition, &trial) else { continue }
                trial.added += added
                return true
            }
            // A gang with parts on several node groups may need nodes of the next type, too.
            if request.duration < 0, type != sorted.last {
                trial.added += added
                continue
            }
            for node in added.reversed() {
                trial.map.add(-size, to: node)
                trial.off[type].append(node)
            }
        }
        return false
    }

    private func isPlaced(_ job: Int32, _ partition: Int, _ trial: inout ScalingTrial) -> Bool {
        let request = jobs[Int(job)]
        if request.duration < 0 {
            var engine = self
            defer { trial.shares = engine.found }
            return engine.placeGang(job, partition, in: trial.map)
        }
        if request.placementGroup >= 0 {
            return configuration.placementGroups[Int(request.placementGroup)].place(
                request, partition: partition, in: trial.map, hosts: trial.hosts, into: &trial.shares)
        }
        let wanted = placementRequest(request, partition)
        let isPlaced =
            request.devices > 0
            && configuration.policy.placement.place(
                wanted, in: trial.map, nodesPerLeaf: nodesPerLeaf, random: &trial.random, into: &trial.shares)
        guard let hosts = trial.hosts, request.needsHost else { return isPlaced }
        if isPlaced, trial.shares.allSatisfy({ hosts.has($0, of: request) }) { return true }
        return request.within == .cluster
            && trial.map.place(request, partition: partition, hosts: hosts, into: &trial.shares)
    }
}
