import EventEngine
import Hardware
import ReinforcementLearning
import Scheduling
import Serving
import TraceFormats
import Training

/// One run of one scenario variant: all workloads on one cluster with one clock.
///
/// A world is a pure function of the checked scenario, the traces and the seed; it knows no clock, no
/// path and no thread.
public struct World: Sendable {
    /// Component of the links' own wake-up event, then that of devices; workloads follow.
    private static let networkComponent: Int32 = 0
    static let deviceComponent: Int32 = 1
    private static let firstWorkload: Int32 = 2
    /// Kinds of events of devices: one changes, or a workload has paid for its restart on them.
    static let deviceChanges: UInt16 = 0, restartPaid: UInt16 = 1

    /// Engines of the serving workloads.
    public internal(set) var serving: [ServingEngine] = []
    /// Engines of the workloads of batch jobs.
    public internal(set) var scheduling: [SchedulingEngine] = []
    /// Engines of the workloads of jobs that divide the cluster.
    public private(set) var dividing: [DividingEngine] = []
    /// Engines of the reinforcement-learning workloads.
    public internal(set) var learning: [ReinforcementLearningEngine] = []
    /// Engines of the training workloads.
    public internal(set) var training: [TrainingEngine] = []
    /// The cluster, its links and its recorder, which all workloads share.
    public internal(set) var machine: Machine
    var queue = EventQueue()
    let until: Nanoseconds?
    let changes: [DeviceChange]
    /// Whose component it is, from the first workload's on.
    private var owners: [Owner] = []
    /// Workloads that jobs start, and which of them each component is; -1 where none.
    var submitted: [SubmittedWorkload] = []
    private var submittedPlaces: [Int] = []
    /// Devices of each training workload, in rank order.
    private var trainingDevices: [[DeviceID]] = []
    private var announcedVersion: UInt64 = 0
    private var linkRows = LinkTimeline()
    /// Devices that serving and reinforcement learning share.
    public private(set) var sharing: DeviceSharing
    /// Events served: what a run costs.
    public private(set) var events = 0

    /// An engine by its kind and its place among those of its kind.
    private struct Owner {
        var kind: WorkloadKind
        var index: Int
    }

    init(_ scenario: CheckedScenario, machine: Machine, changes: [DeviceChange]) {
        self.machine = machine
        self.changes = changes
        until = scenario.untilNanoseconds
        sharing = DeviceSharing(scenario, machine.cluster.layout)
        for workload in scenario.workloads {
            let component = Self.firstWorkload + Int32(owners.count)
            owners.append(Owner(kind: workload.kind, index: workload.index))
            switch workload.kind {
            case .serving:
                serving.append(ServingEngine(
                    configuration: scenario.plans[workload.index].configuration,
                    trace: scenario.arrivals(of: workload.index), component: component))
            case .jobs:
                scheduling.append(SchedulingEngine(
                    configuration: scenario.jobs[workload.index].configuration, component: component,
                    cluster: machine.cluster))
            case .dividedJobs:
                dividing.append(DividingEngine(scenario.dividing[workload.index], component: component))
            case .rl:
                learning.append(ReinforcementLearningEngine(
                    configuration: scenario.learning[workload.index].configuration, component: component))
                // Its rollout engine has the next component.
                owners.append(Owner(kind: workload.kind, index: workload.index))
            case .training:
                let plan = scenario.training[workload.index]
                training.append(TrainingEngine(configuration: plan.configuration, component: component))
                trainingDevices.append(plan.devices)
            }
        }
        submitted = SubmittedWorkload.all(of: scenario)
        submittedPlaces = owners.map { owner in
            submitted.firstIndex { $0.isOf(owner.kind, owner.index) } ?? -1
        }
    }

    /// Time of the last thing that happened to a workload; events that plans left behind do not count.
    public var now: Nanoseconds {
        max(
            serving.map(\.lastActivity).max() ?? 0, scheduling.map(\.lastActivity).max() ?? 0,
            dividing.map(\.lastActivity).max() ?? 0, learning.map(\.lastActivity).max() ?? 0,
            training.map(\.lastActivity).max() ?? 0)
    }

    /// Keeps lists of all steps of serving workloads; to be asked for before the run, which stays the same.
    public mutating func keepSteps() {
        for index in serving.indices { serving[index].keepSteps() }
    }

    /// Runs to the end, or to the time at which the scenario stops.
    public mutating func run() { run { _ in true } }

    /// Runs until the end, or until an answer is no.
    /// - Parameter goesOn: asked after each event with the number of events so far. A world that was stopped is
    ///   of no further use.
    public mutating func run(while goesOn: (_ events: Int) -> Bool) { run { events, _ in goesOn(events) } }

    /// Runs to the end, or to the time at which the scenario stops.
    /// - Parameter show: takes the entries of a timeline out of its recorder whenever there are many, and at the
    ///   end; called only where one is recorded.
    public mutating func run(timeline show: (inout TimelineRecorder) -> Void) {
        run(observedBy: { _, _ in true }, timeline: show)
    }

