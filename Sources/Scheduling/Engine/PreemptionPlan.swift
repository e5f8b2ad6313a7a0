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
    /// Nodes whose count of free devices the plan has changed, and what it was before.
    var touched: [NodeShare] = []
    /// Free host resources before the plan.
    var hosts: HostMap?
    /// For whom jobs were displaced: the loser, then the winner.
    var losses: [(loser: Int32, winner: Int32)] = []
    /// Devices that tenants hold under the plan.
    var tenantDevices: [Int64]
    /// Devices that may still be taken from each tenant for a gang; nil: any.
    var allowance: [Int64]?
}

extension SchedulingEngine {
    /// A plan in which every running job of a partition that may be preempted is unsettled.
    /// - Parameter ranked: the running jobs of the partition, those served first in front.
    func preemptionPlan(_ ranked: [Int32]) -> PreemptionPlan {
        var plan = PreemptionPlan(
            ranked: ranked, standing: Array(repeating: .kept, count: running.count), hosts: hosts,
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
        if place >= 0, isFree(shares[index], for: job) {
            move(shares[index], of: job, sign: -1, &plan)
            keep(job, &plan)
            return true
        }
        let tenant = Int(jobs[index].tenant)
        let devices = Int64(jobs[index].devices)
        if let quota = quotas[tenant], !configuration.tenants[tenant].mayBorrow,
            plan.tenantDevices[tenant] + devices > quota { return false }
        guard findPlace(job, rank, partition, &plan) else { return false }
        move(found, of: job, sign: -1, &plan)
        plan.starts.append((job, found))
        plan.tenantDevices[tenant] += devices
        return true
    }

    /// Finds a place for a job, displacing those that are behind it, the last first, and no more of them than it needs.
    mutating func findPlace(
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
            guard plan.standing[place] == .unsettled, helps(other, job, partition, plan) else { continue }
            plan.standing[place] = .displaced
            plan.allowance?[Int(jobs[Int(other)].tenant)] -= Int64(jobs[Int(other)].devices)
            move(shares[Int(other)], of: other, sign: 1, &plan)
            displaced.append(other)
            isPlaced = self.place(job, partition)
        }
        giveBack(displaced, for: isPlaced ? job : -1, &plan)
        return isPlaced
    }

    /// Whether a job may be displaced for another: for a gang on several kinds of cards, where it holds a kind that the
    /// gang lacks, and its tenant more than his quota where that matters.
    private func helps(_ other: Int32, _ job: Int32, _ partition: Int, _ plan: PreemptionPlan) -> Bool {
        guard jobs[Int(job)].duration < 0 else { return true }
        if let left = plan.allowance?[Int(jobs[Int(other)].tenant)], left <= 0 { return false }
        let lacking = lackingGroups(job, partition)
        let wanted = lacking == 0 ? jobs[Int(job)].nodeGroups : lacking
        return shares[Int(other)].contains { wanted >> UInt64(map.group(of: Int($0.node))) & 1 == 1 }
    }

    /// Gives displaced jobs their devices back, the one that is served first first, where the place found for another
    /// job leaves them.
    private mutating func giveBack(_ displaced: [Int32], for winner: Int32, _ plan: inout PreemptionPlan) {
        let place = winner >= 0 ? found : []
        if winner >= 0 { move(place, of: winner, sign: -1, &plan) }
        for other in displaced.reversed() {
            let index = Int(other)
            guard isFree(shares[index], for: other) else {
                plan.unsettledDevices -= Int64(jobs[index].devices)
                plan.losses.append((other, winner))
                continue
            }
            move(shares[index], of: other, sign: -1, &plan)
            plan.standing[Int(states[index].runningIndex)] = .unsettled
        }
        if winner >= 0 { move(place, of: winner, sign: 1, &plan) }
    }

    /// Whether shares of a job are free.
    private func isFree(_ places: [NodeShare], for job: Int32) -> Bool {
        fit(places, of: job, in: map) && places.allSatisfy { hosts?.has($0, of: jobs[Int(job)]) ?? true }
    }

    /// Makes shares of a job free (a sign of 1) or takes them (-1), for the length of the plan.
    private mutating func move(_ places: [NodeShare], of job: Int32, sign: Int32, _ plan: inout PreemptionPlan) {
        for share in places {
            plan.touched.append(NodeShare(node: share.node, devices: map.free(Int(share.node))))
            map.add(sign * share.devices, to: Int(share.node))
        }
        hosts?.take(places, of: jobs[Int(job)], sign: Int64(-sign))
    }

    /// Makes everything free that was free before the plan, and nothing else.
    mutating func undo(_ plan: PreemptionPlan) {
        for before in plan.touched.reversed() {
            map.add(before.devices - map.free(Int(before.node)), to: Int(before.node))
        }
        hosts = plan.hosts
    }

    private func keep(_ job: Int32, _ plan: inout PreemptionPlan) {
        plan.standing[Int(states[Int(job)].runningIndex)] = .kept
        plan.tenantDevices[Int(jobs[Int(job)].tenant)] += Int64(jobs[Int(job)].devices)
    }
}
