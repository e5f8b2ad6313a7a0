import EventEngine
import Hardware

/// Tenants who take their quota back from those who borrow.
extension SchedulingEngine {
    /// Whether a job would take its tenant beyond what he may hold.
    func isOverQuota(_ job: Int32) -> Bool {
        let request = jobs[Int(job)], tenant = configuration.tenants[Int(request.tenant)]
        guard let quota = quotas[Int(request.tenant)], !tenant.mayBorrow else { return false }
        return tenants[Int(request.tenant)].devices + Int64(request.devices) > quota
    }

    /// Finds a place for a job that its tenant may have by right, at the cost of jobs of tenants beyond their quota:
    /// the youngest of those gives way first, and no more of them than it takes. Nil: there is none.
    /// - Returns: the jobs that give way; the place is in `found`.
    mutating func reclaim(_ job: Int32, _ partition: Int) -> [Int32]? {
        let tenant = Int(jobs[Int(job)].tenant)
        guard configuration.tenants[tenant].reclaims, let quota = quotas[tenant],
            tenants[tenant].devices + Int64(jobs[Int(job)].devices) <= quota else { return nil }
        let isGang = jobs[Int(job)].duration < 0
        let borrowers = isGang ? allBorrowers(partition) : borrowers(partition)
        guard !borrowers.isEmpty else { return nil }
        var plan = preemptionPlan(borrowers)
        if isGang { plan.allowance = devicesBeyondQuota }
        let isPlaced = findPlace(job, 0, partition, &plan)
        undo(plan)
        guard isPlaced else { return nil }
        return borrowers.filter { plan.standing[Int(states[Int($0)].runningIndex)] == .displaced }
    }

    /// What each tenant holds beyond his quota.
    private var devicesBeyondQuota: [Int64] {
        tenants.indices.map { tenant in quotas[tenant].map { tenants[tenant].devices - $0 } ?? 0 }
    }

    /// Jobs that run beyond the quota of their tenants, the youngest last.
    private func borrowers(_ partition: Int) -> [Int32] {
        let young = running.filter { self.partition(of: $0) == partition && jobs[Int($0)].isPreemptible }
            .sorted { (states[Int($0)].runStart, $0) > (states[Int($1)].runStart, $1) }
        var beyond = devicesBeyondQuota
        var borrowers: [Int32] = []
        for job in young where beyond[Int(jobs[Int(job)].tenant)] > 0 {
            borrowers.append(job)
            beyond[Int(jobs[Int(job)].tenant)] -= Int64(jobs[Int(job)].devices)
        }
        return borrowers.reversed()
    }

    /// All jobs of tenants who are beyond their quota, the youngest last: a gang on several kinds of cards takes from
    /// them those that have a kind which it lacks, up to what their tenants hold beyond.
    private func allBorrowers(_ partition: Int) -> [Int32] {
        let beyond = devicesBeyondQuota
        return running.filter {
            self.partition(of: $0) == partition && jobs[Int($0)].isPreemptible && beyond[Int(jobs[Int($0)].tenant)] > 0
        }.sorted { (states[Int($0)].runStart, $0) < (states[Int($1)].runStart, $1) }
    }

    /// Does something to a virtual cluster, or notes why not.
    mutating func changeCluster(_ verb: VirtualClusterVerb, at now: Nanoseconds, _ queue: inout EventQueue) {
        let (answer, changed) = clusters.apply(verb, to: &map)
        clusterAnswers.append(answer)
        for partition in changed {
            partitions[partition].isOpen = true
            partitions[partition].mustReplan = true
            guard !reservations.isEmpty else { continue }
            reservations[partition].isValid = false
            reservations[partition].changed += (0..<Int32(map.nodeCount))
        }
        if !changed.isEmpty { requestPass(at: now, &queue) }
    }
}