    /// Runs until the end, or until an answer is no.
    /// - Parameters:
    ///   - goesOn: asked after each event with the number of events so far and the world as it is. A world that was
    ///     stopped is of no further use.
    ///   - show: as above.
    public mutating func run(
        observedBy goesOn: (_ events: Int, _ world: borrowing World) -> Bool,
        timeline show: (inout TimelineRecorder) -> Void = { _ in }
    ) {
        sharing.start(&machine)
        for index in serving.indices where isPlaced(.serving, index) { serving[index].start(&queue, &machine) }
        for index in scheduling.indices { scheduling[index].start(&queue, &machine) }
        for index in dividing.indices { dividing[index].start(&queue, &machine) }
        for index in learning.indices where isPlaced(.rl, index) { learning[index].start(&queue, &machine) }
        for index in training.indices where isPlaced(.training, index) {
            training[index].start(on: trainingDevices[index], &queue, &machine)
        }
        if !sharing.isEmpty { share() }
        if machine.network.version != announcedVersion { scheduleNetwork() }
        for (index, change) in changes.enumerated() {
            queue.schedule(Event(
                time: change.nanoseconds, component: Self.deviceComponent, kind: Self.deviceChanges, phase: .timer,
                a: Int64(index)))
        }
        while let event = queue.pop(through: until ?? .max) {
            events += 1
            switch event.component {
            case Self.networkComponent: completeFlows(event)
            case Self.deviceComponent where event.kind == Self.restartPaid: runAfterRestart(event)
            case Self.deviceComponent: changeDevices(changes[Int(event.a)])
            default: dispatch(event)
            }
            if !sharing.isEmpty, !queue.holdsPresentEvents { share() }
            // Flows that start or end in one instant are shared out once, when the clock moves on.
            if machine.network.version != announcedVersion,
                !queue.holdsPresentEvents || machine.network.isDue(at: event.time) {
                scheduleNetwork()
            }
            if machine.timeline.isFull { show(&machine.timeline) }
            guard goesOn(events, self) else { return }
        }
        closeSubmitted()
        for index in scheduling.indices {
            // Read before the call: a copy of the engine would make it copy its jobs.
            let last = scheduling[index].lastActivity
            scheduling[index].close(at: scheduling[index].isDone ? last : until ?? last)
        }
        if !sharing.isEmpty {
            let isDone = learning.allSatisfy(\.isOver)
            sharing.close(serving, isDone: isDone, at: isDone ? max(queue.now, now) : until ?? now, &machine)
        }
        if machine.timeline.records(.job) {
            finishTimeline()
            show(&machine.timeline)
        }
        // A run that is cut keeps what its steps have done until then.
        guard let until else { return }
        for index in serving.indices { serving[index].close(at: until) }
        for index in learning.indices { learning[index].close(at: until) }
        for index in training.indices { training[index].close(at: until) }
    }

    private mutating func dispatch(_ event: Event) {
        let place = Int(event.component - Self.firstWorkload), owner = owners[place]
        switch owner.kind {
        case .serving: serving[owner.index].handle(event, &queue, &machine)
        case .jobs:
            scheduling[owner.index].handle(event, &queue, &machine)
            if !scheduling[owner.index].faults.isEmpty { spreadFaults(of: owner.index) }
            if !scheduling[owner.index].orders.isEmpty { carryOutOrders(of: owner.index) }
        case .dividedJobs: dividing[owner.index].handle(event, &queue, &machine)
        case .rl: learning[owner.index].handle(event, &queue, &machine)
        case .training: training[owner.index].handle(event, &queue, &machine)
        }
        if submittedPlaces[place] >= 0 { endIfDone(submittedPlaces[place]) }
    }

    /// Shared devices at the end of an instant: who has which memory and which cores from here on.
    private mutating func share() {
        sharing.settle(&serving, &learning, at: queue.now, &queue, &machine)
    }

    private mutating func finishTimeline() {
        let end = queue.isEmpty ? now : until ?? now
        for index in serving.indices { serving[index].finishTimeline(at: end, &machine) }
        for index in learning.indices { learning[index].finishTimeline(at: end, &machine) }
        for engine in learning { WorkloadRows.record(engine, &machine) }
        for engine in scheduling { WorkloadRows.record(engine, &machine) }
        for engine in dividing { WorkloadRows.record(engine, name: engine.name, &machine) }
        for engine in training { WorkloadRows.record(engine, &machine) }
        if machine.timeline.records(.step) { MemoryRows.record(&machine) }
    }

    /// Keeps one pending event for the next flow that will be done; older ones are stale.
    private mutating func scheduleNetwork() {
        announcedVersion = machine.network.version
        let next = machine.network.nextCompletion
        if machine.network.recordsLoads { linkRows.record(&machine) }
        guard let next else { return }
        queue.schedule(Event(
            time: max(next, queue.now), component: Self.networkComponent, kind: 0, phase: .transfer,
            a: Int64(bitPattern: announcedVersion), b: 0))
    }

    private mutating func completeFlows(_ event: Event) {
        guard event.a == Int64(bitPattern: machine.network.version) else { return }
        var done: [(owner: Int32, token: Int64)] = []
        machine.network.completions(at: event.time) { done.append(($0, $1)) }
        for flow in done {
            let place = Int(flow.owner - Self.firstWorkload), owner = owners[place]
            switch owner.kind {
            case .serving: serving[owner.index].flowCompleted(flow.token, at: event.time, &queue, &machine)
            case .jobs, .dividedJobs: preconditionFailure("a scheduler starts no flows")
            case .rl: learning[owner.index].flowCompleted(flow.token, at: event.time, &queue, &machine)
            case .training: training[owner.index].flowCompleted(flow.token, at: event.time, &queue, &machine)
            }
            if submittedPlaces[place] >= 0 { endIfDone(submittedPlaces[place]) }
        }
    }
}
