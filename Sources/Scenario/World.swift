import EventEngine
import Hardware
import Serving
import TraceFormats

/// One run of one scenario variant: all workloads on one cluster with one clock.
///
/// A world is a pure function of the checked scenario, the traces and the seed; it knows no clock, no
/// path and no thread.
public struct World: Sendable {
    /// Component of the links' own wake-up event, then that of devices; workloads follow.
    private static let networkComponent: Int32 = 0
    private static let deviceComponent: Int32 = 1
    private static let firstWorkload: Int32 = 2

    public private(set) var serving: [ServingEngine]
    public private(set) var machine: Machine
    private var queue = EventQueue()
    private let until: Nanoseconds?
    private let changes: [DeviceChange]
    private var announcedVersion: UInt64 = 0
    /// Events served: what a run costs.
    public private(set) var events = 0

    init(
        plans: [ServingPlan], traces: [RequestTrace], machine: Machine, changes: [DeviceChange], until: Nanoseconds?
    ) {
        self.machine = machine
        self.changes = changes
        self.until = until
        serving = zip(plans, traces).enumerated().map { index, pair in
            ServingEngine(configuration: pair.0.configuration, trace: pair.1,
                          component: Self.firstWorkload + Int32(index))
        }
    }

    /// Time of the last thing that happened to a workload; events that plans left behind do not count.
    public var now: Nanoseconds { serving.map(\.lastActivity).max() ?? 0 }

    /// Runs to the end, or to the time at which the scenario stops.
    public mutating func run() { run { _ in true } }

    /// Runs until the end, or until an answer is no.
    /// - Parameter goesOn: asked after each event with the number of events so far. A world that was stopped is
    ///   of no further use.
    public mutating func run(while goesOn: (_ events: Int) -> Bool) {
        for index in serving.indices { serving[index].start(&queue, &machine) }
        for (index, change) in changes.enumerated() {
            queue.schedule(Event(
                time: change.nanoseconds, component: Self.deviceComponent, kind: 0, phase: .timer, a: Int64(index),
                b: 0))
        }
        while let event = queue.pop(through: until ?? .max) {
            events += 1
            switch event.component {
            case Self.networkComponent: completeFlows(event)
            case Self.deviceComponent: changeDevices(changes[Int(event.a)])
            default: serving[Int(event.component - Self.firstWorkload)].handle(event, &queue, &machine)
            }
            if machine.network.version != announcedVersion { scheduleNetwork() }
            guard goesOn(events) else { return }
        }
        // A run that is cut keeps what its steps have done until then.
        guard let until else { return }
        for index in serving.indices { serving[index].close(at: until) }
    }

    private mutating func changeDevices(_ change: DeviceChange) {
        for device in change.devices {
            machine.cluster.setFailed(change.fails, device)
            for index in serving.indices {
                if change.fails {
                    serving[index].deviceFailed(device, at: queue.now, &queue, &machine)
                } else {
                    serving[index].deviceRepaired(device, at: queue.now, &queue, &machine)
                }
            }
        }
    }

    /// Keeps one pending event for the next flow that will be done; older ones are stale.
    private mutating func scheduleNetwork() {
        announcedVersion = machine.network.version
        guard let next = machine.network.nextCompletion else { return }
        queue.schedule(Event(
            time: max(next, queue.now), component: Self.networkComponent, kind: 0, phase: .transfer,
            a: Int64(bitPattern: announcedVersion), b: 0))
    }

    private mutating func completeFlows(_ event: Event) {
        guard event.a == Int64(bitPattern: machine.network.version) else { return }
        var done: [(owner: Int32, token: Int64)] = []
        machine.network.completions(at: event.time) { done.append(($0, $1)) }
        for flow in done {
            serving[Int(flow.owner - Self.firstWorkload)].flowCompleted(flow.token, at: event.time, &queue, &machine)
        }
    }
}
