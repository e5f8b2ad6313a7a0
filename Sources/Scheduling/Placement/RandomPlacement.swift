extension Placement {
    /// `random`: every free device is as likely as any other.
    public static let random = Placement("random") { search, map, random, shares in
        var left = Int(search.devices)
        var seen = Int(map.free(group: search.group, partition: search.partition))
        for node in 0..<map.nodeCount where left > 0 {
            guard map.group(of: node) == search.group, map.partition(of: node) == search.partition else { continue }
            var taken: Int32 = 0
            // Selection sampling: each of the devices not seen yet is taken with the chance that completes the gang.
            for _ in 0..<map.free(node) {
                if random.uniform(below: seen) < left {
                    taken += 1
                    left -= 1
                }
                seen -= 1
            }
            if taken > 0 { shares.append(NodeShare(node: Int32(node), devices: taken)) }
        }
    }
}
