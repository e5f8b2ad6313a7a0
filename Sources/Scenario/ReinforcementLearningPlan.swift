import Hardware
import JSONText
import ModelGraph
import ReinforcementLearning
import Serving
import Timing
import TraceFormats
import Training

/// A reinforcement-learning workload bound to devices, with its memory worked out.
public struct ReinforcementLearningPlan: Sendable {
    /// What the engine is made from.
    public var configuration: ReinforcementLearningConfiguration
    /// How training is cut; nil where phase times are given.
    public var training: TrainingConfiguration?
    /// The kind of device that trains.
    public var trainDevice: DeviceDescriptor
    /// The kind of device that generates.
    public var rolloutDevice: DeviceDescriptor
    /// Of rollout, and of training where its passes are computed.
    public var profile: TimingProfile
    /// Timing of training's operators; nil where passes are not computed.
    public var trainProfile: TimingProfile?
    /// How a generating device's memory is divided; nil where it is not worked out.
    public var rolloutMemory: RolloutMemory?
}

/// Binds a reinforcement-learning workload to the devices of a cluster; problems are reported where the scenario
/// states what is wrong.
struct ReinforcementLearningBinder {
    let specification: ReinforcementLearningSpecification
    let seed: UInt64
    let diagnostics: JSONDiagnostics
    /// Owners of shared devices on which this workload has no place: they train, too.
    var others: [String] = []

    /// The plan, leases taken on the machine; nil when something does not fit together. Too little memory is no
    /// problem here: it is a result of the run.
    func bind(to machine: inout Machine) -> ReinforcementLearningPlan? {
        guard let trainNode = node(specification.placement.trainNodes, machine),
            let rolloutNode = node(specification.placement.rolloutNodes, machine),
            let lengths = lengths(), let devices = leaseDevices(on: &machine, trainNode, rolloutNode),
            let profile = profile(of: rolloutNode.device, specification.rollout.timing, at: "rollout"),
            let times = phaseTimes(trainNode, machine.cluster.specification)
        else { return nil }
        var placement = PlacementConfiguration(
            mode: specification.placement.mode, trainDevices: devices.train,
            modelShards: specification.train.tensor * specification.train.pipeline, replicas: devices.replicas,
            lentReplicas: devices.lent, pricePerDeviceHour: specification.placement.pricePerDeviceHour)
        placement.leaseMode = specification.placement.lease.mode
        placement.coreShare = specification.placement.lease.coreShare
        placement.trainPerCard = trainNode.devicesPerCard
        placement.rolloutPerCard = rolloutNode.devicesPerCard
        var training: TrainingConfiguration?
        if case .computed(let timer) = times { training = timer.configuration }
        let rolloutMemory = training.map { memory(of: $0, rolloutNode.device, isLent: false) }
        let state = training.map { stateMemory($0, trainNode.device, rolloutNode.device) } ?? StateMemory()
        var configuration = ReinforcementLearningConfiguration(
            name: specification.name, seed: seed, steps: specification.steps,
            warmupSteps: specification.warmupSteps, algorithm: specification.algorithm,
            schedule: specification.schedule, rollout: rolloutConfiguration(lengths.longestResponse),
            placement: placement, transition: specification.transition.configuration, lengths: lengths.source,
            times: times, memory: state,
            serving: serving(placement, state, rolloutNode, profile, lengths.longestSequence),
            streaming: streaming(placement, &machine))
        if let training {
            guard addReshard(training, to: &configuration) else { return nil }
            configuration.peakFlopPerSecond = training.peakFlopPerSecond
        }
        configuration.forwardFlopPerToken = TrainingWork(model: specification.model).linearFlopPerToken
        return ReinforcementLearningPlan(
            configuration: configuration, training: training, trainDevice: trainNode.device,
            rolloutDevice: rolloutNode.device, profile: profile,
            trainProfile: training == nil
                ? nil : self.profile(of: trainNode.device, specification.train.timing, at: "train"),
            rolloutMemory: rolloutMemory)
    }

    private func node(_ group: String, _ machine: Machine) -> NodeDescriptor? {
        machine.cluster.specification.nodeGroups.first { $0.name == group }?.node
    }

