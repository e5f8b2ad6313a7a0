import EventEngine
import Hardware

/// Kinds of events that a scheduling engine sends itself.
enum SchedulingEvent {
    /// The next job is submitted.
    static let arrival: UInt16 = 0
    /// A job's work is done. `a`: job, `b`: generation.
    static let completion: UInt16 = 1
    /// The engine decides who runs.
    static let pass: UInt16 = 2
    /// A running job has attained the limit of its queue. `a`: job, `b`: generation and queue.
    static let demotion: UInt16 = 3
    /// A node fails or works again by the engine's own rate. `a`: node.
    static let fault: UInt16 = 4
    /// Limits are looked at as Tiresias does. `a`: partition, `b`: number of the look.
    static let lateDemotion: UInt16 = 5
    /// Something is done to a virtual cluster. `a`: which of the configured events.
    static let virtualCluster: UInt16 = 6
    /// A node is emptied, or used again. `a`: which of the configured drains, `b`: its step.
    static let drain: UInt16 = 7
    /// The autoscaler looks at what waits and what is idle.
    static let look: UInt16 = 8
    /// A node has booted. `a`: node.
    static let boot: UInt16 = 9
}

/// A scheduler of jobs on the devices of a cluster.
///
/// In one instant: completions, arrivals, demotions, then one pass that starts and preempts jobs. Ties go by
/// submission, then by the order of the trace. All devices are held through leases of the cluster, so that no device
/// is in two of them.
///
/// Jobs wait in lanes: one for all tenants, or one for each where a tenant has a limit, a partition or a share that
/// counts. The pass looks at the next job of the lane that comes first; see `SchedulingEngine+Pass.swift`.
public struct SchedulingEngine: Sendable {
    /// What it was made from.
    public let configuration: SchedulingConfiguration
    /// Its index in events.
    public let component: Int32
    /// When the workload last did anything; events that turned out stale do not count.
    public internal(set) var lastActivity: Nanoseconds = 0
    /// What the world is to do with workloads that jobs start, in order; it empties the list.
    public var orders: [WorkloadOrder] = []
    /// Nodes that failed or came back by the engine's own rate; the world tells other workloads and empties the list.
    public var faults: [NodeFault] = []

    let jobs: [Job]
    let estimates: [Nanoseconds]
    let nodesPerLeaf: Int
    /// Devices of a package of each node group, of a node where there are none; empty where no node has packages.
    let packageSizes: [Int]
    var states: [JobState]
    /// Shares and leases of running jobs, by job.
    var shares: [[NodeShare]]
    var leases: [LeaseID?]
    var map: FreeMap
    var lanes: [Lane]
    var heaps: [LaneHeap]
    var partitions: [PartitionState]
    var tenants: [TenantState]
    /// Devices that each tenant has by right now; nil: no limit.
    var quotas: [Int64?]
    /// Whether any tenant takes back what others borrow.
    let canReclaim: Bool
    /// Free processors and host memory, where jobs ask for them.
    var hosts: HostMap?
    /// The promise to the first job that does not fit, by partition; empty where none is made.
    var reservations: [HeadReservation]
    /// Running jobs by estimated end, and free devices at the promised instant, for that promise.
    var ends: [OrderedQueue]
    var future: FreeMap
    /// Waiting jobs by promised start, and free devices over time by partition and node group, where all are promised.
    var promised: [OrderedQueue]
    var profiles: [FreeProfile]
    /// The virtual clusters, and what came of each of the configured events so far.
    var clusters: VirtualClusters
    /// What came of each of the configured events of virtual clusters so far.
    public internal(set) var clusterAnswers: [VirtualClusterAnswer] = []
    var isDrained: [Bool]
    var isDown: [Bool]
    /// Nodes that the autoscaler has not launched, or that boot.
    var isOff: [Bool]
    /// Lets nodes come and go; nil: all are there.
    var scaler: Autoscaler?
    var faultStreams: [RandomStream]
    /// Jobs that run, in no order that a result may depend on.
    var running: [Int32] = []
    var waitingCount = 0
    var nextArrival = 0
    var isPassPending = false
    var random: RandomStream
    /// Used again by every search for a place.
    var found: [NodeShare] = []
    var books: SchedulingBooks

