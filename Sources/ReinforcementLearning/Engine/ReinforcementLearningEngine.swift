import EventEngine
import Hardware
import Serving
import Training

/// Kinds of events that the workload sends itself.
enum StepEvent {
    /// What the training side was doing has ended. `b`: mark.
    static let advance: UInt16 = 0
    /// The last reward of a group is there. `a`: group, `b`: use of its slot.
    static let rewarded: UInt16 = 1
    /// A tool has answered. `a`: sample, `b`: use of its group's slot.
    static let toolAnswered: UInt16 = 2
    /// A group is generated, where the time of that is given. `a`: group, `b`: use of its slot.
    static let groupGenerated: UInt16 = 3
    /// A transfer of samples may begin its next movement, and has ended one. `a`: its position.
    static let dataAnswered: UInt16 = 4
    static let dataMoved: UInt16 = 5
}

/// What the training side waits for.
enum Waiting: Sendable, Equatable {
    case nothing, time, flow, data, generation, rewards, miniBatch, drained
}

/// Whether training devices are lent to generation.
enum Lending: Sendable { case notLent, leaving, lent }

/// A reinforcement-learning workload: training steps as a phase machine over memory, links and devices, and the
/// serving engine that generates their responses.
///
/// The training side runs one list of instructions for each step (``StepProgram``); the generating side is driven by
/// completions. On shared cards the list keeps both from running at once; on cards of their own they run side by
/// side and meet where the list waits. The rollout engine is the component after this one; whoever routes events
/// hands this engine those of both.
public struct ReinforcementLearningEngine: Sendable {
    public let configuration: ReinforcementLearningConfiguration
    /// Its index in events; the rollout engine has the next.
    public let component: Int32
    let program: StepProgram
    public internal(set) var rollout: ServingEngine

    // The training side.
    var instructions: [Instruction]
    var position = 0
    var waiting = Waiting.nothing
    var mark: Int64 = 0
    var flows: [FlowID] = []
    var pendingFlows = 0
    var flowLatency: Nanoseconds = 0
    /// What the flow under way moves over each link, and what all have moved by phase.
    var flowBytesPerLane: Int64 = 0
    var flowLinks: [LinkUse] = []
    public internal(set) var linkBytes = PhaseLinkBytes()
    /// The weight transfer under way, and its rounds that are still to come.
    var reshard: ReshardPlan?
    var roundsLeft = 0
    var isRunning = false
    public internal(set) var step = 0
    /// Versions of the weights: that of training, and that on the generating devices.
    var version = 0
    var rolloutVersion = 0
    var miniBatches = 0
    var phase = StepPhase.wait
    var phaseStart: Nanoseconds = 0
    var failedTrainers = 0
    var passUnderWay = PassTimes()
    /// How far it is, and the share of the cores that training has.
    var passProgress = PassProgress()
    /// The batch that is trained on, as far as times depend on it.
    var batchLoad = TrainingLoad()
    var streamBusyUntil: Nanoseconds = 0
    /// Streamed passes since training last waited for them.
    var streamed: [StreamedPass] = []
    var store: SampleStore?
    /// Samples on the links of the cluster.
    var transfers = DataTransfers()

    // The generating side.
    let samplesPerGroup: Int
    var groups: [RolloutGroup] = []
    var samples: [RolloutSample] = []
    var freeGroups: [Int32] = []
    /// By index with the rollout engine.
    var requests: [RolloutRequest] = []
    /// Samples whose replica was stopped, and groups with more samples than they need.
    var interrupted: [Int32] = []
    var surplusGroups: [Int32] = []
    var pending = SampleQueue()
    var ready: [Int32] = []
    var batch: [Int32] = []
    /// The batch is trained on, and its weights are not there yet.
    var isTraining = false
    var deferred: [Int32] = []
    var generation = Generation()
    var generations = 0
    /// Groups that wait for a streamed pass.
    var chunk: [Int32] = []
    var lending = Lending.notLent
    var lentSince: Nanoseconds = 0
    var isReplicaActive: [Bool]
    var isHeld = false
    var startedGroups: Int64 = 0
    var acceptedGroups: Int64 = 0
    var consumedGroups: Int64 = 0
    var startedSinceSync = 0
    var quota = 0
    var promptBatch: RolloutBatch?
    var promptCursor = 0
    var promptStep = 0
    var workers: [Nanoseconds]
    var fixedBusyUntil: Nanoseconds = 0
    var finished: [FinishedRequest] = []
    var servedReplicas: [Int] = []
    var rewardTimes: RandomStream
    var toolTimes: RandomStream
    var filter: RandomStream

    // Memory.
    var memory: StateMemoryBooks

    // What is recorded.
    public internal(set) var lastActivity: Nanoseconds = 0
    /// Sequences that run on replicas, over time.
    public internal(set) var runningSequences = SequenceHistory()
    public internal(set) var failure: RunFailure?
    var counts = RunCounts()
    var records: [StepRecord] = []
    var current = StepRecord()
    var useAtStepStart = EmbeddedUse()

