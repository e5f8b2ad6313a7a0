import Hardware
import ReinforcementLearning
import Serving
import Timing
import Training

extension CheckedScenario {
    /// Draws what times training workloads and both sides of reinforcement learning. What a scenario states outright
    /// (`fixed_phase_times`) is kept; a stated share of the peak is an assumption.
    mutating func drawTraining(_ draw: ParameterDraw) {
        for index in training.indices {
            guard let device = training[index].devices.first else { continue }
            let node = machine.cluster.layout.descriptor(of: machine.cluster.layout.node(of: device))
            training[index].profile = training[index].profile.drawn(
                draw, for: training[index].device, linkBytesPerSecond: node.collectiveBytesPerSecond)
            let drawn = training[index].configuration.training.drawn(
                draw, training[index].profile, on: node, machine.cluster.specification)
            training[index].configuration.training = drawn
        }
        for index in learning.indices {
            drawRollout(index, draw)
            drawPasses(index, draw)
        }
    }

    private func node(of device: DeviceID?) -> NodeDescriptor? {
        device.map { machine.cluster.layout.descriptor(of: machine.cluster.layout.node(of: $0)) }
    }

    private mutating func drawRollout(_ index: Int, _ draw: ParameterDraw) {
        let placement = learning[index].configuration.placement
        guard let node = node(of: placement.replicas.first?.first) else { return }
        let link = node.collectiveBytesPerSecond
        let profile = learning[index].profile.drawn(
            draw, for: learning[index].rolloutDevice, linkBytesPerSecond: link)
        learning[index].profile = profile
        let timer = OperatorTimer(device: node.device, scaleUpBytesPerSecond: link, profile: profile)
        for pool in learning[index].configuration.serving.pools.indices {
            let known = learning[index].configuration.serving.pools[pool]
            learning[index].configuration.serving.pools[pool].cost = StepCostModel(
                operators: known.cost.operators, timer: timer, host: profile.host, execution: known.cost.execution,
                maximumTokens: known.engine.maximumBatchTokens, maximumSequences: known.engine.maximumSequences)
        }
    }

    private mutating func drawPasses(_ index: Int, _ draw: ParameterDraw) {
        guard case .computed(let timer) = learning[index].configuration.times,
            let profile = learning[index].trainProfile,
            let node = node(of: learning[index].configuration.placement.trainDevices.first) else { return }
        let own = profile.drawn(
            draw, for: learning[index].trainDevice, linkBytesPerSecond: node.collectiveBytesPerSecond)
        let drawn = timer.configuration.drawn(draw, own, on: node, machine.cluster.specification)
        learning[index].trainProfile = own
        learning[index].training = drawn
        learning[index].configuration.times = .computed(TrainingTimer(drawn))
    }
}

extension TrainingConfiguration {
    /// The same training with a drawn profile and network, or a drawn share of the peak.
    fileprivate func drawn(
        _ draw: ParameterDraw, _ profile: TimingProfile, on node: NodeDescriptor, _ cluster: ClusterSpecification
    ) -> TrainingConfiguration {
        var drawn = self
        switch speed {
        case .utilisation(let share):
            let factor = draw.factor(
                of: "\(device.name).train.utilisation",
                logStandardDeviation: Provenance.assumed.logStandardDeviation(vendorEverMeasured: true))
            drawn.speed = .utilisation(min(1, share * factor))
        case .operators:
            drawn.speed = .operators(OperatorTimer(
                device: device, scaleUpBytesPerSecond: node.collectiveBytesPerSecond, profile: profile))
        }
        drawn.links = TrainingLinks(
            node: node, linkEfficiency: profile.collective.linkEfficiency.value,
            networkEfficiency: cluster.networkEfficiency)
        return drawn
    }
}
