import EventEngine
import Hardware

extension TrainingEngine {
    /// Takes devices and their memory; stops where memory does not suffice.
    mutating func occupy(_ devices: [DeviceID], _ queue: inout EventQueue, _ machine: inout Machine) {
        precondition(
            devices.count == configuration.training.parallelism.devices, "a lease has the devices of the layout")
        self.devices = devices
        lastActivity = queue.now
        ring = ReplicaRing(configuration.training.parallelism, devices: devices, cluster: machine.cluster)
        do throws(OutOfMemory) {
            try books.reserve(
                configuration.deviceBytes, on: devices, name: configuration.name, at: queue.now, &machine)
            state = .running
        } catch {
            result.outOfMemory = error
            state = .stopped
        }
    }

    /// Forgets what is under way and gives device memory back.
    mutating func leave(_ queue: inout EventQueue, _ machine: inout Machine) {
        cancel(&queue, &machine)
        books.release(at: queue.now, &machine)
        lastActivity = queue.now
    }

    private mutating func cancel(_ queue: inout EventQueue, _ machine: inout Machine) {
        generation += 1
        for flow in flows { machine.network.cancel(flow, at: queue.now) }
        flows.removeAll()
        isSaving = false
    }

    /// A device has failed: what was not saved is lost, and it waits for the repair.
    public mutating func deviceFailed(
        _ device: DeviceID, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        guard devices.contains(device) else { return }
        if !failed.contains(device) { failed.append(device) }
        guard state == .running else { return }
        result.lostSteps += doneSteps - savedSteps
        result.stepNanoseconds.removeLast(doneSteps - savedSteps)
        result.stepEnds.removeLast(doneSteps - savedSteps)
        doneSteps = savedSteps
        leave(&queue, &machine)
        isPreempting = false
        state = .stopped
    }

    /// A device works again: when all do, it goes on from the last checkpoint.
    public mutating func deviceRepaired(
        _ device: DeviceID, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        guard let index = failed.firstIndex(of: device) else { return }
        failed.remove(at: index)
        guard failed.isEmpty, state == .stopped, result.outOfMemory == nil else { return }
        result.restarts += 1
        goOn(on: devices, &queue, &machine)
    }

    /// Takes devices again, loads the last checkpoint if there is one, and goes on.
    mutating func goOn(on devices: [DeviceID], _ queue: inout EventQueue, _ machine: inout Machine) {
        books.releaseCopy(at: queue.now, &machine)
        occupy(devices, &queue, &machine)
        guard state == .running else { return }
        if savedSteps > 0 {
            copyState(.load, &queue, &machine)
        } else {
            schedule(.begin, after: configuration.startNanoseconds, &queue)
        }
    }
}

extension TrainingRunConfiguration {
    /// Bytes of one device by pool, in the order of ``TrainingEngine/pools``.
    public var deviceBytes: [Int64] {
        let memory = training.memory
        let microBatches = TrainingTimer(training).microBatches(of: load)
        return [
            memory.parameterBytes, memory.gradientBytes, memory.optimizerBytes,
            training.updateActivationBytes(microBatches: microBatches),
        ]
    }
}

extension TrainingEngine: Workload {
    /// The workload's name in the scenario.
    public var name: String { configuration.name }

    /// Begins on the devices of a lease, in rank order.
    public mutating func start(on lease: Lease, queue: inout EventQueue, machine: inout Machine) {
        start(on: lease.devices, &queue, &machine)
    }

    /// Serves an event of its component.
    public mutating func handle(_ event: Event, queue: inout EventQueue, machine: inout Machine) {
        handle(event, &queue, &machine)
    }

    /// Takes note that a flow has landed.
    public mutating func transferCompleted(token: Int64, queue: inout EventQueue, machine: inout Machine) {
        flowCompleted(token, at: queue.now, &queue, &machine)
    }

    /// The step under way is lost; what is done since the last checkpoint is saved first.
    public mutating func preempt(queue: inout EventQueue, machine: inout Machine) {
        guard state == .running, !isPreempting else { return }
        cancel(&queue, &machine)
        guard doneSteps > savedSteps else {
            books.release(at: queue.now, &machine)
            lastActivity = queue.now
            state = .preempted
            return
        }
        isPreempting = true
        save(&queue, &machine)
    }

    /// Goes on after a preemption, from what was kept.
    public mutating func resume(on lease: Lease, queue: inout EventQueue, machine: inout Machine) {
        guard state == .preempted else { return }
        goOn(on: lease.devices, &queue, &machine)
    }

    /// Ends it at once and releases what it holds.
    public mutating func stop(queue: inout EventQueue, machine: inout Machine) {
        guard state != .finished else { return }
        leave(&queue, &machine)
        books.releaseCopy(at: queue.now, &machine)
        state = .stopped
    }

    /// Learns that a device has failed.
    public mutating func deviceFailed(_ device: DeviceID, queue: inout EventQueue, machine: inout Machine) {
        deviceFailed(device, at: queue.now, &queue, &machine)
    }

    /// Closes the books at the end of the run.
    public mutating func finish(queue: inout EventQueue, machine: inout Machine) { close(at: queue.now) }
}
