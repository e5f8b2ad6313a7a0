import JSONText
import Scheduling
import TraceFormats

/// A workload of batch jobs as the scenario states it.
public struct JobsSpecification: Sendable {
    /// The workload's name in the scenario.
    public var name: String
    /// Where it stands in the scenario, for messages.
    public var path: JSONPath
    /// Names of the node groups that it schedules on.
    public var nodes: [String]
    /// Where traced jobs come from; nil: only `submit`.
    public var traffic: JobTraffic?
    /// In which order jobs run, and on which devices.
    public var policy: SchedulingPolicy
    /// What the policy knows of durations, where the scenario says it.
    public var durations: DurationKnowledge?
    /// Tenants that submit jobs.
    public var tenants: [TenantSpecification]
    /// Jobs that stand in the scenario itself.
    public var submissions: [SubmissionSpecification]
    /// How jobs save their work; nil: they do not.
    public var checkpoints: Checkpoints?
    /// How often nodes fail by chance; nil: never.
    public var failureRate: FailureRate?
    /// How much longer traced jobs run on spread devices.
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
    /// Where it stands in the scenario, for messages.
    public var path: JSONPath
    /// A trace, a generator or a profile of a real cluster.
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
    /// Where it stands in the scenario, for messages.
    public var path: JSONPath
    /// His name, weight and limits.
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
    /// Where it stands in the scenario, for messages.
    public var path: JSONPath
    /// Its name in results; nil: that of its workload, or `submit/` and its index.
    public var name: String?
    /// What it asks for and how long it runs.
    public var job: Job
    /// Its bundles and tasks.
    public var gang: GangSpecification
    /// Who submits it; nil: `default`.
    public var tenant: String?
    /// A node group or device that it must have; nil: any.
    public var deviceType: String?
    /// A workload of the scenario that it starts on its devices.
    public var workload: String?
}
