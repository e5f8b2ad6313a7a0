import JSONText
import Scheduling
import TraceFormats

/// A workload of batch jobs as the scenario states it.
public struct JobsSpecification: Sendable {
    public var name: String
    public var path: JSONPath
    /// Names of the node groups that it schedules on.
    public var nodes: [String]
    /// Where traced jobs come from; nil: only `submit`.
    public var traffic: JobTraffic?
    public var policy: SchedulingPolicy
    /// What the policy knows of durations, where the scenario says it.
    public var durations: DurationKnowledge?
    public var tenants: [TenantSpecification]
    public var submissions: [SubmissionSpecification]
    public var checkpoints: Checkpoints?
    public var failureRate: FailureRate?
    public var slowdown: PlacementSlowdown
    /// Speed of node groups, by name.
    public var speeds: [(group: String, speed: Double)]
    /// What happens to its nodes.
    public var events: [JobsEventSpecification]
    /// Nodes of a super-node; nil: there are none.
    public var nodesPerSuperNode: Int?
    /// The domain that gangs must lie in which do not name one of their own.
    public var within: PlacementDomain
    /// How nodes come and go with the jobs; nil: all are there all the time.
    public var autoscaling: AutoscalingSpecification?
    /// How gangs of the trace that have no bundles of their own are cut into bundles.
    public var bundleCut: BundleCut?
    /// Thousandths of processors, and bytes of host memory, of each node.
    public var hosts: (cpuMilli: Int64, memoryBytes: Int64)?
    /// Whether each tenant is compared with himself alone on the cluster.
    public var comparesAlone = false
}

/// A trace of jobs or a generator of one.
public struct JobTraffic: Sendable {
    public var path: JSONPath
    public var source: JobTrafficSource
}

/// Where traced jobs come from.
public enum JobTrafficSource: Sendable, Equatable {
    case trace(file: String, format: JobTraceFormat, maximumJobs: Int?, speed: Double)
    case generator(JobGeneratorConfiguration)
    case profile(JobProfileConfiguration)
}

/// A tenant as the scenario states it.
public struct TenantSpecification: Sendable {
    public var path: JSONPath
    public var tenant: Tenant
    /// The node group that his jobs run on, alone; nil: the common nodes.
    public var nodes: String?
    /// The virtual cluster that his jobs run in; nil: none.
    public var virtualCluster: String?
    /// His guaranteed cells; empty: none.
    public var cells: [CellsSpecification] = []
}

/// A job that stands in the scenario itself.
public struct SubmissionSpecification: Sendable {
    public var path: JSONPath
    public var name: String?
    public var job: Job
    /// Its bundles and tasks.
    public var gang: GangSpecification
    public var tenant: String?
    public var deviceType: String?
    /// A workload of the scenario that it starts on its devices.
    public var workload: String?
}
