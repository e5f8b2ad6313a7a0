import Hardware
import JSONText
import ModelGraph
import Timing
import Training

/// A training workload bound to devices.
public struct TrainingPlan: Sendable {
    /// What the engine is made from.
    public var configuration: TrainingRunConfiguration
    /// In rank order.
    public var devices: [DeviceID]
    /// The kind of device that trains.
    public var device: DeviceDescriptor
    /// Timing parameters of the device.
    public var profile: TimingProfile
}

/// Binds a training workload to the devices of a cluster; problems are reported where the scenario states what is
/// wrong. Too little memory is no problem here: it is a result of the run.
struct TrainingBinder {
    let specification: TrainingSpecification
    let diagnostics: JSONDiagnostics

    /// The plan, its devices leased; nil when something does not fit together.
    func bind(to machine: inout Machine) -> TrainingPlan? {
        let groups = machine.cluster.specification.nodeGroups
        guard let node = groups.first(where: { $0.name == specification.nodes })?.node,
            checkCuts(node), let profile = profile(of: node.device),
            let training = configuration(node, profile, machine.cluster.specification),
            let devices = lease(node, &machine)
        else { return nil }
        return TrainingPlan(
            configuration: TrainingRunConfiguration(
                name: specification.name, training: training, steps: specification.steps,
                sequencesPerStep: specification.sequences, sequenceTokens: specification.sequenceTokens,
                checkpoint: specification.checkpoint, startNanoseconds: specification.startNanoseconds),
            devices: devices, device: node.device, profile: profile)
    }

    /// Ranks that cannot share what they cut.
    private func checkCuts(_ node: NodeDescriptor) -> Bool {
        let train = specification.train, model = specification.model
        if train.tensor > node.devicesPerNode {
            report(["train", "tensor_parallel"], "\(train.tensor) ranks do not fit one node of "
                + "\(node.devicesPerNode) devices, and a tensor-parallel group stays inside a node",
                remedy: "use at most \(node.devicesPerNode)")
        } else if !model.heads(fit: train.tensor) {
            report(["train", "tensor_parallel"], "\(train.tensor) ranks cannot share the heads of \(model.name)")
        } else if train.pipeline > model.layers {
            report(["train", "pipeline_parallel"], "\(train.pipeline) stages for the \(model.layers) layers of "
                + model.name, remedy: "use at most \(model.layers)")
        } else if train.expert > 1, model.mixtureOfExperts == nil {
            report(["train", "expert_parallel"], "\(model.name) has no experts", remedy: "leave it out")
        } else {
            return true
        }
        return false
    }

    private func configuration(
        _ node: NodeDescriptor, _ profile: TimingProfile, _ cluster: ClusterSpecification
    ) -> TrainingConfiguration? {
        let train = specification.train
        do {
            let layout = try TrainingParallelism(
                devices: specification.devices, tensor: train.tensor, pipeline: train.pipeline,
                context: train.context, expert: train.expert)
            guard specification.sequences >= layout.data else {
                report(["batch", "sequences"], "\(specification.sequences) sequences for \(layout.data) copies of "
                    + "the model leave some without work", remedy: "use at least \(layout.data)")
                return nil
            }
            return train.configuration(
                model: specification.model, parallelism: layout, node: node, profile: profile,
                networkEfficiency: cluster.networkEfficiency)
        } catch {
            report(["devices"], "\(error)")
            return nil
        }
    }

    private func profile(of device: DeviceDescriptor) -> TimingProfile? {
        do {
            guard let file = specification.train.timing else { return try ProfileRegistry.profile(for: device.name) }
            return try ProfileRegistry.profile(for: device.name, patchedBy: file)
        } catch {
            report(["train", "timing"], "\(error)")
            return nil
        }
    }

    /// Tensor-parallel groups inside nodes, one behind the other.
    private func lease(_ node: NodeDescriptor, _ machine: inout Machine) -> [DeviceID]? {
        do {
            let size = specification.train.tensor
            let groups = try machine.cluster.placement(
                in: specification.nodes, replicas: specification.devices / size, tensorParallel: size)
            let devices = groups.flatMap { $0 }
            _ = try machine.cluster.lease(devices, owner: specification.name)
            return devices
        } catch {
            report(["devices"], "\(error)")
            return nil
        }
    }

    private func report(_ keys: [String], _ message: String, remedy: String? = nil) {
        let path = keys.reduce(specification.path) { $0.appending(key: $1) }
        diagnostics.report(path, message, remedy: remedy)
    }
}

extension TrainSpecification {
    /// The configuration of training on devices of a node type.
    /// - Parameter networkEfficiency: share of a NIC's rate that transfers reach.
    func configuration(
        model: ModelDescriptor, parallelism: TrainingParallelism, node: NodeDescriptor, profile: TimingProfile,
        networkEfficiency: Double
    ) -> TrainingConfiguration {
        var device = node.device
        if let peak = peakFlopPerSecond { device.matrixRates[.bf16] = .chosen(peak) }
        let links = TrainingLinks(
            node: node, linkEfficiency: profile.collective.linkEfficiency.value, networkEfficiency: networkEfficiency)
        let speed: TrainingSpeed = utilisation.map { .utilisation($0) } ?? .operators(OperatorTimer(
            device: device, scaleUpBytesPerSecond: node.collectiveBytesPerSecond, profile: profile))
        return TrainingConfiguration(
            model: model, parallelism: parallelism, sharding: sharding,
            precision: TrainingPrecision(gradientBytes: gradientBytes), recompute: recompute, schedule: schedule,
            microBatchTokens: microBatchTokens, speed: speed, device: device, links: links)
    }
}
