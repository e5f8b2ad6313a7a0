import EventEngine
import Hardware

@testable import Serving

/// One serving engine on a machine of its own, driven as a world drives it.
struct ServingRun {
    private static let networkComponent: Int32 = 0
    private static let deviceComponent: Int32 = 2

    /// A device of the machine that fails, or works again.
    struct Change {
        var time: Nanoseconds
        var device: DeviceID
        var fails: Bool
    }

    private(set) var engine: ServingEngine
    private(set) var machine: Machine
    private var queue = EventQueue()
    private var announcedVersion: UInt64 = 0
    private(set) var events = 0
    var changes: [Change] = []

    init(_ engine: ServingEngine, _ machine: Machine) {
        self.engine = engine
        self.machine = machine
    }

    /// Keeps a list of all steps.
    mutating func keepSteps() { engine.keepSteps() }

    /// Runs to the end or to a time; `observe` sees the engine after every event.
    mutating func run(until: Nanoseconds = .max, observe: (ServingEngine, Nanoseconds) -> Void = { _, _ in }) {
        engine.start(&queue, &machine)
        for (index, change) in changes.enumerated() {
            queue.schedule(Event(
                time: change.time, component: Self.deviceComponent, kind: 0, phase: .timer, a: Int64(index)))
        }
        while let event = queue.pop(through: until) {
            events += 1
            switch event.component {
            case Self.networkComponent: completeFlows(event)
            case Self.deviceComponent: change(changes[Int(event.a)])
            default: engine.handle(event, &queue, &machine)
            }
            if machine.network.version != announcedVersion { scheduleNetwork() }
            observe(engine, event.time)
        }
        engine.finishTimeline(at: queue.isEmpty ? engine.lastActivity : until, &machine)
        if until < .max { engine.close(at: until) }
    }

    /// Records a timeline of the run that is to begin.
    mutating func record(_ level: TimelineLevel, window: Range<Nanoseconds> = 0..<Nanoseconds.max) {
        machine.timeline = TimelineRecorder(level: level, window: window)
    }

    private mutating func change(_ change: Change) {
        machine.cluster.setFailed(change.fails, change.device)
        if change.fails {
            engine.deviceFailed(change.device, at: change.time, &queue, &machine)
        } else {
            engine.deviceRepaired(change.device, at: change.time, &queue, &machine)
        }
    }

    private mutating func scheduleNetwork() {
        announcedVersion = machine.network.version
        guard let next = machine.network.nextCompletion else { return }
        queue.schedule(Event(
            time: max(next, queue.now), component: Self.networkComponent, kind: 0, phase: .transfer,
            a: Int64(bitPattern: announcedVersion), b: 0))
    }

    private mutating func completeFlows(_ event: Event) {
        guard event.a == Int64(bitPattern: machine.network.version) else { return }
        var done: [Int64] = []
        machine.network.completions(at: event.time) { _, token in done.append(token) }
        for token in done { engine.flowCompleted(token, at: event.time, &queue, &machine) }
    }
}

extension ServingRun {
    var outcome: ServingOutcome { engine.outcome(objective: ServiceLevelObjective()) }

    /// Everything that a result shows, as text: two runs with the same report are the same run.
    var report: [String] {
        let links = machine.network.linkStatistics(at: engine.lastActivity)
            .filter { $0.bytesCarried > 0 }
            .map { "\($0.name) \($0.bytesCarried) \($0.busyNanoseconds) \($0.peakFlows)" }
        return engine.records.map { "\($0)" } + ["\(outcome)", "end \(engine.lastActivity)"] + links
    }

    func record(_ index: Int) -> RequestRecord { engine.records[index] }
}
