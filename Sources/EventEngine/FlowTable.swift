/// A link: its capacity, the flows on it, and what they have moved.
struct Link: Sendable {
    /// In units of rate.
    var capacity: Int64
    var firstCrossing: Int32 = -1
    var activeFlows: Int32 = 0
    var peakFlows: Int32 = 0
    var activeLanes: Int64 = 0
    var busySince: Nanoseconds = 0
    var busyNanoseconds: Nanoseconds = 0
    /// Bytes times lanes: asked for, moved by flows that have ended, and given up by cancelled ones.
    var offeredBytes: Int64 = 0
    var carriedBytes: Int64 = 0
    var abandonedBytes: Int64 = 0
    /// While rates are shared: what is not given away, among how many lanes, and whether it is seen.
    var openCapacity: Int64 = 0
    var openLanes: Int64 = 0
    var visit: UInt64 = 0

    init(capacity: Int64) { self.capacity = capacity }
}

/// A flow in its slot.
struct Flow: Sendable {
    var generation: Int32 = 0
    var owner: Int32 = 0
    var token: Int64 = 0
    var bytesPerLane: Int64 = 0
    var sequence: UInt64 = 0
    var firstCrossing: Int32 = -1
    var isActive = false
    /// In units of rate; constant since `since`, when `remaining` units of amount were left per lane.
    var rate: Int64 = 0
    var since: Nanoseconds = 0
    var remaining: Int128 = 0
    /// While rates are shared: whether it is seen, and whether its rate is settled.
    var visit: UInt64 = 0
    var isSettled = true

    mutating func begin(
        owner: Int32, token: Int64, bytesPerLane: Int64, sequence: UInt64, at now: Nanoseconds
    ) {
        generation = generation == .max ? 0 : generation + 1
        self.owner = owner
        self.token = token
        self.bytesPerLane = bytesPerLane
        self.sequence = sequence
        isActive = true
        rate = 0
        since = now
        remaining = Int128(bytesPerLane) * FlowUnits.amountPerByte
    }

    /// The whole bytes that each lane had moved at `since`.
    var movedBytesPerLane: Int64 {
        let unit = FlowUnits.amountPerByte
        return bytesPerLane - Int64((remaining + unit - 1) / unit)
    }
}

/// A flow on a link: an element of the flow's list and of the link's doubly linked list.
struct Crossing: Sendable {
    var flow: Int32
    var link: Int32
    var lanes: Int32
    var nextOfFlow: Int32
    var previousOnLink: Int32 = -1
    var nextOnLink: Int32
}

/// A completed flow that is about to be reported.
struct Landing: Sendable {
    var sequence: UInt64
    var owner: Int32
    var token: Int64
}
