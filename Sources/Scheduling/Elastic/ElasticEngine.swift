import EventEngine
import Hardware

/// What a workload of elastic jobs needs to know before it starts.
public struct ElasticWorkload: Sendable {
    /// The name of the workload: the owner of leases.
    public var name: String
    /// Time between divisions, and what a change of devices costs.
    public var interval: Nanoseconds
    /// What a change of devices costs a job.
    public var restart: Nanoseconds
    /// Divides the devices.
    public var policy: any ElasticPolicy
    /// The jobs in order of submission.
    public var jobs: [ElasticJob]

    /// A workload.
    public init(
        name: String, interval: Nanoseconds, restart: Nanoseconds, policy: any ElasticPolicy, jobs: [ElasticJob]
    ) {
        self.name = name
        self.interval = interval
        self.restart = restart
        self.policy = policy
        self.jobs = jobs
    }
}

/// A scheduler of elastic jobs on the devices of a cluster, driven by the events of a world.
///
/// It leases all devices that work and that nobody holds when it starts, until its last job is done, and divides them
/// at multiples of the interval.
public struct ElasticEngine: Sendable {
    private enum Kind {
        /// The next job is submitted.
        static let arrival: UInt16 = 0
        /// The devices are divided.
        static let division: UInt16 = 1
        /// A job is done. `a`: job.
        static let completion: UInt16 = 2
    }

    /// What it was made from.
    public let workload: ElasticWorkload
    /// Its index in events.
    public let component: Int32
    /// The scheduler with the records of the jobs that it has taken.
    public private(set) var scheduler: ElasticScheduler
    /// When the workload last did anything.
    public private(set) var lastActivity: Nanoseconds = 0
    private var lease: LeaseID?
    private var arrived = 0
    private var next = 0
    private var isDivisionPending = false

    /// An engine that has not started.
    public init(workload: ElasticWorkload, component: Int32) {
        self.workload = workload
        self.component = component
        scheduler = Self.scheduler(workload, devices: 0)
    }

    private static func scheduler(_ workload: ElasticWorkload, devices: Int) -> ElasticScheduler {
        ElasticScheduler(
            devices: devices, interval: workload.interval, restart: workload.restart, policy: workload.policy)
    }

    /// Leases the devices and schedules the first arrival.
    public mutating func start(_ queue: inout EventQueue, _ machine: inout Machine) {
        let all = machine.cluster.layout.groups.indices.flatMap { machine.cluster.availableDevices(ofGroup: $0) }
        lease = all.isEmpty ? nil : try? machine.cluster.lease(all, owner: workload.name).id
        scheduler = Self.scheduler(workload, devices: all.count)
        scheduleArrival(&queue)
    }

    /// Serves an event of its component.
    public mutating func handle(_ event: Event, _ queue: inout EventQueue, _ machine: inout Machine) {
        lastActivity = event.time
        switch event.kind {
        case Kind.arrival:
            while arrived < workload.jobs.count, workload.jobs[arrived].submitted <= event.time { arrived += 1 }
            scheduleArrival(&queue)
            requestDivision(after: event.time, &queue)
        case Kind.completion:
            if scheduler.isIdle, next == workload.jobs.count, let lease { machine.cluster.release(lease) }
        case Kind.division:
            isDivisionPending = false
            divide(at: event.time, &queue)
        default: preconditionFailure("unknown event \(event.kind) of an elastic scheduler")
        }
    }

    private mutating func scheduleArrival(_ queue: inout EventQueue) {
        guard arrived < workload.jobs.count else { return }
        queue.schedule(
            Event(
                time: max(workload.jobs[arrived].submitted, queue.now), component: component, kind: Kind.arrival,
                phase: .arrival))
    }

    /// Asks for a division at the next multiple of the interval.
    private mutating func requestDivision(after now: Nanoseconds, _ queue: inout EventQueue) {
        guard !isDivisionPending else { return }
        isDivisionPending = true
        let time = (now + workload.interval - 1) / workload.interval * workload.interval
        queue.schedule(Event(time: time, component: component, kind: Kind.division, phase: .scheduling))
    }

    private mutating func divide(at now: Nanoseconds, _ queue: inout EventQueue) {
        while next < arrived {
            scheduler.submit(workload.jobs[next], at: now)
            next += 1
        }
        let before = scheduler.records.map { $0.end != nil }
        let isWorking = scheduler.divide(at: now)
        for (job, record) in scheduler.records.enumerated() where !before[job] {
            guard let end = record.end else { continue }
            queue.schedule(
                Event(time: end, component: component, kind: Kind.completion, phase: .completion, a: Int64(job)))
        }
        if isWorking, !scheduler.isIdle { requestDivision(after: now + 1, &queue) }
    }
}
