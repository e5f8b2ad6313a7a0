import EventEngine
import Scheduling

extension CheckedScenario {
    /// The same cluster for one tenant of a scheduler: nobody else submits anything, and no tenant has limits or nodes
    /// of his own. His jobs are served in the order of submission, those that fit before those that do not; they are
    /// placed as the policy places.
    ///
    /// What has devices of its own from time zero on keeps them.
    /// - Parameters:
    ///   - tenant: index among the tenants of the scheduler's configuration.
    ///   - scheduler: index among the workloads of jobs.
    public func alone(tenant: Int, of scheduler: Int) -> CheckedScenario {
        var alone = self
        for index in alone.jobs.indices {
            var configuration = jobs[index].configuration
            configuration.list = configuration.list.filtered { index == scheduler && Int($0.tenant) == tenant }
            configuration.policy = SchedulingPolicy(
                order: .fifo, whenBlocked: .skip, restartCost: configuration.policy.restartCost,
                placement: configuration.policy.placement, durations: configuration.policy.durations)
            for tenant in configuration.tenants.indices { configuration.tenants[tenant].makeUnlimited() }
            // The last partition holds the nodes that the workload does not schedule on.
            let outside = configuration.partitions - 1
            configuration.nodePartitions = configuration.nodePartitions.map { $0 == outside ? $0 : 0 }
            configuration.cells = []
            configuration.virtualClusters = []
            configuration.clusterEvents = []
            alone.jobs[index].configuration = configuration
        }
        return alone
    }
}

extension Tenant {
    fileprivate mutating func makeUnlimited() {
        quotaDevices = nil
        mayBorrow = false
        reclaims = false
        partition = 0
    }
}
