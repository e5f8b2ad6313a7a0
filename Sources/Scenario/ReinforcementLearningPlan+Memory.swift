import Hardware
import ModelGraph
import ReinforcementLearning
import Serving
import Timing
import Training

/// What each device holds, and the rollout engine that fits beside it.
extension ReinforcementLearningBinder {
    private func capacity(of device: DeviceDescriptor) -> Int64 {
        specification.placement.deviceMemoryBytes ?? device.memoryBytes.value
    }

    /// What training keeps on a device while it generates.
    private func residentBytes(_ training: TrainingConfiguration, isShared: Bool) -> Int64 {
        guard isShared else { return 0 }
        let transition = specification.transition.configuration, memory = training.memory
        var bytes: Int64 = 0
        if !transition.offloadsParameters {
            bytes += memory.parameterBytes
            if specification.algorithm.hasReference { bytes += memory.parameterBytes }
            if specification.algorithm.hasCritic { bytes += memory.parameterBytes }
        }
        if !transition.offloadsOptimizer {
            bytes += memory.optimizerBytes * (specification.algorithm.hasCritic ? 2 : 1)
        }
        if transition.keepsGradients { bytes += memory.gradientBytes }
        return bytes
    }

    /// The division of a generating device's memory.
    func memory(
        of training: TrainingConfiguration, _ device: DeviceDescriptor, isLent: Bool
    ) -> RolloutMemory {
        let rollout = specification.rollout
        let isShared = specification.placement.mode == .cocard
        return RolloutMemory(
            capacityBytes: capacity(of: device), utilisation: rollout.memoryUtilisation, model: specification.model,
            tensorParallel: rollout.tensor, keyValueType: rollout.keyValueType,
            residentBytes: isLent ? lentResidentBytes(training) : residentBytes(training, isShared: isShared),
            activationBytes: rollout.reservedBytes, residueBytes: specification.transition.residueBytes)
    }

    /// Of a lent device only the policy's weights and optimizer leave.
    private func lentResidentBytes(_ training: TrainingConfiguration) -> Int64 {
        let memory = training.memory
        return (specification.algorithm.hasReference ? memory.parameterBytes : 0)
            + (specification.algorithm.hasCritic ? memory.parameterBytes + memory.optimizerBytes : 0)
    }

    func stateMemory(
        _ training: TrainingConfiguration, _ trainDevice: DeviceDescriptor, _ rolloutDevice: DeviceDescriptor
    ) -> StateMemory {
        let memory = training.memory, rollout = self.memory(of: training, rolloutDevice, isLent: false)
        var state = StateMemory()
        state.trainReservedBytes = max(0, trainDevice.memoryBytes.value - capacity(of: trainDevice))
        state.rolloutReservedBytes = max(0, rolloutDevice.memoryBytes.value - capacity(of: rolloutDevice))
        // On shared devices it is for others.
        state.headroomBytes = specification.placement.lease.isShared ? 0 : rollout.capacityBytes - rollout.usableBytes
        state.residueBytes = specification.transition.residueBytes
        state.parameterBytes = memory.parameterBytes
        state.gradientBytes = memory.gradientBytes
        state.optimizerBytes = memory.optimizerBytes
        state.referenceBytes = memory.parameterBytes
        state.forwardActivationBytes = training.forwardActivationBytes
        state.updateActivationBytes = training.updateActivationBytes()
        state.inferWeightBytes = rollout.weightBytes
        state.inferActivationBytes = rollout.activationBytes
        state.blocks = blocks(rollout)
        state.keyValueBytes = keyValueBytes(rollout, state.blocks)
        if specification.placement.mode == .hybrid {
            let lent = self.memory(of: training, trainDevice, isLent: true)
            state.lentBlocks = blocks(lent)
            state.lentKeyValueBytes = keyValueBytes(lent, state.lentBlocks)
        }
        return state
    }