    /// Guaranteed cells of tenants; nil where no tenant has any.
    var cells: VirtualCells?

    /// Whether each tenant has a lane of its own.
    let hasTenantLanes: Bool

    /// An engine that has not started, for a cluster as it is laid out now.
    public init(configuration: SchedulingConfiguration, component: Int32, cluster: Cluster) {
        self.configuration = configuration
        self.component = component
        if case .leafSpine(let count, _) = cluster.specification.fabric { nodesPerLeaf = count } else {
            nodesPerLeaf = max(1, cluster.layout.nodeCount)
        }
        packageSizes = Self.packageSizes(cluster.layout)
        let partitionsOfCells = configuration.cells.map { configuration.tenants[$0.tenant].partition }
        cells = configuration.cells.isEmpty
            ? nil
            : VirtualCells(configuration.cells, partitions: partitionsOfCells, nodesPerLeaf: nodesPerLeaf, cluster)
        jobs = cells?.jobs(configuration.list.jobs, groupCount: cluster.layout.groups.count) ?? configuration.list.jobs
        estimates = configuration.policy.durations.estimates(
            of: jobs, seed: configuration.seed, owner: configuration.name)
        states = jobs.map { JobState(left: $0.duration) }
        shares = Array(repeating: [], count: jobs.count)
        leases = Array(repeating: nil, count: jobs.count)
        map = FreeMap(cluster, partitions: configuration.partitions, cells: cells)
        for (node, partition) in configuration.nodePartitions.enumerated() { map.move(node, toPartition: partition) }
        hasTenantLanes = configuration.partitions > 1 || configuration.policy.order.change == .withTenant
            || configuration.tenants.contains { $0.quotaDevices != nil }
        lanes = hasTenantLanes ? configuration.tenants.map { Lane(partition: $0.partition) } : [Lane(partition: 0)]
        heaps = Array(repeating: LaneHeap(laneCount: lanes.count), count: configuration.partitions)
        partitions = Array(repeating: PartitionState(), count: configuration.partitions)
        tenants = Array(repeating: TenantState(), count: configuration.tenants.count)
        if case .byQueues(let limits, _) = configuration.policy.preemption {
            for index in partitions.indices { partitions[index].levels = Array(repeating: [], count: limits.count + 1) }
        }
        quotas = configuration.tenants.map { $0.quotaDevices.map { Int64($0) } }
        canReclaim = configuration.tenants.contains { $0.reclaims }
        let groups = (0..<cluster.layout.nodeCount).map { cluster.layout.group(of: NodeID($0)) }
        hosts = configuration.hosts.map { HostMap($0, nodeGroups: groups) }
        let whenBlocked = configuration.policy.whenBlocked
        reservations = whenBlocked == .reserveHead
            ? Array(repeating: HeadReservation(), count: configuration.partitions) : []
        ends = Array(repeating: OrderedQueue(), count: configuration.partitions)
        future = map
        promised = Array(repeating: OrderedQueue(), count: configuration.partitions)
        profiles = (0..<configuration.partitions * map.groupCount).map { [map] cell in
            FreeProfile(
                free: map.free(group: cell % map.groupCount, partition: cell / map.groupCount), from: 0)
        }
        clusters = VirtualClusters(names: configuration.virtualClusters)
        isDrained = Array(repeating: false, count: map.nodeCount)
        isDown = isDrained
        isOff = isDrained
        scaler = configuration.autoscaling.map { Autoscaler($0, nodeGroups: groups) }
        faultStreams = configuration.failureRate == nil ? [] : (0..<map.nodeCount).map {
            RandomStream(seed: configuration.seed, name: "\(configuration.name)/faults/\($0)")
        }
        random = RandomStream(seed: configuration.seed, name: "\(configuration.name)/placement")
        books = SchedulingBooks(partitions: configuration.partitions)
    }

