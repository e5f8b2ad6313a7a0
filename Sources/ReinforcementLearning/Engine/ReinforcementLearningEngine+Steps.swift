import EventEngine
import Hardware
import Training

/// The training side: it runs its instructions until one of them has to wait.
extension ReinforcementLearningEngine {
    /// What was waited for has happened: on with the next instruction.
    mutating func proceed(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        waiting = .nothing
        switch instructions[position] {
        case .compute(let pass): finishPass(pass, at: now, &machine)
        case .reshard where roundsLeft > 0, .lendReshard where roundsLeft > 0:
            startRound(at: now, &queue, &machine)
            return
        default: break
        }
        position += 1
        advance(at: now, &queue, &machine)
    }

    mutating func advance(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        while isRunning, waiting == .nothing {
            if position == instructions.count {
                if step == 0 { openStep(at: now) }
                instructions = program.step
                position = 0
            }
            do {
                try execute(instructions[position], at: now, &queue, &machine)
            } catch {
                fail(RunFailure(phase: phase, message: "\(error)"), at: now, &machine)
                return
            }
            if waiting == .nothing { position += 1 }
        }
    }

    private mutating func execute(
        _ instruction: Instruction, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) throws(OutOfMemory) {
        switch instruction {
        case .begin(let next): begin(next, at: now)
        case .compute(let pass): try startPass(pass, at: now, &queue, &machine)
        case .hold(let part): try memory.hold(part, isTraining: true, at: now, &machine)
        case .free(let part): memory.free(part, isTraining: true, at: now, &machine)
        case .holdRollout(let part): try holdForRollout(part, at: now, &machine)
        case .freeRollout(let part): memory.free(part, isTraining: false, at: now, &machine)
        case .toHost(let part):
            try memory.keepOnHost(part, at: now, &machine)
            copy(part, .toHost, at: now, &queue, &machine)
        case .toDevice(let part):
            try memory.keepOnHost(part, at: now, &machine)
            copy(part, .toDevice, at: now, &queue, &machine)
        case .reshard: startReshard(configuration.reshard, at: now, &queue, &machine)
        case .switchOver:
            let fixed = phase == .reshardToTrain ? configuration.times.fixed?.reshardToTrain : nil
            let time = fixed ?? configuration.transition.switchNanoseconds
            if time > 0 { wait(time, at: now, &queue) }
        case .wake: wake(at: now, &queue, &machine)
        case .sleep: sleep(at: now, &queue, &machine)
        case .generate: if step < configuration.steps { generate(at: now, &queue, &machine) }
        case .awaitGeneration: if !isGenerated { waiting = .generation }
        case .takeBatch: takeGeneratedBatch(at: now, &queue, &machine)
        case .awaitRewards: awaitRewards(at: now, &queue)
        case .awaitStore: awaitStore(at: now, &queue)
        case .awaitStream: awaitStream(at: now, &queue)
        case .advantages:
            let samples = batch.count * configuration.algorithm.rolloutsPerPrompt
            wait(configuration.algorithm.advantageNanoseconds * Int64(samples), at: now, &queue)
        case .awaitMiniBatch: awaitMiniBatch(at: now, &queue, &machine)
        case .beginSync: beginSync(at: now, &queue, &machine)
        case .endSync: endSync(at: now, &queue, &machine)
        case .lend: try lend(at: now, &queue, &machine)
        case .lendReshard:
            if lending == .leaving { startReshard(configuration.lentReshard, at: now, &queue, &machine) }
        case .lendWake: beginLending(at: now, &queue, &machine)
        case .reclaim: try reclaim(at: now, &queue, &machine)
        case .publish:
            version += 1
            isTraining = false
        case .endStep: endStep(at: now, &queue, &machine)
        }
    }

    // MARK: Phases

    mutating func begin(_ next: StepPhase, at now: Nanoseconds) {
        current.phases[phase.rawValue] += now - phaseStart
        phase = next
        phaseStart = now
    }

    private mutating func openStep(at now: Nanoseconds) {
        current = StepRecord()
        current.start = now
        phaseStart = now
    }

    private mutating func endStep(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        begin(.wait, at: now)
        current.end = now
        if !generatesBatches { current.generationNanoseconds = current.duration - current.time(of: .weightSync) }
        let use = rollout.use
        current.use = use.since(useAtStepStart)
        useAtStepStart = use
        countExposed()
        records.append(current)
        step += 1
        openStep(at: now)
        guard step == configuration.steps else { return }
        finish(at: now, &queue, &machine)
    }

    /// All steps are done: what is still generated is given up, and all memory given back.
    private mutating func finish(at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine) {
        for replica in 0..<rollout.replicaCount { rollout.halt(replica, at: now, &queue, &machine) }
        collectAbandoned()
        cancelTransfers(at: now, &machine)
        memory.freeAll(at: now, &machine)
        isRunning = false
        lastActivity = now
    }

