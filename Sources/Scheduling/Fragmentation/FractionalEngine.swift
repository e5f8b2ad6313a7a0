import EventEngine
import Hardware

/// A scheduler of tasks that share devices in fractions, driven by the events of a world.
///
/// It leases every device that works and that nobody holds when it starts, and divides them among its tasks until the
/// last is done. In one instant: completions, arrivals, then one pass over the waiting tasks in order of submission.
public struct FractionalEngine: Sendable {
    private enum Kind {
        /// The next task is submitted.
        static let arrival: UInt16 = 0
        /// A task is done. `a`: task.
        static let completion: UInt16 = 1
        /// The engine looks who fits.
        static let pass: UInt16 = 2
    }

    /// What it was made from.
    public let workload: FractionalWorkload
    /// Its index in events.
    public let component: Int32
    /// What became of the tasks that have been submitted.
    public private(set) var records: [FractionalRecord] = []
    /// When the workload last did anything.
    public private(set) var lastActivity: Nanoseconds = 0
    /// Thousandths of devices in use, multiplied by nanoseconds.
    public private(set) var busyMilli = 0.0
    /// The most thousandths of devices that were in use at once.
    public private(set) var peakMilli: Int64 = 0
    /// Devices that are shared.
    public private(set) var deviceCount = 0
    private var scheduler: FractionalScheduler
    /// Devices of each node that the engine has, in the order in which the scheduler numbers them.
    private var devices: [[DeviceID]] = []
    private var lease: LeaseID?
    private var waiting: [Int] = []
    private var next = 0
    private var unfinished: Int
    private var isPassPending = false

    /// An engine that has not started.
    public init(workload: FractionalWorkload, component: Int32) {
        self.workload = workload
        self.component = component
        unfinished = workload.tasks.count
        scheduler = FractionalScheduler(
            FractionalCluster([]), policy: workload.policy,
            random: RandomStream(seed: workload.seed, name: workload.name))
    }

    /// Leases the devices and schedules the first arrival.
    public mutating func start(_ queue: inout EventQueue, _ machine: inout Machine) {
        let layout = machine.cluster.layout
        devices = (0..<layout.nodeCount).map { machine.cluster.availableDevices(of: NodeID($0)) }
        let all = devices.flatMap { $0 }
        deviceCount = all.count
        lease = all.isEmpty ? nil : try? machine.cluster.lease(all, owner: workload.name).id
        let nodes = devices.indices.map { node in
            let group = layout.group(of: NodeID(node))
            return FractionalCluster.Node(
                cpuMilli: workload.hosts?.cpuMilli[group] ?? 0, memoryBytes: workload.hosts?.memoryBytes[group] ?? 0,
                devices: devices[node].count, model: group)
        }
        scheduler = FractionalScheduler(
            FractionalCluster(nodes), policy: workload.policy,
            mix: RequestMix.typical(of: workload.tasks.map(\.request)),
            random: RandomStream(seed: workload.seed, name: "\(workload.name)/placement"))
        scheduleArrival(&queue)
    }

    /// Serves an event of its component.
    public mutating func handle(_ event: Event, _ queue: inout EventQueue, _ machine: inout Machine) {
        busyMilli += Double(scheduler.cluster.usedMilli) * Double(event.time - lastActivity)
        lastActivity = event.time
        switch event.kind {
        case Kind.arrival:
            while next < workload.tasks.count, workload.tasks[next].submitted <= event.time {
                records.append(FractionalRecord())
                waiting.append(next)
                next += 1
            }
            scheduleArrival(&queue)
            requestPass(at: event.time, &queue)
        case Kind.completion:
            let task = Int(event.a)
            guard let place = records[task].place else { return }
            records[task].end = event.time
            scheduler.release(workload.tasks[task].request, place)
            unfinished -= 1
            if unfinished == 0, let lease { machine.cluster.release(lease) }
            requestPass(at: event.time, &queue)
        case Kind.pass:
            isPassPending = false
            pass(at: event.time, &queue)
        default: preconditionFailure("unknown event \(event.kind) of a scheduler of fractions")
        }
    }

    /// The devices that a task runs on, or ran.
    public func devices(of task: Int) -> [DeviceID] {
        guard let place = records[task].place else { return [] }
        return place.devices.map { devices[place.node][Int($0)] }
    }

    private mutating func scheduleArrival(_ queue: inout EventQueue) {
        guard next < workload.tasks.count else { return }
        queue.schedule(
            Event(
                time: max(workload.tasks[next].submitted, queue.now), component: component, kind: Kind.arrival,
                phase: .arrival))
    }

    private mutating func requestPass(at now: Nanoseconds, _ queue: inout EventQueue) {
        guard !isPassPending, !waiting.isEmpty else { return }
        isPassPending = true
        queue.schedule(Event(time: now, component: component, kind: Kind.pass, phase: .scheduling))
    }

    /// Starts the waiting tasks that fit. What did not fit once does not fit later in the same pass.
    private mutating func pass(at now: Nanoseconds, _ queue: inout EventQueue) {
        var tooLarge: Set<FractionalRequest> = []
        var left: [Int] = []
        for (index, task) in waiting.enumerated() {
            let request = workload.tasks[task].request
            guard !tooLarge.contains(request), let place = scheduler.place(request) else {
                tooLarge.insert(request)
                left.append(task)
                guard workload.skipsBlocked else {
                    left += waiting[(index + 1)...]
                    break
                }
                continue
            }
            records[task].start = now
            records[task].place = place
            queue.schedule(
                Event(
                    time: now + workload.tasks[task].duration, component: component, kind: Kind.completion,
                    phase: .completion, a: Int64(task)))
        }
        waiting = left
        peakMilli = max(peakMilli, scheduler.cluster.usedMilli)
    }
}
