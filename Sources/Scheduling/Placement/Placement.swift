import EventEngine

/// Devices of one node that a job takes.
public struct NodeShare: Sendable, Equatable {
    /// The node.
    public var node: Int32
    /// How many of its devices.
    public var devices: Int32

    /// Devices of a node.
    public init(node: Int32, devices: Int32) {
        self.node = node
        self.devices = devices
    }
}

/// What a job asks of a placement.
public struct PlacementRequest: Sendable {
    /// Devices of the gang, at least one.
    public var devices: Int32
    /// The partition whose nodes it may use.
    public var partition: Int
    /// The node groups it may use, a bit each. A gang lies within one group: cards of one type.
    public var groups: UInt64
    /// The domain that it must lie in; where there is one, it is placed in the smallest that has room, whatever the
    /// placement.
    public var within = PlacementDomain.cluster
    /// Nodes of a super-node; `max` where there are none.
    public var nodesPerSuperNode = Int.max

    /// A request for whole devices.
    public init(devices: Int32, partition: Int = 0, groups: UInt64 = .max) {
        self.devices = devices
        self.partition = partition
        self.groups = groups
    }
}

/// Which nodes a gang gets: all of it, or nothing.
///
/// One file and one line of ``registry`` for each. `choose` looks at one node group, whose free devices suffice in
/// number, and appends the shares; it appends nothing when the gang cannot be placed as it wants.
public struct Placement: Sendable {
    /// The name in scenarios.
    public let name: String
    /// Finds shares in a group.
    let choose: @Sendable (Search, FreeMap, inout RandomStream, inout [NodeShare]) -> Void

    /// A request narrowed to one group.
    struct Search: Sendable {
        var devices: Int32
        var group: Int
        var partition: Int
        /// Devices of a node of the group.
        var nodeSize: Int32
        /// Nodes under one leaf switch; all nodes where there are no leaves.
        var nodesPerLeaf: Int
        /// Nodes of a super-node; `max` where there are none.
        var nodesPerSuperNode: Int
    }

    init(
        _ name: String, choose: @escaping @Sendable (Search, FreeMap, inout RandomStream, inout [NodeShare]) -> Void
    ) {
        self.name = name
        self.choose = choose
    }

    /// All placements, by the names that scenarios use.
    public static let registry: [Placement] = [.consolidate, .pack, .spread, .random, .topology]

    /// The placement of a name, or nil.
    public static func named(_ name: String) -> Placement? { registry.first { $0.name == name } }

    /// Places a gang: the node groups in their order, the first that takes it.
    /// - Parameter shares: emptied, then the shares in the order of ranks; empty when there is no place.
    /// - Returns: whether there is a place.
    public func place(
        _ request: PlacementRequest, in map: FreeMap, nodesPerLeaf: Int, random: inout RandomStream,
        into shares: inout [NodeShare]
    ) -> Bool {
        shares.removeAll(keepingCapacity: true)
        for group in 0..<map.groupCount where request.groups >> UInt64(group) & 1 == 1 {
            guard map.free(group: group, partition: request.partition) >= Int64(request.devices) else { continue }
            let search = Search(
                devices: request.devices, group: group, partition: request.partition, nodeSize: map.nodeSizes[group],
                nodesPerLeaf: nodesPerLeaf, nodesPerSuperNode: request.nodesPerSuperNode)
            if request.within == .cluster {
                choose(search, map, &random, &shares)
            } else {
                _ = map.place(search, within: request.within, into: &shares)
            }
            if !shares.isEmpty { return true }
        }
        return false
    }
}

extension FreeMap {
    /// The node with the fewest free devices that has at least so many; the first of equals, or -1.
    func bestFit(_ devices: Int32, _ search: Placement.Search) -> Int {
        var free = devices
        while free <= search.nodeSize {
            let node = firstNode(group: search.group, partition: search.partition, free: free)
            if node >= 0 { return node }
            free += 1
        }
        return -1
    }
}