    func report(_ part: String, _ key: String, _ message: String, remedy: String? = nil) {
        let path = specification.path.appending(key: part).appending(key: key)
        diagnostics.report(path, message, remedy: remedy)
    }

    private func profile(of device: DeviceDescriptor, _ file: String?, at part: String) -> TimingProfile? {
        do {
            guard let file else { return try ProfileRegistry.profile(for: device.name) }
            return try ProfileRegistry.profile(for: device.name, patchedBy: file)
        } catch {
            report(part, "timing", "\(error)")
            return nil
        }
    }

    // MARK: Lengths

    private func lengths() -> (source: LengthSource, longestResponse: Int, longestSequence: Int)? {
        var tools = 0
        if let calls = specification.tools { tools = calls.calls * calls.resultTokens }
        let source: LengthSource, response: Int, sequence: Int
        switch specification.lengths {
        case .generated(let prompts, let responses):
            source = .generated(prompts: prompts, responses: responses)
            (response, sequence) = (responses.cap, prompts.cap + responses.cap)
        case .trace(let file):
            do {
                let rows = try RolloutTraceReader.read(path: file)
                source = .trace(RolloutTrace(rows))
                response = rows.map(\.responseTokens).max() ?? 1
                sequence = rows.map { $0.promptTokens + $0.responseTokens }.max() ?? 1
            } catch {
                report("lengths", "trace", "\(error)")
                return nil
            }
        }
        let longest = specification.model.longestContext
        guard sequence + tools <= longest else {
            report("lengths", "response_tokens", "sequences of up to \(sequence + tools) tokens exceed the longest "
                + "context of \(specification.model.name), \(longest)", remedy: "lower max")
            return nil
        }
        return (source, response + tools, sequence + tools)
    }

    // MARK: Devices

    private func leaseDevices(
        on machine: inout Machine, _ trainNode: NodeDescriptor, _ rolloutNode: NodeDescriptor
    ) -> (train: [DeviceID], replicas: [[DeviceID]], lent: Int)? {
        let placement = specification.placement, tensor = specification.rollout.tensor
        let isFixed = specification.fixedTimes != nil
        guard placement.rolloutDevices.isMultiple(of: tensor) else {
            report("rollout", "tensor_parallel",
                   "\(tensor) devices a replica do not divide \(placement.rolloutDevices) rollout devices")
            return nil
        }
        guard tensor <= rolloutNode.devicesPerNode else {
            report("rollout", "tensor_parallel", "\(tensor) ranks do not fit one node of "
                + "\(rolloutNode.devicesPerNode) devices, and a replica stays inside a node")
            return nil
        }
        guard isFixed || specification.model.heads(fit: tensor) else {
            report("rollout", "tensor_parallel",
                   "\(tensor) ranks cannot share the heads of \(specification.model.name)")
            return nil
        }
        if placement.mode == .cocard {
            guard let replicas = take(
                "train_devices", placement.trainNodes, placement.trainDevices / tensor, tensor, &machine)
            else { return nil }
            return (replicas.flatMap { $0 }, replicas, 0)
        }
        let unit = min(specification.train.tensor, trainNode.devicesPerNode)
        guard placement.trainDevices.isMultiple(of: unit) else {
            report("train", "tensor_parallel", "\(unit) ranks do not divide \(placement.trainDevices) training devices")
            return nil
        }
        guard let train = take(
            "train_devices", placement.trainNodes, placement.trainDevices / unit, unit, &machine),
            var replicas = take(
                "rollout_devices", placement.rolloutNodes, placement.rolloutDevices / tensor, tensor, &machine)
        else { return nil }
        let devices = train.flatMap { $0 }
        guard placement.mode == .hybrid else { return (devices, replicas, 0) }
        let lent = devices.count / tensor
        for index in 0..<lent { replicas.append(Array(devices[index * tensor..<(index + 1) * tensor])) }
        return (devices, replicas, lent)
    }

