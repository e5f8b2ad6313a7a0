/// How the bundles of a placement group lie on nodes, in Ray's words.
public enum PlacementStrategy: String, Sendable, CaseIterable {
    /// On as few nodes as possible.
    case pack = "PACK"
    /// On as many nodes as possible.
    case spread = "SPREAD"
    /// On one node, or not at all.
    case strictPack = "STRICT_PACK"
    /// Each on a node of its own, or not at all.
    case strictSpread = "STRICT_SPREAD"
}
