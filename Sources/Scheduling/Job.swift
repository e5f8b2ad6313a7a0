import EventEngine

/// A job as it is submitted: a gang of devices, for a time that the simulator knows and the scheduler need not.
public struct Job: Sendable, Equatable {
    /// When it is submitted.
    public var submit: Nanoseconds
    /// Devices of the gang: all of them at once, or none. Zero only for a job that asks for host resources alone.
    public var devices: Int32
    /// Its work: how long it runs undisturbed on a placement of speed one. Negative: a workload of the scenario runs
    /// on its devices, and ends when it ends (see ``JobWorkload``).
    public var duration: Nanoseconds
    /// Its tenant, an index into the tenants of the configuration.
    public var tenant: Int32 = 0
    /// What its user said that it would take; negative where he said nothing.
    public var estimate: Nanoseconds = -1
    /// Larger goes first, under policies that look at it.
    public var priority: Int32 = 0
    /// When it should be done; `max` where it does not matter.
    public var deadline: Nanoseconds = .max
    /// The node groups it may run on, one bit per group of the cluster in its order.
    public var nodeGroups: UInt64 = .max
    /// Thousandths of the one device that it asks for; 1000 is whole devices.
    public var deviceShare: Int32 = 1000
    /// Thousandths of host processors of the whole gang.
    public var cpuMilli: Int64 = 0
    /// Host memory of the whole gang.
    public var memoryBytes: Int64 = 0
    /// The domain that the gang must lie in; `cluster`: anywhere.
    public var within = PlacementDomain.cluster
    /// Its placement group, an index into those of the configuration; -1: a plain gang.
    public var placementGroup: Int32 = -1
    /// Whether it may be taken off its devices for others.
    public var isPreemptible = true

    /// A job that any node group can run; set the other fields as needed.
    public init(submit: Nanoseconds, devices: Int32, duration: Nanoseconds) {
        self.submit = submit
        self.devices = devices
        self.duration = duration
    }
}

/// Jobs in the order in which equal ones are served: by time of submission, then in the order of the trace.
public struct JobList: Sendable, Equatable {
    /// The jobs, sorted by ``Job/submit``.
    public private(set) var jobs: [Job]
    /// What each job is called in its trace.
    public private(set) var names: [String]
    /// For jobs that start a workload of the scenario, which one; by index of the job.
    public private(set) var workloads: [Int: JobWorkload]

    /// Sorts jobs, and what belongs to them, by submission; equal ones keep their order.
    /// - Parameter workloads: by index into `jobs` as they are given.
    /// - Precondition: as many names as jobs.
    public init(jobs: [Job] = [], names: [String] = [], workloads: [Int: JobWorkload] = [:]) {
        precondition(jobs.count == names.count, "every job has a name")
        var isSorted = true
        for index in jobs.indices.dropFirst() where jobs[index].submit < jobs[index - 1].submit { isSorted = false }
        guard !isSorted else {
            (self.jobs, self.names, self.workloads) = (jobs, names, workloads)
            return
        }
        let order = jobs.indices.sorted { (jobs[$0].submit, $0) < (jobs[$1].submit, $1) }
        self.jobs = order.map { jobs[$0] }
        self.names = order.map { names[$0] }
        self.workloads = [:]
        for (place, index) in order.enumerated() { self.workloads[place] = workloads[index] }
    }

    /// Only some of the jobs.
    public func filtered(_ isKept: (Job) -> Bool) -> JobList {
        let kept = jobs.indices.filter { isKept(jobs[$0]) }
        var kinds: [Int: JobWorkload] = [:]
        for (place, index) in kept.enumerated() { kinds[place] = workloads[index] }
        return JobList(jobs: kept.map { jobs[$0] }, names: kept.map { names[$0] }, workloads: kinds)
    }

    /// The number of jobs.
    public var count: Int { jobs.count }
}
