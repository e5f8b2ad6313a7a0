import EventEngine
import Hardware
import Training

/// Samples on the links of the cluster, where warehouses are on nodes of it: each movement is a flow, and what waits
/// for data waits for its flows.
extension ReinforcementLearningEngine {
    /// Flows of the data engine have negative tokens, those of the training side the mark.
    private static func token(_ ordinal: Int64) -> Int64 { -1 - ordinal }

    /// Samples begin to be moved: written, then read by each pass, streamed ones computing as they have read.
    mutating func beginTransfer(
        bytes: Int64, readers: Int, passes: [(pass: ComputePass, times: PassTimes)] = [], at now: Nanoseconds,
        _ queue: inout EventQueue
    ) {
        let ordinal = transfers.begin(bytes: bytes, readers: readers, passes: passes)
        schedule(StepEvent.dataAnswered, ordinal, at: now, &queue)
    }

    /// A controller has answered: the next movement of a transfer begins.
    mutating func startMovement(
        _ ordinal: Int64, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        guard let index = transfers.index(of: ordinal), let plane = configuration.streaming?.plane else { return }
        let transfer = transfers.underWay[index]
        guard transfer.bytes > 0 else { return schedule(StepEvent.dataMoved, ordinal, at: now, &queue) }
        let path = transfer.isWriting ? plane.write : plane.read
        let flow = machine.network.start(
            bytesPerLane: path.bytesPerLane(of: transfer.bytes), path: path.links, token: Self.token(ordinal),
            owner: component, at: now)
        transfers.update(index) { $0.flow = flow }
    }

    /// The flow of a movement has landed.
    mutating func dataLanded(_ token: Int64, at now: Nanoseconds, _ queue: inout EventQueue) {
        let ordinal = Self.token(token)
        guard isRunning, let index = transfers.index(of: ordinal), let plane = configuration.streaming?.plane
        else { return }
        lastActivity = now
        let transfer = transfers.underWay[index]
        let path = transfer.isWriting ? plane.write : plane.read
        linkBytes.addData(path.bytesPerLane(of: transfer.bytes), over: path.links)
        transfers.update(index) { $0.flow = nil }
        schedule(StepEvent.dataMoved, ordinal, at: now + path.latencyNanoseconds, &queue)
    }

    /// A movement has ended: a streamed pass has its samples, and the next one asks for them.
    mutating func endMovement(
        _ ordinal: Int64, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        guard let index = transfers.index(of: ordinal) else { return }
        transfers.update(index) { $0.moved += 1 }
        let transfer = transfers.underWay[index]
        if transfer.moved >= 2, transfer.moved - 2 < transfer.passes.count {
            let (pass, times) = transfer.passes[transfer.moved - 2]
            addStreamed(pass, times, from: now)
        }
        if transfer.moved <= transfer.readers {
            let reader = transfer.moved - 1
            let stage = transfer.passes.isEmpty ? reader : transfer.passes[reader].pass.rawValue
            let answered = store?.request(stage: stage, at: now) ?? now
            return schedule(StepEvent.dataAnswered, ordinal, at: answered, &queue)
        }
        transfers.remove(index)
        guard waiting == .data, transfers.isSettled else { return }
        waiting = .nothing
        settleStream(since: transfers.awaitedSince, at: now, &queue)
        guard waiting == .nothing else { return }
        position += 1
        advance(at: now, &queue, &machine)
    }

    /// Nobody needs what is still moved.
    mutating func cancelTransfers(at now: Nanoseconds, _ machine: inout Machine) {
        for transfer in transfers.underWay {
            if let flow = transfer.flow { machine.network.cancel(flow, at: now) }
        }
        transfers = DataTransfers()
    }

    private func schedule(_ kind: UInt16, _ ordinal: Int64, at time: Nanoseconds, _ queue: inout EventQueue) {
        queue.schedule(Event(time: time, component: component, kind: kind, phase: .transfer, a: ordinal, b: 0))
    }
}
