/// Builds the instructions of a workload: once before the first step, then for each step.
struct StepProgram: Sendable, Equatable {
    private(set) var prologue: [Instruction] = []
    private(set) var step: [Instruction] = []

    private let algorithm: AlgorithmConfiguration
    private let schedule: ScheduleConfiguration
    private let transition: TransitionConfiguration
    private let mode: PlacementMode
    private let reward: RewardKind
    private let streamed: [ComputePass]

    init(_ configuration: ReinforcementLearningConfiguration) {
        algorithm = configuration.algorithm
        schedule = configuration.schedule
        transition = configuration.transition
        mode = configuration.placement.mode
        reward = configuration.rollout.reward.kind
        streamed = configuration.streaming?.streamedPasses ?? []
        switch mode {
        case .cocard: buildShared()
        case .separated, .hybrid: buildSeparated()
        }
    }

    // MARK: Shared cards

    /// The order of MindSpeed-RL: enter infer, rollout, exit infer, reference, reward, old log-probabilities,
    /// update, exit train. Between steps the training weights stay on the device.
    private mutating func buildShared() {
        prologue = [.hold(.reserved), .hold(.residue), .hold(.parameters)]
        if !transition.offloadsOptimizer { prologue.append(.hold(.optimizer)) }
        if transition.keepsGradients { prologue.append(.hold(.gradients)) }
        if !transition.offloadsParameters, algorithm.hasReference { prologue.append(.hold(.reference)) }
        if algorithm.hasCritic, !transition.offloadsParameters { prologue.append(.hold(.criticParameters)) }
        if algorithm.hasCritic, !transition.offloadsOptimizer { prologue.append(.hold(.criticOptimizer)) }
        enterInfer()
        step += [.begin(.rollout), .generate, .awaitGeneration, .takeBatch, .begin(.wait), .awaitStore]
        step += [.begin(.reshardToTrain), .sleep, .freeRollout(.keyValue), .freeRollout(.inferActivations)]
        step += [.freeRollout(.headroom), .freeRollout(.inferWeights), .switchOver]
        swapped(.reference, part: .reference, pass: .reference, isUsed: algorithm.hasReference)
        rewards()
        step.append(.begin(.reshardToTrain))
        if transition.offloadsParameters { step += [.hold(.parameters), .toDevice(.parameters)] }
        step += [.begin(.oldLogProbabilities), .compute(.oldLogProbabilities)]
        if algorithm.hasCritic { swapped(.values, part: .criticParameters, pass: .values, isUsed: true) }
        advantages()
        if algorithm.hasCritic { critic() }
        actor()
        step += [.publish, .endStep]
    }

    private mutating func enterInfer() {
        step = [.begin(.reshardToInfer)]
        if transition.wakeOrder == .together { step.append(.holdRollout(.keyValue)) }
        step += [.holdRollout(.inferWeights), .switchOver, .holdRollout(.transit), .reshard, .freeRollout(.transit)]
        if transition.offloadsParameters { step += [.toHost(.parameters), .free(.parameters)] }
        step += [.holdRollout(.headroom), .holdRollout(.inferActivations)]
        if transition.wakeOrder == .weightsFirst { step.append(.holdRollout(.keyValue)) }
        step.append(.wake)
    }

    /// A pass whose weights come for it and go again.
    private mutating func swapped(_ phase: StepPhase, part: MemoryPart, pass: ComputePass, isUsed: Bool) {
        guard isUsed else { return }
        step.append(.begin(phase))
        if transition.offloadsParameters { step += [.hold(part), .toDevice(part)] }
        step.append(.compute(pass))
        if transition.offloadsParameters { step += [.toHost(part), .free(part)] }
    }