    mutating func fail(_ failure: RunFailure, at now: Nanoseconds, _ machine: inout Machine) {
        self.failure = failure
        isRunning = false
        lastActivity = now
        for flow in flows { machine.network.cancel(flow, at: now) }
        cancelTransfers(at: now, &machine)
        memory.freeAll(at: now, &machine)
    }

    private mutating func holdForRollout(
        _ part: MemoryPart, at now: Nanoseconds, _ machine: inout Machine
    ) throws(OutOfMemory) {
        guard configuration.times.fixed == nil else { return }
        try memory.hold(part, isTraining: false, at: now, &machine)
    }

    /// Passes that nothing was generated beside are exposed whole; of streamed ones that is counted as they end.
    private mutating func countExposed() {
        let streamed = configuration.streaming?.streamedPasses ?? []
        let phases: [(ComputePass, StepPhase)] = [
            (.reference, .reference), (.reward, .reward), (.oldLogProbabilities, .oldLogProbabilities),
        ]
        for (pass, phase) in phases where !streamed.contains(pass) {
            current.exposed[pass.rawValue] = current.time(of: phase)
        }
    }

    // MARK: Passes

    private mutating func startPass(
        _ pass: ComputePass, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) throws(OutOfMemory) {
        guard failedTrainers == 0 else { return stall() }
        let state = configuration.memory
        let bytes = pass.pass == .update ? state.updateActivationBytes : state.forwardActivationBytes
        try memory.hold(.activations, isTraining: true, bytes: bytes, at: now, &machine)
        passUnderWay = passTimes(pass, groups: batch.count, load: batchLoad)
        wait(passProgress.begin(passUnderWay.totalNanoseconds, at: now), at: now, &queue)
    }

    private mutating func finishPass(_ pass: ComputePass, at now: Nanoseconds, _ machine: inout Machine) {
        memory.free(.activations, isTraining: true, at: now, &machine)
        let times = passUnderWay
        let elapsed = now - passProgress.start
        current.trainBusy += elapsed
        current.pipelineBubble += times.bubbleNanoseconds
        current.modelFlop += times.modelFlop
        current.slowedNanoseconds += elapsed - times.totalNanoseconds
        if pass.pass == .update { current.updateNanoseconds += elapsed }
    }

    /// A device failed in the middle of something: its activations are gone.
    mutating func undoPass(at now: Nanoseconds, _ machine: inout Machine) {
        if case .compute = instructions[position] { memory.free(.activations, isTraining: true, at: now, &machine) }
        roundsLeft = 0
    }

    /// Training cannot go on before its device is repaired.
    mutating func stall() {
        mark += 1
        waiting = .time
    }

    /// A pass over the responses of so many groups.
    func passTimes(_ pass: ComputePass, groups: Int, load: TrainingLoad) -> PassTimes {
        switch configuration.times {
        case .fixed(let fixed):
            var times = PassTimes()
            let share = Double(groups) / Double(configuration.algorithm.promptsPerStep)
            times.computeNanoseconds = fixed.nanoseconds(
                pass, share: share, devices: configuration.placement.trainDevices.count)
            return times
        case .computed(let timer):
            let epochs = pass.pass == .update ? configuration.algorithm.epochs : 1
            let perMiniBatch = configuration.algorithm.miniBatchPrompts
            let miniBatches = max(1, (groups + perMiniBatch - 1) / perMiniBatch)
            let once = timer.times(pass.pass, heaviestRank: load, optimizerSteps: miniBatches)
            return (1..<max(1, epochs)).reduce(once) { sum, _ in sum + once }
        }
    }

    /// What the data-parallel copy with the most tokens of some groups computes.
    func load(of groups: [Int32]) -> TrainingLoad {
        guard case .computed(let timer) = configuration.times else { return TrainingLoad() }
        return TrainingLoad.heaviest(of: lengths(of: groups), ranks: timer.configuration.parallelism.data)
    }

    /// Tokens of each finished sequence, prompt and response.
    func lengths(of groups: [Int32]) -> [Int] {
        var lengths: [Int] = []
        lengths.reserveCapacity(groups.count * samplesPerGroup)
        for group in groups {
            let prompt = Int(self.groups[Int(group)].promptTokens)
            for sample in sampleRange(of: group) where samples[sample].stage == .finished {
                lengths.append(prompt + Int(samples[sample].done))
            }
        }
        return lengths
    }

    func sampleRange(of group: Int32) -> Range<Int> {
        Int(group) * samplesPerGroup..<(Int(group) + 1) * samplesPerGroup
    }
}
