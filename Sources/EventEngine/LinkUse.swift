/// How a flow crosses one link of its path.
@frozen public struct LinkUse: Equatable, Sendable {
    /// The index that `FlowNetwork.addLink` returned.
    public var link: Int32
    /// How many of the flow's lanes cross this link; at least one.
    public var lanes: Int32

    /// A crossing of `link` by `lanes` lanes.
    @inlinable public init(link: Int32, lanes: Int32 = 1) {
        self.link = link
        self.lanes = lanes
    }
}

/// The name of one flow for as long as it moves: a slot and the generation of its use.
///
/// Slots are used again, generations are not (within 2^31 uses of a slot), so the name of a flow
/// that has ended is harmless: it denotes nothing.
@frozen public struct FlowID: Hashable, Sendable {
    /// The name as one word, so that it fits an event's payload.
    public let rawValue: Int64

    /// The name that `rawValue` carries.
    @inlinable public init(rawValue: Int64) { self.rawValue = rawValue }

    init(slot: Int, generation: Int32) {
        rawValue = Int64(generation) << 32 | Int64(slot)
    }

    var slot: Int { Int(rawValue & 0xffff_ffff) }
    var generation: Int32 { Int32(truncatingIfNeeded: rawValue >> 32) }
}
