import EventEngine
import Hardware

/// Serving on devices that a scheduler gives and takes. Traffic keeps its own clock: requests that come while there
/// are no devices wait, and their waiting counts.
extension ServingEngine {
    /// Whether every request has come, and has been answered or turned away.
    public var isDone: Bool { nextArrival == requests.count && completed + rejected == requests.count }

    /// Begins on devices of a scheduler's choice.
    /// - Parameters:
    ///   - devices: those of each replica in rank order, pool by pool.
    ///   - opened: when clients of a closed loop began to ask; of an open one, arrivals say it.
    public mutating func start(
        on devices: [[DeviceID]], opened: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        move(to: devices)
        self.opened = opened
        start(&queue, &machine)
    }

    /// Gives all devices back at once. KV is lost; requests keep the tokens that they have, and wait.
    public mutating func preempt(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        let up = replicas.indices.filter { !replicas[$0].isDown }
        for replica in up {
            recordFailure(replica, at: now, &machine)
            interruptPlan(replica, at: now)
            replicas[replica].failedDevices = 1
        }
        updateCandidates()
        let lost = requests.indices.map { Int32($0) }.filter { request in up.contains { involves(request, $0) } }
        for request in lost { withdraw(request, at: now, &machine) }
        for replica in up { forgetAll(of: replica, at: now) }
        for request in lost { restart(request, at: now, &queue, &machine) }
        lastActivity = now
    }

    /// Goes on after a preemption.
    /// - Parameter devices: those of each replica in rank order, pool by pool.
    public mutating func resume(
        on devices: [[DeviceID]], at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        move(to: devices)
        for replica in replicas.indices {
            recordRepair(replica, at: now, &machine)
            replicas[replica].failedDevices = 0
            replicas[replica].downNanoseconds += now - replicas[replica].downSince
        }
        lastActivity = now
        reopen(at: now, &queue, &machine)
    }

    /// Closes the books of a workload that never had its devices: what came until then waits for ever.
    public mutating func waitInVain(until end: Nanoseconds) {
        guard nextArrival == 0, let first = requests.first, first.arrival <= end else { return }
        while nextArrival < min(requests.count, configuration.concurrency ?? .max),
            configuration.concurrency != nil || requests[nextArrival].arrival <= end {
            requests[nextArrival].stage = .waiting
            nextArrival += 1
        }
    }

    private mutating func move(to devices: [[DeviceID]]) {
        precondition(devices.count == replicas.count, "every replica gets its devices")
        for replica in replicas.indices { replicas[replica].devices = devices[replica] }
        paths.removeAll()
    }
}
