import EventEngine

/// What a job pays before it goes on, each time that it starts again after a preemption or a failure.
public struct RestartCost: Sendable, Equatable {
    /// For one device.
    public var single: Nanoseconds
    /// For 2 to 8 devices.
    public var few: Nanoseconds
    /// For more than 8 devices.
    public var many: Nanoseconds

    /// A cost by size of the gang.
    public init(single: Nanoseconds, few: Nanoseconds, many: Nanoseconds) {
        self.single = single
        self.few = few
        self.many = many
    }

    /// 7, 30 and 60 s: what HeliosArtifact (SC 2021) adds.
    public static let standard = RestartCost(single: 7_000_000_000, few: 30_000_000_000, many: 60_000_000_000)
    /// Nothing.
    public static let free = RestartCost(single: 0, few: 0, many: 0)

    /// The cost for a gang.
    public func nanoseconds(devices: Int32) -> Nanoseconds {
        switch devices {
        case ...1: single
        case ...8: few
        default: many
        }
    }
}
