import EventEngine
import Hardware

extension TrainingEngine {
    /// Sends bytes of every rank through the ring of copies, after the set-up of a transfer.
    mutating func send(_ cargo: Cargo, _ bytes: Int64, _ queue: inout EventQueue, _ machine: inout Machine) {
        guard bytes > 0, let path = ring?.path else { return }
        pendingFlows += 1
        result.exchangedBytes += bytes * Int64(devices.count)
        // Rings are set up once for a run, so that only the latency of the way comes before the bytes.
        let latency = path.latencyNanoseconds - machine.cluster.specification.transferSetupNanoseconds
        schedule(.flowStarts, after: max(0, latency), &queue, a: cargo.rawValue << 60 | bytes)
    }

    /// Puts on the network what was asked for.
    mutating func startFlow(
        _ cargo: Cargo, _ bytes: Int64, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        guard let ring, let path = ring.path else { return }
        flows.append(machine.network.start(
            bytesPerLane: ring.bytesPerLane(of: bytes), path: path.links, token: generation << 3 | cargo.rawValue,
            owner: component, at: queue.now))
    }

    /// Copies the state to or from the hosts, each device over its own link.
    mutating func copyState(_ cargo: Cargo, _ queue: inout EventQueue, _ machine: inout Machine) {
        copyStart = queue.now
        let direction: HostDirection = cargo == .save ? .toHost : .toDevice
        let links = devices.flatMap {
            machine.cluster.hostPath($0, direction, pinned: configuration.checkpoint.isPinned).links
        }
        flows.append(machine.network.start(
            bytesPerLane: savedBytesPerDevice, path: links, token: generation << 3 | cargo.rawValue,
            owner: component, at: queue.now))
    }

    /// What a checkpoint holds of one device: optimizer states, which contain the weights, where they are sharded;
    /// weights besides where they are not.
    var savedBytesPerDevice: Int64 {
        let memory = configuration.training.memory
        let copies = configuration.training.sharding == .none ? Int64(configuration.training.parallelism.replicas) : 1
        return memory.optimizerBytes / copies + memory.parameterBytes / Int64(
            configuration.training.sharding == .parameters ? 1 : configuration.training.parallelism.replicas)
    }

    mutating func save(_ queue: inout EventQueue, _ machine: inout Machine) {
        isSaving = true
        savingSteps = doneSteps
        books.holdCopy(savedBytesPerDevice, of: devices, at: queue.now, &machine)
        result.hostBytes = max(result.hostBytes, books.largestHostBytes)
        copyState(.save, &queue, &machine)
    }

    /// A checkpoint has been written.
    mutating func saved(_ queue: inout EventQueue, _ machine: inout Machine) {
        isSaving = false
        savedSteps = savingSteps
        result.checkpoints += 1
        if isPreempting {
            result.copyNanoseconds += queue.now - copyStart
            leave(&queue, &machine)
            state = .preempted
            isPreempting = false
        } else if !configuration.checkpoint.isAsynchronous || doneSteps == configuration.steps {
            result.copyNanoseconds += queue.now - copyStart
            beginStep(&queue, &machine)
        }
    }
}
