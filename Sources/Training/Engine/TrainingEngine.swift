import EventEngine
import Hardware

/// A training workload on its devices: steps one after the other, checkpoints, preemption, failures.
///
/// A step is one computation; gradients leave when the last backward pass begins and weights of sharded states
/// arrive while it runs, both as flows on the cluster's links, so that other traffic on them makes a step
/// longer. On links that nobody else uses a step takes the closed form of ``TrainingTimer``, up to the rounding
/// of buckets.
public struct TrainingEngine: Sendable {
    /// What its memory is held for, in the order of the ledger.
    public static let pools = ["parameters", "gradients", "optimizer", "activations"]

    enum EventKind: UInt16 { case begin, windowOpens, computed, optimized, flowStarts }
    /// What a flow carries.
    enum Cargo: Int64 { case early, window, last, save, load }

    /// What the engine was made from.
    public let configuration: TrainingRunConfiguration
    /// The index under which its events are scheduled.
    public let component: Int32
    /// How far it has come.
    public internal(set) var state = WorkloadState.waiting
    /// Time of the last thing that happened to it.
    public internal(set) var lastActivity: Nanoseconds = 0

    let program: TrainingStepProgram
    var devices: [DeviceID] = []
    var ring: ReplicaRing?
    var books = TrainingMemoryBooks()
    /// Raised by whatever makes pending events and flows stale.
    var generation: Int64 = 0
    var flows: [FlowID] = []
    /// Flows that the present step waits for before the optimizer, and whether it has computed.
    var pendingFlows = 0
    var isComputed = false
    var hasSentLast = false
    var stepStart: Nanoseconds = 0
    var copyStart: Nanoseconds = 0
    var isSaving = false
    /// Steps whose result would survive a failure, and those done.
    var savedSteps = 0
    /// Steps that the copy under way holds.
    var savingSteps = 0
    var doneSteps = 0
    var isPreempting = false
    var failed: [DeviceID] = []
    var startTime: Nanoseconds = 0
    var result = TrainingOutcome()

    /// An engine that waits for its devices.
    public init(configuration: TrainingRunConfiguration, component: Int32) {
        self.configuration = configuration
        self.component = component
        program = TrainingStepProgram(configuration)
        result.step = program.closedForm
    }

    /// The sums so far.
    public var outcome: TrainingOutcome {
        var sums = result
        sums.steps = doneSteps
        sums.unfinishedSteps = configuration.steps - doneSteps
        sums.tokens = Int64(doneSteps) * configuration.tokensPerStep
        sums.modelFlop = Double(doneSteps) * program.modelFlop
        sums.makespan = lastActivity - startTime
        sums.peakBytes = books.peakBytes
        return sums
    }

    /// Begins on devices in rank order.
    public mutating func start(on devices: [DeviceID], _ queue: inout EventQueue, _ machine: inout Machine) {
        startTime = queue.now
        occupy(devices, &queue, &machine)
        guard state == .running else { return }
        schedule(.begin, after: configuration.startNanoseconds, &queue)
    }

    /// Serves an event of its component.
    public mutating func handle(_ event: Event, _ queue: inout EventQueue, _ machine: inout Machine) {
        guard event.b == generation, let kind = EventKind(rawValue: event.kind) else { return }
        lastActivity = queue.now
        switch kind {
        case .begin: beginStep(&queue, &machine)
        case .windowOpens: send(.window, program.windowBytes, &queue, &machine)
        case .computed:
            isComputed = true
            closeStep(&queue, &machine)
        case .optimized: completeStep(&queue, &machine)
        case .flowStarts: startFlow(Cargo(rawValue: event.a >> 60) ?? .early, event.a & (1 << 60 - 1), &queue, &machine)
        }
    }

    /// Learns that a flow of its own has landed.
    public mutating func flowCompleted(
        _ token: Int64, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        guard token >> 3 == generation, let cargo = Cargo(rawValue: token & 7) else { return }
        lastActivity = now
        switch cargo {
        case .early, .window, .last:
            pendingFlows -= 1
            closeStep(&queue, &machine)
        case .save: saved(&queue, &machine)
        case .load:
            result.copyNanoseconds += now - copyStart
            beginStep(&queue, &machine)
        }
    }

    /// Closes its books at the end of a run.
    public mutating func close(at now: Nanoseconds) {
        if state == .running { lastActivity = now }
    }

    // MARK: Steps

    mutating func beginStep(_ queue: inout EventQueue, _ machine: inout Machine) {
        guard doneSteps < configuration.steps else { return finishWork(&queue, &machine) }
        stepStart = queue.now
        (isComputed, hasSentLast, pendingFlows) = (false, false, 0)
        if !isSaving { flows.removeAll(keepingCapacity: true) }
        send(.early, program.earlyBytes, &queue, &machine)
        if program.windowBytes > 0 {
            schedule(.windowOpens, after: program.computation - program.window, &queue)
        }
        schedule(.computed, after: program.computation, &queue)
    }

    /// Sends the last gradients once everything before them has been sent and computed, then optimizes.
    private mutating func closeStep(_ queue: inout EventQueue, _ machine: inout Machine) {
        guard isComputed, pendingFlows == 0 else { return }
        if !hasSentLast, program.lastBytes > 0, ring?.path != nil {
            hasSentLast = true
            return send(.last, program.lastBytes, &queue, &machine)
        }
        schedule(.optimized, after: program.optimizer, &queue)
    }

    private mutating func completeStep(_ queue: inout EventQueue, _ machine: inout Machine) {
        doneSteps += 1
        result.stepNanoseconds.append(queue.now - stepStart)
        result.stepEnds.append(queue.now)
        let isLast = doneSteps == configuration.steps
        guard let every = configuration.checkpoint.everySteps, doneSteps.isMultiple(of: every) || isLast else {
            return beginStep(&queue, &machine)
        }
        // A copy that is still under way takes this one's place.
        if !isSaving { save(&queue, &machine) }
        if configuration.checkpoint.isAsynchronous && !isLast { beginStep(&queue, &machine) }
    }

    mutating func finishWork(_ queue: inout EventQueue, _ machine: inout Machine) {
        leave(&queue, &machine)
        books.releaseCopy(at: queue.now, &machine)
        state = .finished
    }

    func schedule(_ kind: EventKind, after delay: Nanoseconds, _ queue: inout EventQueue, a: Int64 = 0) {
        queue.schedule(Event(
            time: queue.now + delay, component: component, kind: kind.rawValue,
            phase: kind == .flowStarts ? .transfer : .completion, a: a, b: generation))
    }
}