    private mutating func critic() {
        step.append(.begin(.updateCritic))
        if transition.offloadsParameters { step += [.hold(.criticParameters), .toDevice(.criticParameters)] }
        if transition.offloadsOptimizer { step += [.hold(.criticOptimizer), .toDevice(.criticOptimizer)] }
        if !transition.keepsGradients { step.append(.hold(.gradients)) }
        step.append(.compute(.updateCritic))
        if !transition.keepsGradients { step.append(.free(.gradients)) }
        if transition.offloadsOptimizer { step += [.toHost(.criticOptimizer), .free(.criticOptimizer)] }
        if transition.offloadsParameters { step += [.toHost(.criticParameters), .free(.criticParameters)] }
    }

    private mutating func actor() {
        if transition.offloadsOptimizer {
            step += [.begin(.onloadOptimizer), .hold(.optimizer), .toDevice(.optimizer)]
        }
        step.append(.begin(.updateActor))
        if !transition.keepsGradients { step.append(.hold(.gradients)) }
        step.append(.compute(.updateActor))
        if !transition.keepsGradients { step.append(.free(.gradients)) }
        if transition.offloadsOptimizer {
            step += [.begin(.offloadOptimizer), .toHost(.optimizer), .free(.optimizer)]
        }
    }

    private mutating func advantages() {
        if algorithm.advantageNanoseconds > 0 { step += [.begin(.advantages), .advantages] }
    }

    private mutating func rewards() {
        switch reward {
        case .none: return
        case .rule: step += [.begin(.reward), .awaitRewards]
        case .model: step += [.begin(.reward), .compute(.reward)]
        }
    }

    // MARK: Cards of their own

    private mutating func buildSeparated() {
        prologue = [.hold(.reserved), .hold(.residue), .hold(.parameters), .hold(.optimizer)]
        if algorithm.hasReference { prologue.append(.hold(.reference)) }
        if algorithm.hasCritic { prologue += [.hold(.criticParameters), .hold(.criticOptimizer)] }
        prologue += [.holdRollout(.reserved), .holdRollout(.headroom), .holdRollout(.inferWeights)]
        prologue += [.holdRollout(.inferActivations), .holdRollout(.keyValue), .wake]
        switch schedule.kind {
        case .sync:
            step = weightSync
            step += [.begin(.rollout), .generate]
            waitForGeneration()
            trainPasses()
        case .oneStepOff:
            prologue.append(.generate)
            step.append(.begin(.wait))
            waitForGeneration()
            step += weightSync + [.generate]
            trainPasses()
        case .async:
            prologue.append(.generate)
            for _ in 0..<max(1, algorithm.promptsPerStep / algorithm.miniBatchPrompts) {
                step += [.begin(.wait), .awaitMiniBatch]
                trainPasses()
                // Without a sync after this mini-batch the three are passed over.
                step += [.begin(.weightSync), .beginSync, .reshard, .endSync]
            }
        }
        step.append(.endStep)
    }

    private var weightSync: [Instruction] {
        [.begin(.weightSync), .holdRollout(.transit), .reshard, .freeRollout(.transit), .wake]
    }

    private mutating func waitForGeneration() {
        if mode == .hybrid { step += [.lend, .lendReshard, .lendWake] }
        step += [.awaitGeneration, .takeBatch]
        if mode == .hybrid { step.append(.reclaim) }
    }

    private mutating func trainPasses() {
        step += [.begin(.wait), .awaitStore]
        if !streamed.isEmpty { step.append(.awaitStream) }
        if algorithm.hasReference, !streamed.contains(.reference) {
            step += [.begin(.reference), .compute(.reference)]
        }
        if !streamed.contains(.reward) { rewards() }
        if !streamed.contains(.oldLogProbabilities) {
            step += [.begin(.oldLogProbabilities), .compute(.oldLogProbabilities)]
        }
        if algorithm.hasCritic { step += [.begin(.values), .compute(.values)] }
        advantages()
        if algorithm.hasCritic {
            step += [.begin(.updateCritic), .hold(.gradients), .compute(.updateCritic), .free(.gradients)]
        }
        step += [.begin(.updateActor), .hold(.gradients), .compute(.updateActor), .free(.gradients), .publish]
    }
}
