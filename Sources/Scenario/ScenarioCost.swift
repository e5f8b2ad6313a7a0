import Hardware

/// What a scenario occupies while it runs: known before anything is simulated.
public struct ScenarioCost: Sendable, Equatable {
    /// Cards that the workloads hold; all of the cluster where they only take cards while they run.
    public var devices: Int
    /// Board power of these cards in watts, as their descriptors state it: an upper bound.
    public var powerWatts: Double
    /// What these cards cost per hour, each its part of its node, in the scenario's currency; nil unless every
    /// one of them has a cost.
    public var costPerHour: Double?

    /// - Parameters:
    ///   - devices: number of cards.
    ///   - powerWatts: their board power.
    ///   - costPerHour: what they cost, if that is known.
    public init(devices: Int, powerWatts: Double, costPerHour: Double? = nil) {
        self.devices = devices
        self.powerWatts = powerWatts
        self.costPerHour = costPerHour
    }
}

extension CheckedScenario {
    /// What the workloads hold at time zero.
    public var cost: ScenarioCost {
        let layout = machine.cluster.layout
        let all = (0..<layout.deviceCount).map { DeviceID($0) }
        let held = all.filter { !machine.cluster.isAvailable($0) }
        var cost = ScenarioCost(devices: 0, powerWatts: 0, costPerHour: 0)
        for device in held.isEmpty || !templates.isEmpty ? all : held {
            let node = layout.descriptor(of: layout.node(of: device))
            cost.devices += 1
            cost.powerWatts += node.device.powerWatts.value
            if let sum = cost.costPerHour, let own = node.costPerHour {
                cost.costPerHour = sum + own / Double(node.devicesPerNode)
            } else {
                cost.costPerHour = nil
            }
        }
        return cost
    }
}
