extension Placement {
    /// `topology`: within the smallest domain that has room: a node, then the nodes under one leaf switch, then any.
    ///
    /// Of several nodes or leaves that fit, the one with the fewest free devices; inside a domain of several nodes the
    /// freest nodes first, so that a gang crosses as few as it can. Within a node devices of one package come first.
    public static let topology = Placement("topology") { search, map, random, shares in
        if search.devices <= search.nodeSize {
            let node = map.bestFit(search.devices, search)
            guard node < 0 else {
                shares.append(NodeShare(node: Int32(node), devices: search.devices))
                return
            }
        }
        var best: (leaf: Int, free: Int32)?
        for leaf in 0..<(map.nodeCount + search.nodesPerLeaf - 1) / search.nodesPerLeaf {
            let free = map.nodes(ofLeaf: leaf, search).reduce(Int32(0)) { $0 + map.free($1) }
            if free >= search.devices, free < best?.free ?? .max { best = (leaf, free) }
        }
        guard let best else {
            Placement.pack.choose(search, map, &random, &shares)
            return
        }
        let nodes = map.nodes(ofLeaf: best.leaf, search).sorted { (-map.free($0), $0) < (-map.free($1), $1) }
        var left = search.devices
        for node in nodes where left > 0 && map.free(node) > 0 {
            shares.append(NodeShare(node: Int32(node), devices: min(left, map.free(node))))
            left -= min(left, map.free(node))
        }
    }
}

extension FreeMap {
    /// The nodes of a leaf that a search may use.
    func nodes(ofLeaf leaf: Int, _ search: Placement.Search) -> [Int] {
        let first = leaf * search.nodesPerLeaf
        return (first..<min(nodeCount, first + search.nodesPerLeaf)).filter {
            group(of: $0) == search.group && partition(of: $0) == search.partition
        }
    }
}
