import EventEngine
import Hardware

/// What a round-based workload needs to know before it starts.
public struct RoundWorkload: Sendable {
    /// The name of the workload: the owner of random streams, the first part of lease owners.
    public var name: String
    /// The seed of random streams.
    public var seed: UInt64
    /// Rounds, divisions and restarts.
    public var configuration: RoundConfiguration
    /// Divides the cluster's time.
    public var policy: any DivisionPolicy
    /// The jobs in order of submission; their rates are by node group of the cluster, 0 where they do not fit.
    public var jobs: [RoundJob]

    /// A workload.
    public init(
        name: String, seed: UInt64, configuration: RoundConfiguration, policy: any DivisionPolicy, jobs: [RoundJob]
    ) {
        self.name = name
        self.seed = seed
        self.configuration = configuration
        self.policy = policy
        self.jobs = jobs
    }
}

/// A round-based scheduler on the devices of a cluster, driven by the events of a world.
///
/// A node group is a kind of device. The engine divides the devices that work and that nobody holds when it starts;
/// jobs hold theirs through leases, round after round.
public struct RoundEngine: Sendable {
    private enum Kind {
        /// The next job is submitted.
        static let arrival: UInt16 = 0
        /// A round may begin.
        static let begin: UInt16 = 1
        /// The round ends.
        static let end: UInt16 = 2
    }

    /// What it was made from.
    public let workload: RoundWorkload
    /// Its index in events.
    public let component: Int32
    /// The scheduler, with the records of the jobs that have been submitted.
    public private(set) var scheduler: RoundScheduler
    /// When the workload last did anything.
    public private(set) var lastActivity: Nanoseconds = 0
    /// Why the scheduler stopped: a linear programme without an answer.
    public private(set) var failure: LinearProgrammeFailure?
    /// The devices that are divided, by node group.
    public private(set) var devices: [[DeviceID]] = []
    private var leases: [LeaseID?] = []
    private var held: [RoundPlaceKey?] = []
    private var next = 0
    private var isRunning = false
    private var isBeginPending = false

    /// Where a job's devices are: enough to tell whether they have changed.
    private struct RoundPlaceKey: Equatable, Sendable {
        var kind: Int
        var devices: [Int]
    }

    /// An engine that has not started.
    public init(workload: RoundWorkload, component: Int32) {
        self.workload = workload
        self.component = component
        scheduler = Self.scheduler(workload, RoundCluster(kinds: []))
    }

    private static func scheduler(_ workload: RoundWorkload, _ cluster: RoundCluster) -> RoundScheduler {
        RoundScheduler(
            cluster: cluster, policy: workload.policy, configuration: workload.configuration,
            random: RandomStream(seed: workload.seed, name: "\(workload.name)/kinds"))
    }

    /// Takes stock of the devices and schedules the first arrival.
    public mutating func start(_ queue: inout EventQueue, _ machine: inout Machine) {
        let groups = machine.cluster.layout.groups
        devices = groups.indices.map { machine.cluster.availableDevices(ofGroup: $0) }
        scheduler = Self.scheduler(
            workload,
            RoundCluster(kinds: groups.indices.map { .init(name: groups[$0].name, count: devices[$0].count) }))
        scheduleArrival(&queue)
    }

    /// Serves an event of its component.
    public mutating func handle(_ event: Event, _ queue: inout EventQueue, _ machine: inout Machine) {
        lastActivity = event.time
        switch event.kind {
        case Kind.arrival:
            while next < workload.jobs.count, workload.jobs[next].submitted <= event.time {
                scheduler.submit(workload.jobs[next])
                leases.append(nil)
                held.append(nil)
                next += 1
            }
            scheduleArrival(&queue)
            requestBegin(at: event.time, &queue)
        case Kind.begin:
            isBeginPending = false
            if !isRunning { begin(at: event.time, &queue, &machine) }
        case Kind.end:
            isRunning = false
            scheduler.endRound(at: event.time)
            requestBegin(at: event.time, &queue)
            // Devices of jobs that are done are free at once, also for others than the next round.
            for job in leases.indices where scheduler.records[job].end != nil { release(job, &machine) }
        default: preconditionFailure("unknown event \(event.kind) of a round-based scheduler")
        }
    }

    private mutating func scheduleArrival(_ queue: inout EventQueue) {
        guard next < workload.jobs.count else { return }
        queue.schedule(
            Event(
                time: max(workload.jobs[next].submitted, queue.now), component: component, kind: Kind.arrival,
                phase: .arrival))
    }

    /// Asks for a round at the end of an instant, so that all that arrives then takes part.
    private mutating func requestBegin(at time: Nanoseconds, _ queue: inout EventQueue) {
        guard !isBeginPending, !isRunning, failure == nil else { return }
        isBeginPending = true
        queue.schedule(Event(time: time, component: component, kind: Kind.begin, phase: .scheduling))
    }

    private mutating func begin(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        do throws(LinearProgrammeFailure) {
            if let end = try scheduler.beginRound(at: now) {
                isRunning = true
                queue.schedule(Event(time: end, component: component, kind: Kind.end, phase: .completion))
            } else if let later = scheduler.nextDivision, later > now {
                requestBegin(at: later, &queue)
            }
        } catch {
            failure = error
        }
        lease(&machine)
    }

    /// Makes the leases those of the round: first all that end, then all that begin.
    private mutating func lease(_ machine: inout Machine) {
        var changed: [(job: Int, place: RoundPlaceKey)] = []
        for job in leases.indices {
            let present = scheduler.isRunning(job) ? scheduler.records[job].runs.last : nil
            let place = present.map { RoundPlaceKey(kind: $0.kind, devices: $0.devices) }
            guard place != held[job] else { continue }
            release(job, &machine)
            if let place { changed.append((job, place)) }
        }
        for (job, place) in changed {
            do {
                leases[job] = try machine.cluster.lease(
                    place.devices.map { devices[place.kind][$0] }, owner: "\(workload.name)/\(workload.jobs[job].name)"
                ).id
                held[job] = place
            } catch {
                preconditionFailure("a round uses devices that are the engine's own: \(error)")
            }
        }
    }

    private mutating func release(_ job: Int, _ machine: inout Machine) {
        if let lease = leases[job] { machine.cluster.release(lease) }
        (leases[job], held[job]) = (nil, nil)
    }
}
