import EventEngine
import Hardware

/// Everything that a scheduling engine needs to know before it starts.
public struct SchedulingConfiguration: Sendable {
    /// The name of the workload: the owner of random streams, the first part of lease owners.
    public var name: String
    /// The seed of random streams.
    public var seed: UInt64
    /// How jobs are chosen and placed.
    public var policy: SchedulingPolicy
    /// The tenants; jobs refer to them by index.
    public var tenants: [Tenant]
    /// The jobs, by submission.
    public var list: JobList
    /// Placement groups that jobs refer to by index.
    public var placementGroups: [PlacementGroup] = []
    /// The number of partitions of the cluster.
    public var partitions = 1
    /// The partition of each node, by number; empty: all in partition 0.
    public var nodePartitions: [Int] = []

    /// How often jobs save their work; nil: never, so that a failure loses all of it.
    public var checkpoints: Checkpoints?
    /// By what factor jobs on several nodes run longer.
    public var slowdown = PlacementSlowdown()
    /// How fast jobs run on each node group against their traced durations; empty: at speed one everywhere.
    public var groupSpeeds: [Double] = []
    /// Processors and host memory of the nodes; nil: not looked at.
    public var hosts: HostResources?
    /// How often nodes fail of themselves; nil: never.
    public var failureRate: FailureRate?

    /// How nodes come and go with the jobs; nil: all are there all the time.
    public var autoscaling: Autoscaling?

    /// Guaranteed cells of tenants; jobs of the others are opportunistic. Empty: no tenant has any.
    public var cells: [TenantCells] = []

    /// Nodes of a super-node, which are consecutive; nil: there are none.
    public var nodesPerSuperNode: Int?

    /// Names of virtual clusters that come and go, by partition from 1 on; partition 0 is the primary cluster.
    public var virtualClusters: [String] = []
    /// What is done to them, in order of time.
    public var clusterEvents: [(time: Nanoseconds, verb: VirtualClusterVerb)] = []

    /// Nodes that are emptied.
    public var drains: [NodeDrain] = []

    /// Jobs of one tenant on the whole cluster; set the other fields as needed.
    public init(
        name: String, seed: UInt64 = 1, policy: SchedulingPolicy = SchedulingPolicy(),
        tenants: [Tenant] = [Tenant(name: "default")], list: JobList
    ) {
        self.name = name
        self.seed = seed
        self.policy = policy
        self.tenants = tenants
        self.list = list
    }
}
