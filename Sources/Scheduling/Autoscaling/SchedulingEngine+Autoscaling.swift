import EventEngine
import Hardware

/// Nodes that are launched for waiting jobs and leave when they are idle.
extension SchedulingEngine {
    /// Takes the devices of nodes that are off out of the map, and counts those that may come.
    mutating func startAutoscaler(_ machine: borrowing Machine) {
        guard let scaler else { return }
        for node in scaler.power.indices where scaler.power[node] == .off {
            isOff[node] = true
            sync(node, machine)
        }
        for (type, nodes) in scaler.configuration.nodeTypes.enumerated() {
            books.devices += Int64(nodes.maximum - scaler.ready[type]) * Int64(map.nodeSizes[nodes.group])
        }
    }

    /// Asks for a look at the next multiple of the interval from a time on, if none is due before.
    mutating func expectLook(from time: Nanoseconds, _ queue: inout EventQueue) {
        guard let scaler else { return }
        let tick = scaler.tick(from: max(time, queue.now))
        guard tick < scaler.nextLook else { return }
        self.scaler?.nextLook = tick
        queue.schedule(Event(time: tick, component: component, kind: SchedulingEvent.look, phase: .sample))
    }

    /// Notes that a node that can leave has jobs, or has none any more.
    mutating func noteUse(of node: Int, at now: Nanoseconds) {
        guard scaler?.power[node] == .ready else { return }
        let isIdle = isWholeFree(node)
        scaler?.idleSince[node] = isIdle ? now : -1
    }

    private func isWholeFree(_ node: Int) -> Bool { map.free(node) == map.nodeSizes[map.group(of: node)] }

    /// After a pass: a look is due for jobs that wait, and for nodes that are idle.
    mutating func expectLooks(at now: Nanoseconds, _ queue: inout EventQueue) {
        guard let scaler, !isDone else { return }
        if waitingCount > 0 { expectLook(from: now, &queue) }
        var first = Nanoseconds.max
        for node in scaler.idleSince.indices where scaler.idleSince[node] >= 0 && mayLeave(node, scaler) {
            first = min(first, scaler.idleSince[node] + scaler.configuration.nodeTypes[scaler.types[node]].idleTimeout)
        }
        // A node that is idle for long already stays for a job that waits; that job's start asks again.
        if first < .max, first > now { expectLook(from: first, &queue) }
    }

    /// Whether a ready node is one more than must stay.
    private func mayLeave(_ node: Int, _ scaler: Autoscaler) -> Bool {
        let type = scaler.types[node]
        return scaler.ready[type] > scaler.configuration.nodeTypes[type].minimum
    }

    /// Looks at what waits and what is idle; once all jobs are done, nobody looks any more.
    mutating func look(_ event: Event, _ queue: inout EventQueue, _ machine: inout Machine) {
        guard event.time == scaler?.nextLook else { return }
        scaler?.nextLook = .max
        guard !isDone else { return }
        let plan = scalingPlan(machine)
        for node in plan.launches { launch(node, at: event.time, &queue) }
        stop(plan.idle, at: event.time, &queue, &machine)
        expectLooks(after: event.time, &queue)
    }

    /// After a look: only what time alone brings about asks for the next one.
    private mutating func expectLooks(after now: Nanoseconds, _ queue: inout EventQueue) {
        let waiting = waitingCount
        waitingCount = 0
        expectLooks(at: now, &queue)
        waitingCount = waiting
    }

    /// Begins to boot a node, as far as its type and all types together may boot now.
    private mutating func launch(_ node: Int, at now: Nanoseconds, _ queue: inout EventQueue) {
        guard let scaler else { return }
        let type = scaler.types[node]
        let nodes = scaler.configuration.nodeTypes[type]
        guard scaler.ready[type] + scaler.booting[type] < nodes.maximum,
            scaler.booting[type] < scaler.configuration.allowedLaunches(ready: scaler.ready[type]),
            scaler.booting.reduce(0, +) < scaler.configuration.maximumConcurrentLaunches
        else { return }
        self.scaler?.power[node] = .booting
        self.scaler?.booting[type] += 1
        self.scaler?.begin(NodeLife(node: Int32(node), type: type, launched: now, ready: now + nodes.bootTime))
        queue.schedule(
            Event(
                time: now + nodes.bootTime, component: component, kind: SchedulingEvent.boot, phase: .timer,
                a: Int64(node)))
    }

    /// A node has booted.
    mutating func bootEnded(_ node: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        guard let type = scaler?.types[node] else { return }
        scaler?.power[node] = .ready
        scaler?.booting[type] -= 1
        scaler?.ready[type] += 1
        scaler?.idleSince[node] = now
        books.ready(Int64(map.nodeSizes[map.group(of: node)]), at: now)
        isOff[node] = false
        nodeChanged(node, at: now, &queue, &machine)
    }

    /// Lets idle nodes go whose time-out is over, those with the highest numbers first.
    private mutating func stop(
        _ idle: [Int], at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        for node in idle.reversed() {
            guard let scaler, mayLeave(node, scaler) else { continue }
            let type = scaler.types[node]
            guard now - scaler.idleSince[node] >= scaler.configuration.nodeTypes[type].idleTimeout else { continue }
            self.scaler?.power[node] = .off
            self.scaler?.idleSince[node] = -1
            self.scaler?.ready[type] -= 1
            self.scaler?.lives[scaler.life[node]].ended = now
            books.ready(-Int64(map.nodeSizes[map.group(of: node)]), at: now)
            isOff[node] = true
            nodeChanged(node, at: now, &queue, &machine)
        }
    }
}
