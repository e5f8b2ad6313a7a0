extension Placement {
    /// `spread`: on as many nodes as there are, one device after the other on the freest node.
    public static let spread = Placement("spread") { search, map, _, shares in
        var left = search.devices
        var free = search.nodeSize
        var level: [NodeShare] = []
        // Level by level: nodes that still have `free` devices left after what they gave so far.
        while left > 0, free > 0 {
            var node = map.firstNode(group: search.group, partition: search.partition, free: free)
            while node >= 0 {
                level.append(NodeShare(node: Int32(node), devices: 0))
                node = map.firstNode(group: search.group, partition: search.partition, free: free, from: node + 1)
            }
            for index in level.indices where left > 0 {
                level[index].devices += 1
                left -= 1
            }
            free -= 1
        }
        if left == 0 { shares = level.filter { $0.devices > 0 } }
    }
}