    private func blocks(_ memory: RolloutMemory) -> Int {
        Int(memory.tokensPerReplica) / specification.rollout.engine.blockTokens
    }

    /// At least one block is asked for, so that running out shows where it happens.
    private func keyValueBytes(_ memory: RolloutMemory, _ blocks: Int) -> Int64 {
        Int64(max(1, blocks)) * Int64(specification.rollout.engine.blockTokens) * memory.keyValueBytesPerToken
    }

    /// The rollout engine: replicas on their own devices, and those on lent ones.
    func serving(
        _ placement: PlacementConfiguration, _ state: StateMemory, _ node: NodeDescriptor, _ profile: TimingProfile,
        _ longestSequence: Int
    ) -> ServingConfiguration {
        let rollout = specification.rollout
        let operators = StepOperators(
            model: specification.model, parallelism: Parallelism(tensor: rollout.tensor, expert: 1),
            weightType: .bf16, keyValueType: rollout.keyValueType ?? specification.model.keyValueType)
        let cost = StepCostModel(
            operators: operators,
            timer: OperatorTimer(
                device: node.device, scaleUpBytesPerSecond: node.collectiveBytesPerSecond, profile: profile),
            host: profile.host, execution: rollout.execution, maximumTokens: rollout.engine.maximumBatchTokens,
            maximumSequences: rollout.engine.maximumSequences)
        func pool(_ name: String, _ replicas: [[DeviceID]], _ blocks: Int) -> PoolConfiguration {
            PoolConfiguration(
                name: name, role: .mixed, engine: rollout.engine, replicas: replicas, cost: cost,
                blocks: max(1, blocks))
        }
        let own = placement.replicas.count - placement.lentReplicas
        var pools = [pool("rollout", Array(placement.replicas.prefix(own)), state.blocks)]
        if placement.lentReplicas > 0 {
            pools.append(pool("lent", Array(placement.replicas.dropFirst(own)), state.lentBlocks))
        }
        return ServingConfiguration(
            name: specification.name, pools: pools,
            transfer: TransferConfiguration(mode: .pull, firstToken: .decode, wireBytesPerToken: 0),
            maximumContext: longestSequence, prefillRouter: .leastLoaded, decodeRouter: .leastLoaded, seed: seed)
    }

    /// Plans of the weight transfers; false when the two sides do not fit together.
    func addReshard(
        _ training: TrainingConfiguration, to configuration: inout ReinforcementLearningConfiguration
    ) -> Bool {
        let placement = configuration.placement
        let isShared = placement.mode == .cocard
        let method = specification.transition.reshard ?? (isShared ? .allGatherSwap : .shardToShard)
        func plan(_ method: ReshardMethod, _ devices: [DeviceID]) throws -> ReshardPlan {
            let layout = try WeightLayout(
                training: training.parallelism, trainingDevices: placement.trainDevices,
                rolloutTensor: specification.rollout.tensor, rolloutDevices: devices,
                weightBytes: specification.model.weightBytes(.bf16))
            return try ReshardPlan(
                method, layout: layout, bucketBytes: specification.transition.bucketBytes,
                isPinned: specification.transition.configuration.isPinned)
        }
        do {
            let own = placement.replicas.count - placement.lentReplicas
            let devices = placement.replicas.prefix(own).flatMap { $0 }
            let reshard = try plan(method, devices)
            configuration.reshard = reshard
            let buffers = reshard.peakBytes - reshard.redundantBytes - configuration.memory.inferWeightBytes
            configuration.memory.transitBytes = max(0, buffers)
            if placement.lentReplicas > 0 {
                let lent = placement.lentReplicas * specification.rollout.tensor
                configuration.lentReshard = try plan(.allGatherSwap, Array(placement.trainDevices.prefix(lent)))
            }
            return true
        } catch let error as ReshardProblem {
            report("transition", "reshard", "\(error)")
        } catch {
            report("rollout", "tensor_parallel", "\(error)")
        }
        return false
    }
}
