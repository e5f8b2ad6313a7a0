/// The devices that a round-based scheduler divides: some kinds, a number of each.
public struct RoundCluster: Equatable, Sendable {
    /// One kind of device.
    public struct Kind: Equatable, Sendable {
        /// The name, as the throughput tables know it.
        public var name: String
        /// How many devices of the kind there are.
        public var count: Int

        /// A kind of device, `count` strong.
        public init(name: String, count: Int) {
            self.name = name
            self.count = count
        }
    }

    /// The kinds; where a scheduler goes through them one by one, it goes in this order.
    public var kinds: [Kind]

    /// A cluster of these kinds.
    public init(kinds: [Kind]) {
        self.kinds = kinds
    }

    /// All devices.
    public var deviceCount: Int { kinds.reduce(0) { $0 + $1.count } }
}