    /// - Parameter component: the engine's own index in events; the rollout engine has the next.
    public init(configuration: ReinforcementLearningConfiguration, component: Int32) {
        self.configuration = configuration
        self.component = component
        program = StepProgram(configuration)
        rollout = ServingEngine(embedded: configuration.serving, component: component + 1)
        instructions = program.prologue
        samplesPerGroup = configuration.samplesPerGroup
        let replicas = configuration.placement.replicas.count
        isReplicaActive = (0..<replicas).map { $0 < replicas - configuration.placement.lentReplicas }
        workers = Array(repeating: 0, count: max(1, configuration.rollout.reward.workers))
        memory = StateMemoryBooks(configuration)
        store = configuration.streaming.map { SampleStore($0.engine) }
        func stream(_ name: String) -> RandomStream {
            RandomStream(seed: configuration.seed, name: "\(configuration.name)/\(name)")
        }
        rewardTimes = stream("reward")
        toolTimes = stream("tools")
        filter = stream("filter")
    }

    /// Begins the first step.
    public mutating func start(_ queue: inout EventQueue, _ machine: inout Machine) {
        isRunning = true
        memory.addPools(&machine)
        rollout.startEmbeddedTimeline(at: queue.now, &machine)
        for replica in 0..<rollout.replicaCount { rollout.sleep(replica, at: queue.now, &queue, &machine) }
        advance(at: queue.now, &queue, &machine)
    }

    /// Serves an event of its component or of the rollout engine's.
    public mutating func handle(_ event: Event, _ queue: inout EventQueue, _ machine: inout Machine) {
        guard isRunning else { return }
        if event.component != component {
            rollout.handle(event, &queue, &machine)
            if rollout.hasFinished { collect(at: event.time, &queue, &machine) }
            lastActivity = max(lastActivity, rollout.lastActivity)
            recordRunning(at: event.time)
            return
        }
        switch event.kind {
        case StepEvent.advance:
            guard event.b == mark else { return }
            lastActivity = event.time
            proceed(at: event.time, &queue, &machine)
        case StepEvent.rewarded:
            guard groups[Int(event.a)].use == event.b else { return }
            lastActivity = event.time
            becomeReady(Int32(event.a), at: event.time, &queue, &machine)
            check(at: event.time, &queue, &machine)
        case StepEvent.toolAnswered: answer(Int32(event.a), use: event.b, at: event.time, &queue, &machine)
        case StepEvent.groupGenerated:
            guard groups[Int(event.a)].use == event.b else { return }
            lastActivity = event.time
            generateWhole(Int32(event.a), at: event.time, &queue, &machine)
        case StepEvent.dataAnswered: startMovement(event.a, at: event.time, &queue, &machine)
        case StepEvent.dataMoved:
            lastActivity = event.time
            endMovement(event.a, at: event.time, &queue, &machine)
        default: preconditionFailure("unknown event of reinforcement learning \(event.kind)")
        }
        recordRunning(at: event.time)
    }

    /// Whether it will do nothing more: all steps are done, or memory did not suffice.
    public var isOver: Bool { failure != nil || step == configuration.steps }

    /// A flow that this workload started has landed.
    public mutating func flowCompleted(
        _ token: Int64, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        guard token >= 0 else { return dataLanded(token, at: now, &queue) }
        guard token == mark, waiting == .flow else { return }
        lastActivity = now
        pendingFlows -= 1
        guard pendingFlows == 0 else { return }
        linkBytes.add(flowBytesPerLane, over: flowLinks, in: phase)
        flows.removeAll(keepingCapacity: true)
        wait(flowLatency, at: now, &queue)
    }

    /// Goes on when a time has passed.
    mutating func wait(_ duration: Nanoseconds, at now: Nanoseconds, _ queue: inout EventQueue) {
        mark += 1
        waiting = .time
        queue.schedule(Event(
            time: now + duration, component: component, kind: StepEvent.advance, phase: .completion, a: 0, b: mark))
    }

    /// A device has failed: replicas start their requests over elsewhere, training does its phase again when the
    /// device is repaired.
    public mutating func deviceFailed(
        _ device: DeviceID, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        guard isRunning else { return }
        rollout.deviceFailed(device, at: now, &queue, &machine)
        if rollout.hasFinished { collect(at: now, &queue, &machine) }
        guard configuration.placement.trainDevices.contains(device) else { return }
        failedTrainers += 1
        guard failedTrainers == 1, waiting == .time || waiting == .flow else { return }
        mark += 1
        for flow in flows { machine.network.cancel(flow, at: now) }
        flows.removeAll()
        undoPass(at: now, &machine)
    }

    /// A failed device works again.
    public mutating func deviceRepaired(
        _ device: DeviceID, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        guard isRunning else { return }
        rollout.deviceRepaired(device, at: now, &queue, &machine)
        guard configuration.placement.trainDevices.contains(device) else { return }
        failedTrainers -= 1
        guard failedTrainers == 0, waiting == .time || waiting == .flow else { return }
        waiting = .nothing
        advance(at: now, &queue, &machine)
    }

    /// Shows what of rollout is still open at the end of a run; called before the books are closed.
    public mutating func finishTimeline(at now: Nanoseconds, _ machine: inout Machine) {
        rollout.finishTimeline(at: now, &machine)
    }

    /// Closes the books of a run that is cut.
    public mutating func close(at now: Nanoseconds) {
        guard isRunning else { return }
        rollout.close(at: now)
    }
}
