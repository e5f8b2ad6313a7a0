import EventEngine

/// What all workloads of a world share beside the event queue: the cluster and its links.
///
/// One owner keeps the wake-up of the network pending (see `FlowNetwork`) and hands each completion
/// to the workload that owns the flow; no workload calls `completions` itself.
public struct Machine: Sendable {
    /// The devices, leases, memory and paths.
    public var cluster: Cluster
    /// The links and the flows on them.
    public var network: FlowNetwork
    /// What is recorded for people to look at; off unless somebody asked for it.
    public var timeline = TimelineRecorder.off

    /// Builds a cluster with a network of its own.
    /// - Throws: a number of the specification that is out of its range.
    public init(_ specification: ClusterSpecification) throws(HardwareError) {
        var network = FlowNetwork()
        cluster = try Cluster(specification, network: &network)
        self.network = network
    }
}

/// How far a workload has come.
public enum WorkloadState: String, Sendable, CaseIterable {
    /// Not started.
    case waiting
    /// Holds its lease and advances.
    case running
    /// Gave its devices back and waits to be resumed.
    case preempted
    /// Done with what it had to do.
    case finished
    /// Ended before it was done: stopped, out of memory, or a device failed that it cannot spare.
    case stopped
}

/// Something that runs on leased devices: serving, training, reinforcement learning, a traced job.
///
/// Whoever starts a workload (a world at time zero, or a scheduler) leases its devices, calls the
/// verbs below and releases the lease when the state is no longer `running`. All of it happens at
/// the present instant, `queue.now`; what takes time is scheduled as an event for the workload's
/// own component and comes back through ``handle(_:queue:machine:)``.
///
/// The verbs, and the states that they lead from and to:
///
/// | verb | from | to |
/// |---|---|---|
/// | `start` | waiting | running |
/// | `preempt` | running | preempted, at once or after events of its own (a checkpoint) |
/// | `resume` | preempted | running |
/// | `stop` | any but finished | stopped |
/// | `deviceFailed` | running | running with fewer devices, or stopped |
/// | (of itself) | running | finished, or stopped when it runs out of memory |
///
/// A conforming type is a value; it draws random numbers from streams of its own name only, so that
/// another workload beside it moves none of its numbers. It reserves device memory in
/// `machine.cluster.memory` under pools of its name, and gives all of it back before it leaves
/// `running`. A preempted or ended workload has no flow on the network: it cancels what is under way
/// and ignores stale events by their generation (see `Event`).
public protocol Workload: Sendable {
    /// Its name in the scenario: the owner of its leases, and the name of its random streams.
    var name: String { get }

    /// The component index under which its events are scheduled and the owner of its flows.
    var component: Int32 { get }

    /// How far it has come. Changes only inside the calls below.
    var state: WorkloadState { get }

    /// Begins on the devices of a lease, in rank order.
    mutating func start(on lease: Lease, queue: inout EventQueue, machine: inout Machine)

    /// Serves an event of its component. Hot: no allocation and no existential inside.
    mutating func handle(_ event: Event, queue: inout EventQueue, machine: inout Machine)

    /// Learns that a flow which it started has landed.
    mutating func transferCompleted(token: Int64, queue: inout EventQueue, machine: inout Machine)

    /// Asks it to give its devices back and to keep what it needs to go on. `state` becomes
    /// `preempted` when it has, now or at an event of its own.
    mutating func preempt(queue: inout EventQueue, machine: inout Machine)

    /// Goes on after a preemption, on a lease that may hold other devices.
    mutating func resume(on lease: Lease, queue: inout EventQueue, machine: inout Machine)

    /// Ends it at once; what was under way is lost and counted as such by the workload.
    mutating func stop(queue: inout EventQueue, machine: inout Machine)

    /// Learns that one of its devices has failed.
    mutating func deviceFailed(_ device: DeviceID, queue: inout EventQueue, machine: inout Machine)

    /// Closes its books at the end of the run, whatever its state: unfinished work is counted as
    /// unfinished. Called once, and nothing after it.
    mutating func finish(queue: inout EventQueue, machine: inout Machine)
}
