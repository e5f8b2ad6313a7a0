/// What a pass with preemption has decided so far. Devices of running jobs count as free where a job that goes before
/// them needs them; who is taken off is settled when everybody has been looked at.
struct PreemptionPlan: Sendable {
    /// What becomes of a running job.
    enum Standing: UInt8, Sendable {
        /// Nobody has asked for its devices yet.
        case unsettled
        /// It stays.
        case kept
        /// Its devices went to others.
        case displaced
    }

    /// Running jobs of the partition, those served first in front.
    var ranked: [Int32]
    /// What becomes of each, by its index among the running jobs.
    var standing: [Standing]
    /// Jobs that start, and the nodes they start on.
    var starts: [(job: Int32, shares: [NodeShare])] = []
    /// Devices of unsettled jobs.
    var unsettledDevices: Int64 = 0
    /// Nodes whose count of free devices the plan has changed.
    var touched: [Int32] = []
    /// Devices that tenants hold under the plan.
    var tenantDevices: [Int64]
}

extension SchedulingEngine {
    /// A plan in which every running job of a partition that may be preempted is unsettled.
    /// - Parameter ranked: the running jobs of the partition, those served first in front.
    func preemptionPlan(_ ranked: [Int32]) -> PreemptionPlan {
        var plan = PreemptionPlan(
            ranked: ranked, standing: Array(repeating: .kept, count: running.count),
            tenantDevices: Array(repeating: 0, count: tenants.count))
        for job in ranked {
            let index = Int(job)
            if jobs[index].isPreemptible {
                plan.standing[Int(states[index].runningIndex)] = .unsettled
                plan.unsettledDevices += Int64(jobs[index].devices)
            } else {
                plan.tenantDevices[Int(jobs[index].tenant)] += Int64(jobs[index].devices)
            }
        }
        return plan
    }

    /// Looks at the next job in order. False: it found no place.
    /// - Parameter rank: running jobs from this index of the plan's ranking on are behind it.
    mutating func settle(_ job: Int32, rank: Int, _ partition: Int, _ plan: inout PreemptionPlan) -> Bool {
        let index = Int(job), place = Int(states[index].runningIndex)
        if place >= 0, plan.standing[place] == .kept { return true }
        if place >= 0, plan.standing[place] == .unsettled {
            keep(job, &plan)
            plan.unsettledDevices -= Int64(jobs[index].devices)
            return true
        }
        if place >= 0, shares[index].allSatisfy({ map.free(Int($0.node)) >= $0.devices }) {
            hold(shares[index], &plan)
            keep(job, &plan)
            return true
        }
        let tenant = Int(jobs[index].tenant)
        let devices = Int64(jobs[index].devices)
        if let quota = configuration.tenants[tenant].quotaDevices, !configuration.tenants[tenant].mayBorrow,
            plan.tenantDevices[tenant] + devices > quota { return false }
        guard findPlace(job, rank, partition, &plan) else { return false }
        hold(found, &plan)
        plan.starts.append((job, found))
        plan.tenantDevices[tenant] += devices
        return true
    }

    /// Finds a place for a job, displacing those that are behind it, the last first, and no more of them than it needs.
    private mutating func findPlace(
        _ job: Int32, _ rank: Int, _ partition: Int, _ plan: inout PreemptionPlan
    ) -> Bool {
        if place(job, partition) { return true }
        let free = map.free(partition: partition, groups: jobs[Int(job)].nodeGroups)
        guard free + plan.unsettledDevices >= Int64(jobs[Int(job)].devices) else { return false }
        var displaced: [Int32] = []
        var victim = plan.ranked.count - 1
        var isPlaced = false
        while !isPlaced, victim >= rank {
            let other = plan.ranked[victim]
            victim -= 1
            let place = Int(states[Int(other)].runningIndex)
            guard plan.standing[place] == .unsettled else { continue }
            plan.standing[place] = .displaced
            for share in shares[Int(other)] {
                map.add(share.devices, to: Int(share.node))
                plan.touched.append(share.node)
            }
            displaced.append(other)
            isPlaced = self.place(job, partition)
        }
        giveBack(displaced, keepingClear: isPlaced, &plan)
        return isPlaced
    }

    /// Gives displaced jobs their devices back, the one that is served first first, where the place found leaves them.
    private mutating func giveBack(_ displaced: [Int32], keepingClear isPlaced: Bool, _ plan: inout PreemptionPlan) {
        let place = isPlaced ? found : []
        for share in place { map.add(-share.devices, to: Int(share.node)) }
        for other in displaced.reversed() {
            let index = Int(other)
            guard shares[index].allSatisfy({ map.free(Int($0.node)) >= $0.devices }) else {
                plan.unsettledDevices -= Int64(jobs[index].devices)
                continue
            }
            for share in shares[index] { map.add(-share.devices, to: Int(share.node)) }
            plan.standing[Int(states[index].runningIndex)] = .unsettled
        }
        for share in place { map.add(share.devices, to: Int(share.node)) }
    }

    /// Looks for a place in what is free now; the shares are in `found`.
    mutating func place(_ job: Int32, _ partition: Int) -> Bool {
        let request = jobs[Int(job)]
        return configuration.policy.placement.place(
            PlacementRequest(devices: request.devices, partition: partition, groups: request.nodeGroups), in: map,
            nodesPerLeaf: nodesPerLeaf, random: &random, into: &found)
    }

    private mutating func hold(_ places: [NodeShare], _ plan: inout PreemptionPlan) {
        for share in places {
            map.add(-share.devices, to: Int(share.node))
            plan.touched.append(share.node)
        }
    }

    private func keep(_ job: Int32, _ plan: inout PreemptionPlan) {
        plan.standing[Int(states[Int(job)].runningIndex)] = .kept
        plan.tenantDevices[Int(jobs[Int(job)].tenant)] += Int64(jobs[Int(job)].devices)
    }
}
