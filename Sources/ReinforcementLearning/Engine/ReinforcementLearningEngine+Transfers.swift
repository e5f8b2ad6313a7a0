import EventEngine
import Hardware

/// What moves: training state between devices and hosts, and weights to the generating devices.
extension ReinforcementLearningEngine {
    /// A copy of a part on all training devices at once, over each one's host link.
    mutating func copy(
        _ part: MemoryPart, _ direction: HostDirection, at now: Nanoseconds,
        _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        guard failedTrainers == 0 else { return stall() }
        let bytes = configuration.memory.bytes(part, isTraining: true)
        startCopy(bytes, direction, at: now, &machine)
    }

    /// A copy of so many bytes of each training device.
    mutating func startCopy(
        _ bytes: Int64, _ direction: HostDirection, at now: Nanoseconds, _ machine: inout Machine
    ) {
        guard bytes > 0, configuration.times.fixed == nil else { return }
        let copy = HostCopy(
            devices: configuration.placement.trainDevices, direction: direction, bytesPerDevice: bytes,
            isPinned: configuration.transition.isPinned)
        startFlow(copy.path(on: machine.cluster), bytesPerLane: bytes, at: now, &machine)
    }

    /// New weights to all generating devices, round by round.
    mutating func startReshard(
        _ plan: ReshardPlan?, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        guard failedTrainers == 0 else { return stall() }
        if let fixed = configuration.times.fixed {
            let time = configuration.placement.mode == .cocard ? fixed.reshardToInfer : fixed.weightSync
            if time > 0 { wait(time, at: now, &queue) }
            return
        }
        reshard = plan
        roundsLeft = plan?.rounds.count ?? 0
        if roundsLeft > 0 { startRound(at: now, &queue, &machine) }
    }

    mutating func startRound(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        guard let plan = reshard, failedTrainers == 0 else { return stall() }
        let round = plan.rounds[plan.rounds.count - roundsLeft]
        roundsLeft -= 1
        guard let path = try? round.path(on: machine.cluster) else { return wait(0, at: now, &queue) }
        current.weightBytes += round.totalBytes
        startFlow(path, bytesPerLane: round.bytesPerLane, at: now, &machine)
    }

    private mutating func startFlow(
        _ path: TransferPath, bytesPerLane: Int64, at now: Nanoseconds, _ machine: inout Machine
    ) {
        mark += 1
        waiting = .flow
        pendingFlows = 1
        flowLatency = path.latencyNanoseconds
        flowBytesPerLane = bytesPerLane
        flowLinks = path.links
        flows.append(machine.network.start(
            bytesPerLane: bytesPerLane, path: path.links, token: mark, owner: component, at: now))
    }
}
