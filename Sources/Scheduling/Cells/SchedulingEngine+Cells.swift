import EventEngine
import Hardware

/// Jobs in guaranteed cells, and opportunistic ones that give way to them.
extension SchedulingEngine {
    /// Whether shares are of virtual nodes.
    func isInCells(_ places: [NodeShare]) -> Bool {
        guard let cells, let first = places.first else { return false }
        return Int(first.node) >= cells.nodeCount
    }

    /// The nodes of the cluster that the present run of a job holds, whatever it was placed on.
    func physicalShares(of job: Int32) -> [NodeShare] { cells?.physical[job] ?? shares[Int(job)] }

    /// Devices for the shares of a job in guaranteed cells, after opportunistic jobs have left them.
    mutating func cellDevices(
        _ job: Int32, _ places: [NodeShare], at now: Nanoseconds, _ machine: inout Machine
    ) -> [DeviceID] {
        var devices: [DeviceID] = []
        for place in places {
            devices += cells?.take(place) { machine.cluster.isAvailable($0) } ?? []
            map.add(-place.devices, to: Int(place.node))
        }
        let losers = devices.compactMap { cells?.holders[$0.index] }.filter { $0 >= 0 }
        for loser in Set(losers).sorted() {
            interrupt(loser, .reclaimed, at: now, &machine)
            mark(loser, .reclaimed, blocker: job, at: now)
        }
        var physical: [NodeShare] = []
        for device in devices {
            let node = Int32(machine.cluster.layout.node(of: device).index)
            if let known = physical.firstIndex(where: { $0.node == node }) {
                physical[known].devices += 1
            } else {
                physical.append(NodeShare(node: node, devices: 1))
            }
        }
        cells?.physical[job] = physical
        return devices
    }

    /// Notes that a job has its devices: an opportunistic one can be asked to leave them, and those of a job in cells
    /// are not there for others.
    mutating func noteHolder(_ job: Int32, _ devices: [DeviceID], _ machine: borrowing Machine) {
        if isInCells(shares[Int(job)]) {
            syncNodes(physicalShares(of: job), machine)
        } else {
            for device in devices { cells?.holders[device.index] = job }
        }
    }

    /// Notes that an opportunistic job leaves its devices.
    mutating func forgetHolder(_ job: Int32, _ machine: borrowing Machine) {
        guard !isInCells(shares[Int(job)]), let lease = leases[Int(job)] else { return }
        for device in machine.cluster.lease(lease)?.devices ?? [] { cells?.holders[device.index] = -1 }
    }

    /// Gives the shares of a job in guaranteed cells back.
    mutating func leaveCells(_ job: Int32, _ machine: borrowing Machine) {
        for place in shares[Int(job)] {
            map.add(place.devices, to: Int(place.node))
            cells?.release(place)
        }
        let physical = physicalShares(of: job)
        cells?.physical[job] = nil
        syncNodes(physical, machine)
    }

    /// Nodes of the cluster on which opportunistic jobs find more than before, or less.
    mutating func syncNodes(_ places: [NodeShare], _ machine: borrowing Machine) {
        for place in places {
            let node = Int(place.node)
            let partition = map.partition(of: node)
            sync(node, machine)
            partitions[partition].isOpen = true
            partitions[partition].mustReplan = true
            guard !reservations.isEmpty else { continue }
            reservations[partition].isValid = false
            reservations[partition].changed.append(place.node)
        }
    }

    /// Whether the cells of a tenant could ever hold a job; nil for tenants without cells.
    func fitsCells(_ request: Job) -> Bool? {
        guard cells != nil, configuration.cells.contains(where: { $0.tenant == Int(request.tenant) }) else {
            return nil
        }
        let partition = configuration.tenants[Int(request.tenant)].partition
        return (0..<map.groupCount).contains { group in
            request.nodeGroups >> UInt64(group) & 1 == 1
                && map.nodes(group: group, partition: partition) * Int(map.nodeSizes[group]) >= Int(request.devices)
        }
    }
}
