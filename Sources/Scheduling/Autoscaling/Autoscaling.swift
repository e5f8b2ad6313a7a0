import EventEngine

/// How nodes come when jobs wait and go when they are idle: Ray's autoscaler.
///
/// A look at a multiple of `interval`, whenever something has changed, packs the waiting jobs onto the free devices,
/// the nodes that boot and, for what is left, nodes that are off, in the placement of the policy. A node is launched
/// for the jobs that need it, has devices from the end of its boot on, and leaves when it has been idle for its
/// time-out and no waiting job counts on it.
public struct Autoscaling: Sendable, Equatable {
    /// Node groups that grow and shrink, in the order of the cluster.
    public var nodeTypes: [AutoscaledNodes]
    /// Nodes of a type that may boot at once, as a multiple of those that are ready; at least five may, as in Ray.
    public var upscalingSpeed = 1.0
    /// Nodes of all types that may boot at once. Ray's is 10.
    public var maximumConcurrentLaunches = 10
    /// Time between two looks. Ray's is 5 s.
    public var interval: Nanoseconds = 5_000_000_000

    /// Node groups that grow and shrink; set the other fields as needed.
    public init(nodeTypes: [AutoscaledNodes]) { self.nodeTypes = nodeTypes }

    /// How many nodes of a group there may be; nil: it does not scale.
    func maximum(ofGroup group: Int) -> Int? { nodeTypes.first { $0.group == group }?.maximum }

    /// Ray's least number of nodes of a type that may boot at once.
    static let leastLaunches = 5

    /// How many nodes of a type may boot at once while so many are ready.
    func allowedLaunches(ready: Int) -> Int {
        max(Self.leastLaunches, Int((upscalingSpeed * Double(ready)).rounded(.up)))
    }
}

/// A node group that grows and shrinks.
public struct AutoscaledNodes: Sendable, Equatable {
    /// The index of the node group.
    public var group: Int
    /// Nodes that are always there, from the start on.
    public var minimum: Int
    /// Nodes that there may be, those that boot included; at most those of the group.
    public var maximum: Int
    /// From the launch until the node has devices.
    public var bootTime: Nanoseconds
    /// How long a node is idle before it leaves.
    public var idleTimeout: Nanoseconds
    /// What a node costs per hour from its launch on; nil: nobody says.
    public var costPerHour: Double?

    /// A node group with its bounds and times.
    public init(
        group: Int, minimum: Int, maximum: Int, bootTime: Nanoseconds, idleTimeout: Nanoseconds,
        costPerHour: Double? = nil
    ) {
        self.group = group
        self.minimum = minimum
        self.maximum = maximum
        self.bootTime = bootTime
        self.idleTimeout = idleTimeout
        self.costPerHour = costPerHour
    }
}

/// The time of a node in the cluster.
public struct NodeLife: Sendable, Equatable {
    /// The node, and its type as an index into ``Autoscaling/nodeTypes``.
    public var node: Int32
    /// The node's type, as an index into ``Autoscaling/nodeTypes``.
    public var type: Int
    /// When it was launched; 0 for those that are there from the start.
    public var launched: Nanoseconds
    /// When it had devices.
    public var ready: Nanoseconds
    /// When it left; `max` where it stayed.
    public var ended: Nanoseconds = .max
}

/// What an autoscaler knows while the scheduler runs.
struct Autoscaler: Sendable {
    /// Where a node stands.
    enum Power: UInt8, Sendable {
        /// Always there: its group does not scale.
        case fixed
        case off, booting, ready
    }

    let configuration: Autoscaling
    var power: [Power]
    /// The type of each node, or -1.
    var types: [Int]
    /// Since when a node that is ready has had no job; -1: it has some.
    var idleSince: [Nanoseconds]
    /// Nodes of each type that are ready, and that boot.
    var ready: [Int]
    var booting: [Int]
    var lives: [NodeLife] = []
    /// The present life of each node, an index into `lives`, or -1.
    var life: [Int]
    /// When the next look is due; `max`: none is.
    var nextLook: Nanoseconds = .max

    init(_ configuration: Autoscaling, nodeGroups: [Int]) {
        self.configuration = configuration
        types = nodeGroups.map { group in configuration.nodeTypes.firstIndex { $0.group == group } ?? -1 }
        power = types.map { $0 < 0 ? .fixed : .off }
        idleSince = Array(repeating: -1, count: types.count)
        life = Array(repeating: -1, count: types.count)
        ready = configuration.nodeTypes.map { _ in 0 }
        booting = ready
        for node in types.indices where types[node] >= 0 && ready[types[node]] < minimum(of: node) {
            power[node] = .ready
            idleSince[node] = 0
            ready[types[node]] += 1
            begin(NodeLife(node: Int32(node), type: types[node], launched: 0, ready: 0))
        }
    }

    private func minimum(of node: Int) -> Int { configuration.nodeTypes[types[node]].minimum }

    /// Whether neither a boot nor a look will change anything by itself.
    var isQuiet: Bool { nextLook == .max && booting.allSatisfy { $0 == 0 } }

    /// Writes down the begin of a node's time.
    mutating func begin(_ life: NodeLife) {
        self.life[Int(life.node)] = lives.count
        lives.append(life)
    }

    /// The first multiple of the interval from a time on.
    func tick(from time: Nanoseconds) -> Nanoseconds {
        let (last, overflow) = time.addingReportingOverflow(configuration.interval - 1)
        return overflow ? time : last / configuration.interval * configuration.interval
    }
}