    private static func packageSizes(_ layout: ClusterLayout) -> [Int] {
        let sizes = layout.groups.map { group in
            if case .packages(let packages) = group.node.scaleUp { packages.devicesPerPackage } else {
                group.node.devicesPerNode
            }
        }
        return zip(sizes, layout.groups).allSatisfy { $0 == $1.node.devicesPerNode } ? [] : sizes
    }

    /// Schedules the first arrival. Devices that others have leased before are not touched.
    public mutating func start(_ queue: inout EventQueue, _ machine: inout Machine) {
        let nodes = 0..<machine.cluster.layout.nodeCount
        for node in nodes { sync(node, machine) }
        startAutoscaler(machine)
        books.readyDevices = nodes.reduce(0) { $0 + Int64(map.free($1)) }
        books.devices += books.readyDevices
        future = map
        for index in partitions.indices { partitions[index].mustReplan = true }
        scheduleArrival(&queue)
        scheduleFaults(&queue)
        scheduleDrains(&queue)
        for (index, event) in configuration.clusterEvents.enumerated() {
            queue.schedule(
                Event(
                    time: event.time, component: component, kind: SchedulingEvent.virtualCluster, phase: .timer,
                    a: Int64(index)))
        }
    }

    /// Serves an event of its component.
    public mutating func handle(_ event: Event, _ queue: inout EventQueue, _ machine: inout Machine) {
        switch event.kind {
        case SchedulingEvent.completion:
            guard isCurrent(event) else { return }
            lastActivity = event.time
            complete(Int32(event.a), at: event.time, &queue, &machine)
        case SchedulingEvent.arrival:
            lastActivity = event.time
            arrive(at: event.time, &queue, &machine)
        case SchedulingEvent.demotion:
            guard isCurrent(event) else { return }
            lastActivity = event.time
            demote(Int32(event.a), at: event.time, &queue)
        case SchedulingEvent.lateDemotion:
            guard partitions[Int(event.a)].lateLook == event.b else { return }
            partitions[Int(event.a)].isOpen = true
            requestPass(at: event.time, &queue)
        case SchedulingEvent.virtualCluster:
            lastActivity = event.time
            changeCluster(configuration.clusterEvents[Int(event.a)].verb, at: event.time, &queue)
        case SchedulingEvent.drain: serveDrain(event, &queue, &machine)
        case SchedulingEvent.fault: changeNode(Int(event.a), at: event.time, &queue, &machine)
        case SchedulingEvent.pass:
            isPassPending = false
            pass(at: event.time, &queue, &machine)
            if scaler != nil { expectLooks(at: event.time, &queue) }
        case SchedulingEvent.look: look(event, &queue, &machine)
        case SchedulingEvent.boot: bootEnded(Int(event.a), at: event.time, &queue, &machine)
        default: preconditionFailure("unknown scheduling event \(event.kind)")
        }
    }

    private func isCurrent(_ event: Event) -> Bool {
        let state = states[Int(event.a)]
        let word = event.kind == SchedulingEvent.demotion
            ? Int64(state.generation) << 16 | Int64(state.level) : Int64(state.generation)
        return word == event.b && state.phase == .running
    }

    /// Asks for a pass at the end of this instant.
    mutating func requestPass(at now: Nanoseconds, _ queue: inout EventQueue) {
        guard !isPassPending else { return }
        isPassPending = true
        queue.schedule(Event(time: now, component: component, kind: SchedulingEvent.pass, phase: .scheduling))
    }

    /// Takes over how many devices of a node the cluster has free.
    mutating func sync(_ node: Int, _ machine: borrowing Machine) {
        let free = isDrained[node] || isOff[node] ? 0 : Int32(machine.cluster.freeDeviceCount(NodeID(node)))
        if free != map.free(node) { map.add(free - map.free(node), to: node) }
    }
}
