import Hardware

/// Which devices train and which generate.
public enum PlacementMode: String, Sendable, CaseIterable {
    /// The same devices by turns.
    case cocard
    /// Devices of their own for each.
    case separated
    /// Devices of their own, and training devices also generate while they have nothing to train on.
    case hybrid
}

/// Devices of both sides, in rank order.
public struct PlacementConfiguration: Sendable {
    /// Whether both sides have the same devices, their own, or lend some.
    public var mode: PlacementMode
    /// Devices that train, in rank order.
    public var trainDevices: [DeviceID]
    /// Training devices that hold one whole model: tensor times pipeline ranks.
    public var modelShards: Int
    /// Devices of each replica; with `hybrid` those on training devices come last.
    public var replicas: [[DeviceID]]
    /// How many of the replicas, the last ones, are on lent training devices.
    public var lentReplicas: Int
    /// How the devices are held, and the share of their cores that the workload has while others compute there.
    public var leaseMode = LeaseMode.exclusive
    /// Share of the cores that the workload has while others compute on its devices, 0 to 1.
    public var coreShare = 1.0
    /// Devices of a card on either side: 2 where a package has two dies that are devices, else 1.
    public var trainPerCard = 1
    /// Devices of a card on the generating side.
    public var rolloutPerCard = 1
    /// What a device costs an hour, in any currency.
    public var pricePerDeviceHour: Double?

    public init(
        mode: PlacementMode, trainDevices: [DeviceID], modelShards: Int, replicas: [[DeviceID]], lentReplicas: Int = 0,
        pricePerDeviceHour: Double? = nil
    ) {
        self.mode = mode
        self.trainDevices = trainDevices
        self.modelShards = modelShards
        self.replicas = replicas
        self.lentReplicas = lentReplicas
        self.pricePerDeviceHour = pricePerDeviceHour
    }

    /// All devices that the workload holds.
    public var deviceCount: Int {
        let rollout = replicas.dropLast(lentReplicas).reduce(0) { $0 + $1.count }
        return mode == .cocard ? max(rollout, trainDevices.count) : rollout + trainDevices.count
    }

    /// Packages of all devices, of those that train and of those that generate.
    public var cards: Double {
        mode == .cocard ? trainCards : trainCards + Double(deviceCount - trainDevices.count) / Double(rolloutPerCard)
    }
    /// Packages of the devices that train.
    public var trainCards: Double { Double(trainDevices.count) / Double(trainPerCard) }
    /// Packages of the devices that generate, lent ones included.
    public var rolloutCards: Double {
        let lent = replicas.suffix(lentReplicas).reduce(0) { $0 + $1.count }
        return Double(rolloutDeviceCount - lent) / Double(rolloutPerCard) + Double(lent) / Double(trainPerCard)
    }

    /// Devices that generate when all do.
    public var rolloutDeviceCount: Int { replicas.reduce(0) { $0 + $1.count } }
}
