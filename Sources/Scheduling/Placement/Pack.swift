extension Placement {
    /// `pack`: one node if one fits, the fullest of those; else the freest nodes until the gang is complete. It takes
    /// any free devices rather than wait.
    public static let pack = Placement("pack") { search, map, _, shares in
        let node = map.bestFit(search.devices, search)
        guard node < 0 else {
            shares.append(NodeShare(node: Int32(node), devices: search.devices))
            return
        }
        var left = search.devices
        var free = search.nodeSize
        while left > 0, free > 0 {
            var node = map.firstNode(group: search.group, partition: search.partition, free: free)
            while node >= 0, left > 0 {
                shares.append(NodeShare(node: Int32(node), devices: min(free, left)))
                left -= min(free, left)
                node = map.firstNode(group: search.group, partition: search.partition, free: free, from: node + 1)
            }
            free -= 1
        }
        if left > 0 { shares.removeAll(keepingCapacity: true) }
    }
}
