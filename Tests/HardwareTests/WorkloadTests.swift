import EventEngine
import Hardware
import Testing

/// A workload that sends a number of blocks from its first device to its second, one after the
/// other: the smallest that uses events, flows, memory and every verb.
private struct Courier: Workload {
    let name = "courier"
    let component: Int32 = 1
    private(set) var state = WorkloadState.waiting
    private(set) var delivered = 0
    private(set) var isClosed = false
    private var remaining = 3
    private var lease: Lease?
    private var flow: FlowID?
    private var generation: Int64 = 0

    mutating func start(on lease: Lease, queue: inout EventQueue, machine: inout Machine) {
        (self.lease, state) = (lease, .running)
        send(&queue, machine)
    }

    /// Waits for the latency of the path; the flow starts when the event comes back.
    private func send(_ queue: inout EventQueue, _ machine: Machine) {
        guard let path = path(machine) else { return }
        queue.schedule(
            Event(
                time: queue.now + path.latencyNanoseconds, component: component, kind: 0, phase: .transfer,
                b: generation))
    }

    private func path(_ machine: Machine) -> TransferPath? {
        guard let lease else { return nil }
        return try? machine.cluster.path(from: [lease.devices[0]], to: [lease.devices[1]])
    }

    mutating func handle(_ event: Event, queue: inout EventQueue, machine: inout Machine) {
        guard event.b == generation, let path = path(machine) else { return }
        flow = machine.network.start(
            bytesPerLane: 28_000, path: path.links, token: generation, owner: component, at: queue.now)
    }

    mutating func transferCompleted(token: Int64, queue: inout EventQueue, machine: inout Machine) {
        delivered += 1
        remaining -= 1
        if remaining > 0 { send(&queue, machine) } else { state = .finished }
    }

    mutating func preempt(queue: inout EventQueue, machine: inout Machine) {
        halt(.preempted, queue.now, &machine)
    }

    mutating func resume(on lease: Lease, queue: inout EventQueue, machine: inout Machine) {
        start(on: lease, queue: &queue, machine: &machine)
    }

    mutating func stop(queue: inout EventQueue, machine: inout Machine) { halt(.stopped, queue.now, &machine) }

    mutating func deviceFailed(_ device: DeviceID, queue: inout EventQueue, machine: inout Machine) {
        halt(.stopped, queue.now, &machine)
    }

    mutating func finish(queue: inout EventQueue, machine: inout Machine) { isClosed = true }

    private mutating func halt(_ end: WorkloadState, _ now: Nanoseconds, _ machine: inout Machine) {
        if let flow { machine.network.cancel(flow, at: now) }
        generation += 1
        state = end
    }
}

/// A world of one courier: serves events and keeps the network's wake-up pending.
private struct World: EventHandler {
    var machine: Machine
    var courier = Courier()
    var log: [String] = []

    mutating func handle(_ event: Event, queue: inout EventQueue) {
        if event.component == courier.component {
            courier.handle(event, queue: &queue, machine: &machine)
        } else if event.b == Int64(machine.network.version) {
            var landed: [Int64] = []
            machine.network.completions(at: queue.now) { _, token in landed.append(token) }
            for token in landed {
                log.append("\(queue.now) landed")
                courier.transferCompleted(token: token, queue: &queue, machine: &machine)
            }
        }
        wake(&queue)
    }

    mutating func wake(_ queue: inout EventQueue) {
        guard let time = machine.network.nextCompletion else { return }
        queue.schedule(
            Event(time: time, component: 0, kind: 0, phase: .transfer, b: Int64(machine.network.version)))
    }
}

@Suite struct WorkloadTests {
    private func world() throws -> World { World(machine: try Machine(nominal(("a2", "atlas-800t-a2", 2)))) }

    @Test func aWorkloadRunsOnItsLease() throws {
        var (queue, world) = (EventQueue(), try world())
        let lease = try world.machine.cluster.lease(devices(0..<2), owner: world.courier.name)
        world.courier.start(on: lease, queue: &queue, machine: &world.machine)
        queue.run(&world)
        // 500 ns of latency, then 28,000 bytes at 28 GB/s, three times.
        #expect(world.log == ["1500 landed", "3000 landed", "4500 landed"])
        #expect(world.courier.state == .finished)
        world.courier.finish(queue: &queue, machine: &world.machine)
        #expect(world.courier.isClosed)
        let imbalances = world.machine.network.imbalances()
        #expect(imbalances.isEmpty)
    }

    @Test func aPreemptedWorkloadGoesOnElsewhere() throws {
        var (queue, world) = (EventQueue(), try world())
        let first = try world.machine.cluster.lease(devices(0..<2), owner: world.courier.name)
        world.courier.start(on: first, queue: &queue, machine: &world.machine)
        queue.run(&world, through: 2600)
        world.courier.preempt(queue: &queue, machine: &world.machine)
        #expect(world.courier.state == .preempted)
        #expect(world.machine.network.activeFlowCount == 0)
        world.machine.cluster.release(first.id)

        // Between nodes: 1,500 ns of latency and 25 GB/s, from the instant of resumption on.
        let second = try world.machine.cluster.lease([DeviceID(3), DeviceID(8)], owner: world.courier.name)
        world.courier.resume(on: second, queue: &queue, machine: &world.machine)
        queue.run(&world)
        #expect(world.log == ["1500 landed", "4620 landed", "7240 landed"])
        #expect(world.courier.delivered == 3)
    }

    @Test func aFailureEndsIt() throws {
        var (queue, world) = (EventQueue(), try world())
        let lease = try world.machine.cluster.lease(devices(0..<2), owner: world.courier.name)
        world.courier.start(on: lease, queue: &queue, machine: &world.machine)
        queue.run(&world, through: 1500)
        world.machine.cluster.setFailed(true, DeviceID(1))
        world.courier.deviceFailed(DeviceID(1), queue: &queue, machine: &world.machine)
        queue.run(&world)
        #expect(world.courier.state == .stopped)
        #expect(world.courier.delivered == 1)
        #expect(world.machine.cluster.leases(of: DeviceID(1)).map(\.id) == [lease.id])
    }
}
