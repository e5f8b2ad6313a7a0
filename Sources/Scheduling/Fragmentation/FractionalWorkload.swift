import EventEngine

/// A task with a life: it comes, waits for room, runs and goes.
public struct FractionalTask: Equatable, Sendable {
    /// Its name.
    public var name: String
    /// When it is submitted.
    public var submitted: Nanoseconds
    /// How long it runs.
    public var duration: Nanoseconds
    /// What it asks for.
    public var request: FractionalRequest

    /// A task.
    public init(name: String, submitted: Nanoseconds, duration: Nanoseconds, request: FractionalRequest) {
        self.name = name
        self.submitted = submitted
        self.duration = duration
        self.request = request
    }
}

/// What a workload of tasks that share devices needs to know before it starts.
public struct FractionalWorkload: Sendable {
    /// The name of the workload: the owner of random streams and leases.
    public var name: String
    /// The seed of random streams.
    public var seed: UInt64
    /// Where a task goes.
    public var policy: FractionalPolicy
    /// Whether tasks that fit go ahead of one that does not.
    public var skipsBlocked: Bool
    /// The tasks in order of submission; a bit of `models` is a node group of the cluster.
    public let tasks: [FractionalTask]
    /// Processors and memory of a node of each group; nil: they do not matter, and tasks ask for none.
    public let hosts: HostResources?

    /// A workload.
    public init(
        name: String, seed: UInt64, policy: FractionalPolicy, skipsBlocked: Bool, tasks: [FractionalTask],
        hosts: HostResources? = nil
    ) {
        self.name = name
        self.seed = seed
        self.policy = policy
        self.skipsBlocked = skipsBlocked
        self.tasks = hosts != nil ? tasks : tasks.map { task in
            var task = task
            (task.request.cpuMilli, task.request.memoryBytes) = (0, 0)
            return task
        }
        self.hosts = hosts
    }
}

/// What became of a task.
public struct FractionalRecord: Equatable, Sendable {
    /// When it started; nil while it waits.
    public var start: Nanoseconds?
    /// When it was done.
    public var end: Nanoseconds?
    /// Where it ran.
    public var place: FractionalPlace?
}