    private func take(
        _ key: String, _ group: String, _ replicas: Int, _ size: Int, _ machine: inout Machine
    ) -> [[DeviceID]]? {
        do {
            let lease = specification.placement.lease
            let found = try machine.cluster.placement(
                in: group, replicas: max(1, replicas), tensorParallel: size, mode: lease.mode,
                avoiding: lease.isShared ? others + [specification.name] : [])
            for devices in found {
                _ = try machine.cluster.lease(devices, owner: specification.name, mode: lease.mode)
            }
            return found
        } catch {
            report("placement", key, "\(error)")
            return nil
        }
    }

    // MARK: Times

    private func phaseTimes(_ node: NodeDescriptor, _ cluster: ClusterSpecification) -> PhaseTimes? {
        if let fixed = specification.fixedTimes { return .fixed(fixed) }
        let train = specification.train
        guard let profile = profile(of: node.device, train.timing, at: "train") else { return nil }
        var device = node.device
        if let peak = train.peakFlopPerSecond { device.matrixRates[.bf16] = .chosen(peak) }
        do {
            let parallelism = try TrainingParallelism(
                devices: specification.placement.trainDevices, tensor: train.tensor, pipeline: train.pipeline,
                context: train.context, expert: train.expert)
            let speed: TrainingSpeed = train.utilisation.map { .utilisation($0) } ?? .operators(OperatorTimer(
                device: device, scaleUpBytesPerSecond: node.collectiveBytesPerSecond, profile: profile))
            return .computed(TrainingTimer(TrainingConfiguration(
                model: specification.model, parallelism: parallelism, sharding: train.sharding,
                precision: TrainingPrecision(gradientBytes: train.gradientBytes), recompute: train.recompute,
                schedule: train.schedule, microBatchTokens: train.microBatchTokens, speed: speed, device: device,
                links: TrainingLinks(
                    node: node, linkEfficiency: profile.collective.linkEfficiency.value,
                    networkEfficiency: cluster.networkEfficiency))))
        } catch {
            report("placement", "train_devices", "\(error)")
            return nil
        }
    }

    private func rolloutConfiguration(_ longestResponse: Int) -> RolloutConfiguration {
        RolloutConfiguration(
            dispatch: specification.rollout.dispatch,
            inFlightPerReplica: specification.rollout.inFlightPerReplica
                ?? specification.rollout.engine.maximumSequences,
            longestResponse: longestResponse, tools: specification.tools,
            migratesTail: specification.rollout.migratesTail, reward: specification.reward)
    }

    /// Streaming needs devices that are free while others generate; on shared cards the engine is a barrier.
    private func streaming(_ placement: PlacementConfiguration, _ machine: inout Machine) -> StreamingConfiguration? {
        guard let engine = specification.dataEngine else { return nil }
        var passes = specification.placement.mode == .cocard ? [] : engine.streamedPasses
        if !specification.algorithm.hasReference { passes.removeAll { $0 == .reference } }
        if specification.reward.kind != .model { passes.removeAll { $0 == .reward } }
        let readers = 2 + (specification.algorithm.hasReference ? 1 : 0) + (specification.algorithm.hasCritic ? 2 : 0)
        return StreamingConfiguration(
            engine: engine.configuration, streamedPasses: passes, readers: readers,
            plane: plane(engine, placement, &machine))
    }

    /// Links between devices and warehouses on nodes.
    private func plane(
        _ engine: DataEngineSpecification, _ placement: PlacementConfiguration, _ machine: inout Machine
    ) -> DataPlane? {
        guard let name = engine.nodes, let group = machine.cluster.layout.group(named: name) else { return nil }
        do {
            return try DataPlane(
                engine.configuration, owner: specification.name,
                nodes: machine.cluster.layout.nodes(ofGroup: group).map { NodeID($0) },
                writers: placement.replicas.flatMap { $0 }, readers: placement.trainDevices, on: &machine)
        } catch {
            report("data_engine", "nodes", "\(error)")
            return nil
        }
    }
}

extension NodeDescriptor {
    /// Devices of one package, which is bought and plugged as one.
    fileprivate var devicesPerCard: Int {
        if case .packages(let package) = scaleUp { max(1, package.devicesPerPackage) } else { 1 }
    }
}
