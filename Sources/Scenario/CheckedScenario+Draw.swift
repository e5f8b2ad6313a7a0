import Hardware
import JSONText
import Serving
import Timing

extension CheckedScenario {
    /// The same scenario on devices and links whose timing parameters are drawn: same requests, same memory,
    /// same placement, other durations.
    public func drawn(_ draw: ParameterDraw) -> CheckedScenario {
        var drawn = self
        for plan in plans.indices {
            for pool in plans[plan].pools.indices {
                drawn.drawPool(pool, of: plan, draw)
            }
        }
        drawn.machine = machine(drawn: draw)
        drawn.drawTraining(draw)
        return drawn
    }

    private mutating func drawPool(_ pool: Int, of plan: Int, _ draw: ParameterDraw) {
        let configuration = plans[plan].configuration.pools[pool]
        guard let device = configuration.replicas.first?.first else { return }
        let layout = machine.cluster.layout
        let link = layout.descriptor(of: layout.node(of: device)).collectiveBytesPerSecond
        let known = plans[plan].pools[pool]
        let profile = known.profile.drawn(draw, for: known.device, linkBytesPerSecond: link)
        plans[plan].pools[pool].profile = profile
        let operators = configuration.cost.operators
        let timer = OperatorTimer(device: known.device, scaleUpBytesPerSecond: link, profile: profile)
        // The table is off by what measurements are, whatever the formulas are; its ratios are to the drawn ones.
        let factor = draw.factor(
            of: known.device.name + ".measured_kernels",
            logStandardDeviation: Provenance.measured.logStandardDeviation(vendorEverMeasured: true))
        let measured = known.measured.flatMap {
            try? MeasuredRatios($0.table.scaled(by: factor), operators: operators, timer: timer)
        }
        plans[plan].pools[pool].measured = measured
        plans[plan].configuration.pools[pool].cost = StepCostModel(
            operators: operators, timer: timer, host: profile.host, execution: configuration.cost.execution,
            maximumTokens: configuration.engine.maximumBatchTokens,
            maximumSequences: configuration.engine.maximumSequences, measured: measured)
    }

    /// The cluster with a drawn efficiency of its network and set-up time of transfers, the same devices leased.
    /// What copies inside a node reach is a vendor's figure for copies and is kept.
    private func machine(drawn draw: ParameterDraw) -> Machine {
        var specification = machine.cluster.specification
        specification.draw(draw)
        do {
            var machine = try Machine(specification)
            machine.cluster.adoptLeases(of: self.machine.cluster)
            return machine
        } catch {
            preconditionFailure("drawn parameters stay in their ranges and change no placement: \(error)")
        }
    }
}

extension ClusterSpecification {
    fileprivate mutating func draw(_ draw: ParameterDraw) {
        let known = ClusterSpecification(nodeGroups: [])
        let efficiency = draw.factor(
            of: "network.efficiency",
            logStandardDeviation: Self.deviation(networkEfficiency == known.networkEfficiency))
        networkEfficiency = min(1, networkEfficiency * efficiency)
        let setup = draw.factor(
            of: "network.transfer_setup",
            logStandardDeviation: Self.deviation(transferSetupNanoseconds == known.transferSetupNanoseconds))
        transferSetupNanoseconds = Int64(
            (Double(transferSetupNanoseconds) * setup).rounded(.toNearestOrEven))
    }

    /// The defaults are published measurements; what a scenario sets instead is supported by nothing else.
    private static func deviation(_ isDefault: Bool) -> Double {
        let provenance = isDefault ? Provenance.published(source: "KV transfers over RDMA") : .assumed
        return provenance.logStandardDeviation(vendorEverMeasured: true)
    }
}

extension ScenarioDocument {
    /// Seed of parameter draws: the scenario's own, also for variants that state another, so that all of them
    /// share their draws.
    public var drawSeed: UInt64 { value["seed"]?.integerValue.flatMap(UInt64.init(exactly:)) ?? 1 }
}
