import EventEngine
import Hardware

/// Gangs of workloads: parts on several node groups, in units that must not be torn apart. All parts, or nothing.
extension SchedulingEngine {
    /// The parts of the gang of a job that starts a workload.
    func parts(of job: Int32) -> [GangPart] { configuration.list.workloads[Int(job)]?.parts ?? [] }

    /// Places the parts one after the other by the policy's placement, which sees units instead of devices; the shares,
    /// part by part, are in `found`.
    mutating func placeGang(_ job: Int32, _ partition: Int, in free: FreeMap) -> Bool {
        var rest = free
        var places: [NodeShare] = []
        for part in parts(of: job) {
            let request = PlacementRequest(
                devices: part.devices / part.unit, partition: partition, groups: 1 << UInt64(part.group))
            guard configuration.policy.placement.place(
                request, in: rest.counted(inUnitsOf: part.unit), nodesPerLeaf: nodesPerLeaf, random: &random,
                into: &found) else {
                found.removeAll(keepingCapacity: true)
                return false
            }
            for share in found {
                places.append(NodeShare(node: share.node, devices: share.devices * part.unit))
                rest.add(-share.devices * part.unit, to: Int(share.node))
            }
        }
        found = places
        return true
    }

    /// Whether an empty partition could hold each part.
    func canEverRunGang(_ job: Int32, _ layout: ClusterLayout) -> Bool {
        let partition = partition(of: job)
        return parts(of: job).allSatisfy { part in
            let nodes = layout.nodes(ofGroup: part.group).count { map.partition(of: $0) == partition }
            let units = Int32(layout.groups[part.group].node.devicesPerNode) / part.unit
            return Int64(nodes) * Int64(units * part.unit) >= Int64(part.devices)
        }
    }

    /// Whether too few devices are free for one of the parts, however they lie.
    func lacksDevices(_ job: Int32, _ partition: Int) -> Bool {
        let parts = parts(of: job)
        return parts.contains { part in
            let asked = parts.reduce(Int64(0)) { $0 + ($1.group == part.group ? Int64($1.devices) : 0) }
            return map.free(group: part.group, partition: partition) < asked
        }
    }

    /// The node groups of which a gang finds too few free units, a bit each.
    func lackingGroups(_ job: Int32, _ partition: Int) -> UInt64 {
        parts(of: job).reduce(0) { groups, part in
            let units = map.counted(inUnitsOf: part.unit).free(group: part.group, partition: partition)
            return units < Int64(part.devices / part.unit) ? groups | 1 << UInt64(part.group) : groups
        }
    }

    /// Whether shares of a job fit into what is free; a gang can have several on one node.
    func fit(_ places: [NodeShare], of job: Int32, in free: FreeMap) -> Bool {
        guard jobs[Int(job)].duration < 0 else {
            return places.allSatisfy { free.free(Int($0.node)) >= $0.devices }
        }
        return places.indices.allSatisfy { index in
            let before = places[..<index].reduce(Int32(0)) { $0 + ($1.node == places[index].node ? $1.devices : 0) }
            return free.free(Int(places[index].node)) >= before + places[index].devices
        }
    }

    /// The devices of a gang in rank order. Units lie on consecutive devices at multiples of their size where that
    /// costs none of them, so that they keep to packages.
    func gangDevices(_ job: Int32, _ places: [NodeShare], _ cluster: Cluster) -> [DeviceID] {
        var devices: [DeviceID] = []
        var share = places.startIndex
        for part in parts(of: job) {
            var left = part.devices
            while left > 0 {
                let node = NodeID(Int(places[share].node))
                let free = cluster.availableDevices(of: node).filter { !devices.contains($0) }
                let count = Int(places[share].devices), unit = Int(part.unit)
                let first = cluster.layout.devices(of: node).lowerBound
                let aligned = free.filter { start in
                    (start.index - first).isMultiple(of: unit)
                        && (0..<unit).allSatisfy { free.contains(DeviceID(start.index + $0)) }
                }.flatMap { start in (0..<unit).map { DeviceID(start.index + $0) } }
                devices += (aligned.count >= count ? aligned : free).prefix(count)
                left -= places[share].devices
                share += 1
            }
        }
        return devices
    }

    /// Promises a gang the earliest start at which the devices of all its parts are free for so long.
    mutating func promiseGang(
        _ job: Int32, _ partition: Int, for time: Nanoseconds, at now: Nanoseconds
    ) -> Nanoseconds? {
        let parts = parts(of: job)
        var start = now
        var isSettled = false
        while !isSettled {
            isSettled = true
            for part in parts {
                let asked = parts.reduce(Int64(0)) { $0 + ($1.group == part.group ? Int64($1.devices) : 0) }
                let cell = partition * map.groupCount + part.group
                guard let next = profiles[cell].earliest(asked, for: time, from: start) else { return nil }
                if next > start { (start, isSettled) = (next, false) }
            }
        }
        let end = start &+ time < 0 ? .max : start + time
        for part in parts {
            profiles[partition * map.groupCount + part.group].take(Int64(part.devices), from: start, until: end)
        }
        return start
    }
}
