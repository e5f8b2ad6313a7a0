extension Placement {
    /// `consolidate`: on as few nodes as the gang can lie on, or not at all.
    ///
    /// A gang that one node can hold gets the node with the fewest free devices that fits; a larger one whole idle
    /// nodes and for what remains the freest node, by number (the placement of HeliosArtifact, SC 2021).
    public static let consolidate = Placement("consolidate") { search, map, _, shares in
        guard search.devices > search.nodeSize else {
            let node = map.bestFit(search.devices, search)
            if node >= 0 { shares.append(NodeShare(node: Int32(node), devices: search.devices)) }
            return
        }
        let whole = search.devices / search.nodeSize, rest = search.devices % search.nodeSize
        let idle = map.nodeCount(group: search.group, partition: search.partition, free: search.nodeSize)
        guard idle >= whole else { return }
        var node = -1
        for _ in 0..<whole {
            node = map.firstNode(
                group: search.group, partition: search.partition, free: search.nodeSize, from: node + 1)
            shares.append(NodeShare(node: Int32(node), devices: search.nodeSize))
        }
        guard rest > 0 else { return }
        let last = idle > whole
            ? map.firstNode(group: search.group, partition: search.partition, free: search.nodeSize, from: node + 1)
            : map.freest(below: search.nodeSize, atLeast: rest, search)
        if last >= 0 {
            shares.append(NodeShare(node: Int32(last), devices: rest))
        } else {
            shares.removeAll(keepingCapacity: true)
        }
    }
}

extension FreeMap {
    /// The first of the nodes with the most free devices below a bound, if it has at least so many; or -1.
    func freest(below bound: Int32, atLeast least: Int32, _ search: Placement.Search) -> Int {
        var free = bound - 1
        while free >= max(1, least) {
            let node = firstNode(group: search.group, partition: search.partition, free: free)
            if node >= 0 { return node }
            free -= 1
        }
        return -1
    }
}
