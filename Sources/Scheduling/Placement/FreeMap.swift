import Hardware

/// How many devices of each node are free, indexed so that the fullest node that still fits is found at once.
///
/// Nodes lie in cells: a cell holds the nodes of one group (so of one device type) in one partition of the cluster. Per
/// cell and free count there is a set of nodes, a bit each with a summary bit per 64, so that a query costs a few
/// words for any size of cluster. Counts only: which devices of a node a job gets is decided when it starts.
public struct FreeMap: Sendable {
    /// The number of node groups.
    public let groupCount: Int
    /// The number of partitions.
    public private(set) var partitionCount: Int
    /// Devices of a node of each group.
    public private(set) var nodeSizes: [Int32]
    private let wordsPerSet: Int
    private let summariesPerSet: Int
    /// First set of each group within a partition's sets, then their number.
    private let groupSets: [Int]
    private var words: [UInt64]
    private var summaries: [UInt64]
    private var counts: [Int32]
    private var frees: [Int32]
    private var cells: [Int32]
    private var totals: [Int64]

    /// All devices of a cluster that work and are held by nobody, in one partition.
    public init(_ cluster: Cluster, partitions: Int = 1) { self.init(cluster, partitions: partitions, cells: nil) }

    /// The same, and behind the cluster's own groups and nodes those of guaranteed cells.
    init(_ cluster: Cluster, partitions: Int, cells virtual: VirtualCells?) {
        let layout = cluster.layout
        let groups = virtual?.groups ?? [], places = virtual?.places ?? []
        groupCount = layout.groups.count + groups.count
        partitionCount = partitions
        nodeSizes = layout.groups.map { Int32($0.node.devicesPerNode) } + groups.map(\.size)
        wordsPerSet = (layout.nodeCount + places.count + 63) / 64
        summariesPerSet = (wordsPerSet + 63) / 64
        var sets = [0]
        for size in nodeSizes { sets.append(sets[sets.count - 1] + Int(size) + 1) }
        groupSets = sets
        let setCount = sets[sets.count - 1] * partitions
        words = Array(repeating: 0, count: setCount * wordsPerSet)
        summaries = Array(repeating: 0, count: setCount * summariesPerSet)
        counts = Array(repeating: 0, count: setCount)
        totals = Array(repeating: 0, count: groupCount * partitions)
        frees = (0..<layout.nodeCount).map { Int32(cluster.freeDeviceCount(NodeID($0))) }
        cells = (0..<layout.nodeCount).map { Int32(layout.group(of: NodeID($0))) }
        for place in places {
            let group = layout.groups.count + place.group
            frees.append(place.partition < 0 ? 0 : nodeSizes[group])
            cells.append(Int32(max(0, place.partition) * groupCount + group))
        }
        for node in 0..<frees.count { enter(node) }
    }

    /// The number of nodes.
    public var nodeCount: Int { frees.count }
    /// Free devices of a node.
    public func free(_ node: Int) -> Int32 { frees[node] }
    /// The group of a node.
    public func group(of node: Int) -> Int { Int(cells[node]) % groupCount }
    /// The partition of a node.
    public func partition(of node: Int) -> Int { Int(cells[node]) / groupCount }
    /// Free devices of a group in a partition.
    public func free(group: Int, partition: Int) -> Int64 { totals[partition * groupCount + group] }

    /// Free devices of a partition in the groups of a mask.
    public func free(partition: Int, groups: UInt64) -> Int64 {
        var sum: Int64 = 0
        for group in 0..<groupCount where groups >> UInt64(group) & 1 == 1 {
            sum += totals[partition * groupCount + group]
        }
        return sum
    }

    /// Adds free devices to a node, or takes them.
    public mutating func add(_ change: Int32, to node: Int) {
        leave(node)
        frees[node] += change
        enter(node)
    }

    /// The same nodes counted in units of several devices that must lie on one node; what a node has beyond whole
    /// units does not count. O(nodes).
    func counted(inUnitsOf unit: Int32) -> FreeMap {
        guard unit > 1 else { return self }
        var map = self
        for node in 0..<nodeCount { map.add(frees[node] / unit - frees[node], to: node) }
        map.nodeSizes = nodeSizes.map { $0 / unit }
        return map
    }

    /// Moves a node into another partition.
    public mutating func move(_ node: Int, toPartition partition: Int) {
        leave(node)
        cells[node] = Int32(partition * groupCount + Int(cells[node]) % groupCount)
        enter(node)
    }

    /// How many nodes of a group and partition have exactly so many free devices.
    public func nodeCount(group: Int, partition: Int, free: Int32) -> Int32 {
        counts[set(partition * groupCount + group, free)]
    }

    /// The first node, from a number on, of a group and partition with exactly so many free devices; or -1.
    public func firstNode(group: Int, partition: Int, free: Int32, from start: Int = 0) -> Int {
        let set = set(partition * groupCount + group, free)
        guard counts[set] > 0, start < frees.count else { return -1 }
        let base = set * wordsPerSet
        let first = words[base + start / 64] >> UInt64(start % 64)
        if first != 0 { return start + first.trailingZeroBitCount }
        var word = start / 64 + 1
        while word < wordsPerSet {
            let summary = summaries[set * summariesPerSet + word / 64] >> UInt64(word % 64)
            guard summary != 0 else {
                word = (word / 64 + 1) * 64
                continue
            }
            word += summary.trailingZeroBitCount
            return word * 64 + words[base + word].trailingZeroBitCount
        }
        return -1
    }

    private func set(_ cell: Int, _ free: Int32) -> Int {
        cell / groupCount * groupSets[groupCount] + groupSets[cell % groupCount] + Int(free)
    }

    private mutating func enter(_ node: Int) {
        let cell = Int(cells[node]), set = set(cell, frees[node])
        totals[cell] += Int64(frees[node])
        counts[set] += 1
        words[set * wordsPerSet + node / 64] |= 1 << UInt64(node % 64)
        summaries[set * summariesPerSet + node / 4096] |= 1 << UInt64(node / 64 % 64)
    }

    private mutating func leave(_ node: Int) {
        let cell = Int(cells[node]), set = set(cell, frees[node])
        totals[cell] -= Int64(frees[node])
        counts[set] -= 1
        let word = set * wordsPerSet + node / 64
        words[word] &= ~(1 << UInt64(node % 64))
        if words[word] == 0 { summaries[set * summariesPerSet + node / 4096] &= ~(1 << UInt64(node / 64 % 64)) }
    }
}
