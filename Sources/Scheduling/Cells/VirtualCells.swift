import Hardware

/// The guaranteed cells of all tenants: virtual nodes behind the cluster's own in the free map, and what each of them
/// is bound to.
struct VirtualCells: Sendable {
    /// A cell of a tenant.
    private struct Cell {
        var level: CellLevel
        /// The node group of the cluster.
        var group: Int
        /// The physical cell, or -1.
        var bound = -1
        /// Devices that jobs use.
        var used: Int32 = 0
    }

    /// A node of the free map: a cell, or a node of a leaf.
    private struct Node {
        var cell: Int
        /// Where its devices begin within the cell, and how many they are.
        var first: Int
        var size: Int32
    }

    /// Nodes of the cluster; the virtual ones have numbers from here on.
    let nodeCount: Int
    private var tree: CellTree
    private var cells: [Cell] = []
    private var nodes: [Node] = []
    /// The free map's groups of virtual nodes: node group, level and size.
    private(set) var groups: [(group: Int, level: CellLevel, size: Int32)] = []
    /// The group and the partition of each virtual node; a partition of -1 is a gap.
    private(set) var places: [(group: Int, partition: Int)] = []
    /// The opportunistic job that holds each device, or -1.
    var holders: [Int32]
    /// What jobs in cells hold of the cluster's own nodes.
    var physical: [Int32: [NodeShare]] = [:]

    init(_ tenants: [TenantCells], partitions: [Int], nodesPerLeaf: Int, _ cluster: Cluster) {
        nodeCount = cluster.layout.nodeCount
        tree = CellTree(cluster)
        holders = Array(repeating: -1, count: cluster.layout.deviceCount)
        for level in CellLevel.allCases {
            for (tenant, partition) in zip(tenants, partitions) {
                for wanted in tenant.cells where wanted.level == level {
                    add(wanted, partition, nodesPerLeaf, cluster)
                }
            }
        }
    }

    private mutating func add(_ wanted: CellCount, _ partition: Int, _ nodesPerLeaf: Int, _ cluster: Cluster) {
        let size = tree.size(wanted.level, group: wanted.group)
        let nodeSize = wanted.level == .leaf ? tree.size(.node, group: wanted.group) : size
        let known = groups.firstIndex { $0.group == wanted.group && $0.level == wanted.level }
        let group = known ?? groups.count
        if known == nil { groups.append((wanted.group, wanted.level, Int32(nodeSize))) }
        for _ in 0..<wanted.count {
            // Nodes of a leaf are one leaf of the map, too.
            while wanted.level == .leaf, (nodeCount + nodes.count) % nodesPerLeaf > 0 {
                nodes.append(Node(cell: -1, first: 0, size: 0))
                places.append((group, -1))
            }
            for first in stride(from: 0, to: size, by: nodeSize) {
                nodes.append(Node(cell: cells.count, first: first, size: Int32(nodeSize)))
                places.append((group, partition))
            }
            cells.append(Cell(level: wanted.level, group: wanted.group))
        }
    }

    /// Devices for so many of a virtual node, which gets a physical place if it has none: free ones first, then those
    /// that opportunistic jobs hold.
    mutating func take(_ share: NodeShare, isFree: (DeviceID) -> Bool) -> [DeviceID] {
        let node = nodes[Int(share.node) - nodeCount]
        if cells[node.cell].bound < 0 {
            let cell = tree.bind(cells[node.cell].level, group: cells[node.cell].group) { devices in
                devices.count { holders[$0] >= 0 }
            }
            guard let cell else { preconditionFailure("cells of tenants do not fit into the cluster") }
            cells[node.cell].bound = cell
        }
        cells[node.cell].used += share.devices
        let first = tree.devices(of: cells[node.cell].bound).lowerBound + node.first
        let devices = (first..<first + Int(node.size)).map { DeviceID($0) }
        let free = devices.filter(isFree)
        let taken = devices.filter { holders[$0.index] >= 0 }
        return Array((free + taken).prefix(Int(share.devices)))
    }

    /// Gives devices of a virtual node back; a cell without any in use is bound to nothing.
    mutating func release(_ share: NodeShare) {
        let cell = nodes[Int(share.node) - nodeCount].cell
        cells[cell].used -= share.devices
        guard cells[cell].used == 0 else { return }
        tree.release(cells[cell].bound)
        cells[cell].bound = -1
    }

    /// Jobs that may run in the cells of the node groups that they may run in.
    func jobs(_ jobs: [Job], groupCount: Int) -> [Job] {
        jobs.map { job in
            var job = job
            job.nodeGroups = mask(job.nodeGroups, groupCount: groupCount)
            return job
        }
    }

    /// The free map's groups of virtual nodes that belong to the node groups of a mask.
    private func mask(_ nodeGroups: UInt64, groupCount: Int) -> UInt64 {
        guard nodeGroups != .max else { return .max }
        var mask = nodeGroups
        for (index, group) in groups.enumerated() where nodeGroups >> UInt64(group.group) & 1 == 1 {
            mask |= 1 << UInt64(groupCount + index)
        }
        return mask
    }
}
