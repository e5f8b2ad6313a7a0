/// How close together the devices of a gang are, the closest first.
public enum PlacementDomain: String, Sendable, CaseIterable, Comparable {
    /// On one node, an island of HCCS or NVLink.
    case node
    /// Under one leaf switch.
    case leaf
    /// In one super-node: several nodes on one scale-up network.
    case superNode = "super-node"
    /// Anywhere.
    case cluster

    private var rank: Int {
        switch self {
        case .node: 0
        case .leaf: 1
        case .superNode: 2
        case .cluster: 3
        }
    }

    /// Orders domains by size.
    public static func < (left: PlacementDomain, right: PlacementDomain) -> Bool { left.rank < right.rank }
}

extension FreeMap {
    /// Places a gang in the smallest domain that has room, up to a widest one: a node, then the nodes under one leaf
    /// switch, then those of a super-node.
    ///
    /// Of several nodes or domains that fit, the one with the fewest free devices; inside a domain of several nodes the
    /// freest nodes first, so that a gang crosses as few as it can.
    func place(_ search: Placement.Search, within widest: PlacementDomain, into shares: inout [NodeShare]) -> Bool {
        if search.devices <= search.nodeSize {
            let node = bestFit(search.devices, search)
            guard node < 0 else {
                shares.append(NodeShare(node: Int32(node), devices: search.devices))
                return true
            }
        }
        if widest >= .leaf, place(search, inBlocksOf: search.nodesPerLeaf, &shares) { return true }
        return widest >= .superNode && place(search, inBlocksOf: search.nodesPerSuperNode, &shares)
    }

    private func place(_ search: Placement.Search, inBlocksOf size: Int, _ shares: inout [NodeShare]) -> Bool {
        guard size < .max else { return false }
        var best: (block: Int, free: Int32)?
        for block in 0..<(nodeCount + size - 1) / size {
            let free = nodes(ofBlock: block, of: size, search).reduce(Int32(0)) { $0 + self.free($1) }
            if free >= search.devices, free < best?.free ?? .max { best = (block, free) }
        }
        guard let best else { return false }
        let nodes = nodes(ofBlock: best.block, of: size, search).sorted { (-free($0), $0) < (-free($1), $1) }
        var left = search.devices
        for node in nodes where left > 0 && free(node) > 0 {
            shares.append(NodeShare(node: Int32(node), devices: min(left, free(node))))
            left -= min(left, free(node))
        }
        return true
    }

    /// The nodes of a block of consecutive ones that a search may use.
    private func nodes(ofBlock block: Int, of size: Int, _ search: Placement.Search) -> [Int] {
        let first = block * size
        return (first..<min(nodeCount, first + size)).filter {
            group(of: $0) == search.group && partition(of: $0) == search.partition
        }
    }
}
