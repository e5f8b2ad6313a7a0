import EventEngine
import Hardware

/// How often nodes fail, when the scenario does not list it.
public struct FailureRate: Sendable, Equatable {
    /// Mean time between failures of one node; exponential.
    public var meanBetween: Nanoseconds
    /// Mean time until it works again; exponential.
    public var meanRepair: Nanoseconds

    /// Independent failures of nodes.
    public init(meanBetween: Nanoseconds, meanRepair: Nanoseconds) {
        self.meanBetween = meanBetween
        self.meanRepair = meanRepair
    }
}

/// A node that fails or works again by the engine's own failure rate; the world tells it to other workloads.
public struct NodeFault: Sendable, Equatable {
    /// The node.
    public var node: NodeID
    /// Whether it fails; else it works again.
    public var fails: Bool
}

extension SchedulingEngine {
    /// A device has failed. The traced job that holds it loses what no checkpoint has kept, and waits again; a workload
    /// that holds it deals with the failure itself.
    public mutating func deviceFailed(
        _ device: DeviceID, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        lastActivity = now
        for lease in machine.cluster.leases(of: device) {
            guard let job = running.first(where: { leases[Int($0)] == lease.id }), jobs[Int(job)].duration >= 0 else {
                continue
            }
            interrupt(job, .failed, at: now, &machine)
            mark(job, .failure, at: now)
        }
        nodeChanged(machine.cluster.layout.node(of: device).index, at: now, &queue, &machine)
    }

    /// A failed device works again.
    public mutating func deviceRepaired(
        _ device: DeviceID, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        lastActivity = now
        nodeChanged(machine.cluster.layout.node(of: device).index, at: now, &queue, &machine)
    }

    /// Lets no job start on a node any more; those that run there stay. Or takes that back.
    public mutating func drain(
        _ node: NodeID, _ isDrained: Bool, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        lastActivity = now
        self.isDrained[node.index] = isDrained
        nodeChanged(node.index, at: now, &queue, &machine)
    }

    /// Takes over what a node has free, and lets its partition be looked at anew.
    mutating func nodeChanged(
        _ node: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        sync(node, machine)
        let partition = map.partition(of: node)
        partitions[partition].isOpen = true
        partitions[partition].mustReplan = true
        if !reservations.isEmpty {
            reservations[partition].isValid = false
            reservations[partition].changed.append(Int32(node))
        }
        requestPass(at: now, &queue)
    }

    /// Draws the first failure of each node.
    mutating func scheduleFaults(_ queue: inout EventQueue) {
        guard let rate = configuration.failureRate else { return }
        for node in 0..<map.nodeCount { scheduleFault(node, after: rate.meanBetween, &queue) }
    }

    /// Serves a failure or a repair of the engine's own rate; each node has a stream of random numbers.
    mutating func changeNode(
        _ node: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        guard let rate = configuration.failureRate, !isDone, !isStuck(at: now) else { return }
        isDown[node].toggle()
        let devices = machine.cluster.layout.devices(of: NodeID(node)).map { DeviceID($0) }
        for device in devices { machine.cluster.setFailed(isDown[node], device) }
        for device in devices {
            if isDown[node] {
                deviceFailed(device, at: now, &queue, &machine)
            } else {
                deviceRepaired(device, at: now, &queue, &machine)
            }
        }
        if isDown[node] { books.nodeFailures += 1 }
        faults.append(NodeFault(node: NodeID(node), fails: isDown[node]))
        scheduleFault(node, after: isDown[node] ? rate.meanRepair : rate.meanBetween, &queue)
    }

    /// Whether no job can start any more, whatever fails and is repaired: all nodes work, and yet all jobs wait.
    private func isStuck(at now: Nanoseconds) -> Bool {
        running.isEmpty && nextArrival == jobs.count && !isPassPending && scaler?.isQuiet ?? true
            && !isDown.contains(true)
            && clusterAnswers.count == configuration.clusterEvents.count
            && configuration.drains.allSatisfy { $0.end ?? 0 <= now }
    }

    private mutating func scheduleFault(_ node: Int, after mean: Nanoseconds, _ queue: inout EventQueue) {
        let gap = faultStreams[node].exponential(mean: Double(mean))
        let time = queue.now + Int64(min(9e17, max(1, gap.rounded(.toNearestOrEven))))
        queue.schedule(
            Event(time: time, component: component, kind: SchedulingEvent.fault, phase: .timer, a: Int64(node)))
    }
}
