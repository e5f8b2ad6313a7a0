extension Placement {
    /// `topology`: within the smallest domain that has room: a node, then the nodes under one leaf switch, then those
    /// of a super-node, then any. Within a node devices of one package come first.
    public static let topology = Placement("topology") { search, map, random, shares in
        if map.place(search, within: .superNode, into: &shares) { return }
        Placement.pack.choose(search, map, &random, &shares)
    }
}
