import EventEngine
import Hardware

/// A workload of jobs whose policy divides the cluster instead of ordering a queue.
public enum DividingWorkload: Sendable {
    /// Rounds on several kinds of devices.
    case rounds(RoundWorkload)
    /// Jobs that change their number of devices.
    case elastic(ElasticWorkload)
    /// Tasks on parts of devices.
    case fractions(FractionalWorkload)

    /// The workload's name.
    public var name: String {
        switch self {
        case .rounds(let workload): workload.name
        case .elastic(let workload): workload.name
        case .fractions(let workload): workload.name
        }
    }

    /// How many jobs it has.
    public var jobCount: Int {
        switch self {
        case .rounds(let workload): workload.jobs.count
        case .elastic(let workload): workload.jobs.count
        case .fractions(let workload): workload.tasks.count
        }
    }
}

/// The scheduler of such a workload, driven by the events of a world.
public enum DividingEngine: Sendable {
    case rounds(RoundEngine)
    case elastic(ElasticEngine)
    case fractions(FractionalEngine)

    /// An engine that has not started.
    public init(_ workload: DividingWorkload, component: Int32) {
        switch workload {
        case .rounds(let workload): self = .rounds(RoundEngine(workload: workload, component: component))
        case .elastic(let workload): self = .elastic(ElasticEngine(workload: workload, component: component))
        case .fractions(let workload): self = .fractions(FractionalEngine(workload: workload, component: component))
        }
    }

    /// When the workload last did anything.
    public var lastActivity: Nanoseconds {
        switch self {
        case .rounds(let engine): engine.lastActivity
        case .elastic(let engine): engine.lastActivity
        case .fractions(let engine): engine.lastActivity
        }
    }

    /// Takes stock of the devices and schedules the first arrival.
    public mutating func start(_ queue: inout EventQueue, _ machine: inout Machine) {
        forEngine(
            { $0.start(&$1, &$2) }, { $0.start(&$1, &$2) }, { $0.start(&$1, &$2) }, &queue, &machine)
    }

    /// Serves an event of its component.
    public mutating func handle(_ event: Event, _ queue: inout EventQueue, _ machine: inout Machine) {
        forEngine(
            { $0.handle(event, &$1, &$2) }, { $0.handle(event, &$1, &$2) }, { $0.handle(event, &$1, &$2) }, &queue,
            &machine)
    }

    /// Calls one of three functions with the engine in place.
    private mutating func forEngine(
        _ rounds: (inout RoundEngine, inout EventQueue, inout Machine) -> Void,
        _ elastic: (inout ElasticEngine, inout EventQueue, inout Machine) -> Void,
        _ fractions: (inout FractionalEngine, inout EventQueue, inout Machine) -> Void, _ queue: inout EventQueue,
        _ machine: inout Machine
    ) {
        switch consume self {
        case .rounds(var engine):
            rounds(&engine, &queue, &machine)
            self = .rounds(engine)
        case .elastic(var engine):
            elastic(&engine, &queue, &machine)
            self = .elastic(engine)
        case .fractions(var engine):
            fractions(&engine, &queue, &machine)
            self = .fractions(engine)
        }
    }
}
