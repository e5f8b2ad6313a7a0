/// Links that flows share: the transfers of a cluster, on one clock.
///
/// A flow moves the same number of bytes on each of its lanes, and all its lanes go at one rate.
/// The rates are **max-min fair among lanes**: no lane can go faster without slowing one that is
/// not faster than itself (progressive filling; Bertsekas and Gallager, Data Networks, 6.5.2).
///
/// The network schedules nothing. Its owner keeps one wake-up pending and renews it whenever
/// `version` has changed:
///
/// ```swift
/// network.start(bytesPerLane: 1 << 30, path: [LinkUse(link: nic)], token: 7, owner: 2, at: now)
/// if let time = network.nextCompletion {        // whenever network.version has changed
///   queue.schedule(Event(time: time, component: 0, kind: wake, phase: .transfer,
///                        b: Int64(network.version)))
/// }
/// // … when that event is popped, and its b is still network.version:
/// network.completions(at: event.time) { owner, token in … }
/// ```
///
/// **Guarantees.** A link's load never exceeds its capacity, and every byte is accounted for, both
/// in integers (see `FlowUnits`). The rates are a function of the set of flows, not of the order
/// in which they started. Flows that start or end in one instant are shared out once, when the
/// clock moves on or `nextCompletion` is asked for.
///
/// **Not modelled:** latency, which the caller adds before the start or after the end; packets;
/// lanes of one flow that get different rates. Links are directed: a duplex wire is two links.
///
/// **Cost.** Sharing anew costs O(c log l) for c crossings and l links of the flows that are
/// connected, through shared links, to what changed. Nothing is allocated once arrays have grown.
public struct FlowNetwork: Sendable {
    /// Changes whenever `nextCompletion` may have changed.
    public internal(set) var version: UInt64 = 0
    /// Whether ``loads`` are kept, for a timeline.
    public var recordsLoads = false
    /// What links carry from an instant on, each time that rates were shared anew; for their reader to
    /// remove.
    public internal(set) var loads: [LinkLoad] = []

    var clock: Nanoseconds = 0
    var startedFlows: UInt64 = 0
    var linkNames: [String] = []
    var links: [Link] = []
    var flows: [Flow] = []
    var freeSlots: [Int32] = []
    var crossings: [Crossing] = []
    var freeCrossings: [Int32] = []
    /// Active flows by the instant at which they end under their present rates.
    var endings = IndexedHeap()
    var sharing = SharingScratch()
    var landings: [Landing] = []

    /// A network without links.
    public init() {}

    /// Adds a link and returns its index: 0, 1, 2, …
    /// - Parameters:
    ///   - name: what it is called in reports.
    ///   - bytesPerSecond: its capacity, positive and at most 2^52.
    public mutating func addLink(name: String, bytesPerSecond: Double) -> Int32 {
        precondition(bytesPerSecond > 0, "no link is without capacity")
        links.append(Link(capacity: Self.capacity(bytesPerSecond)))
        linkNames.append(name)
        sharing.bottlenecks.extend(to: links.count)
        return Int32(links.count - 1)
    }

    /// Starts a flow and returns its name.
    ///
    /// Zero bytes are done at once: they are due at `now` and burden no link.
    /// - Parameters:
    ///   - bytesPerLane: what each lane moves, not negative.
    ///   - path: the links that are crossed, in any order. A link named twice gets both lanes' load.
    ///     An empty path is a programming error: no link is free.
    ///   - token, owner: handed back on completion.
    ///   - now: the present instant; no completion before it may be left unreported.
    @discardableResult
    public mutating func start(
        bytesPerLane: Int64, path: [LinkUse], token: Int64, owner: Int32, at now: Nanoseconds
    ) -> FlowID {
        precondition(bytesPerLane >= 0, "a flow moves no negative number of bytes")
        precondition(!path.isEmpty, "a flow without a link would be free")
        advance(to: now)
        let slot = takeSlot()
        flows[slot].begin(
            owner: owner, token: token, bytesPerLane: bytesPerLane, sequence: startedFlows, at: now)
        startedFlows += 1
        if bytesPerLane == 0 {
            endings.set(Int32(slot), to: now)
        } else {
            for use in path { cross(use, by: slot) }
            endings.set(Int32(slot), to: .max)
            markForSharing(slot)
        }
        version += 1
        return FlowID(slot: slot, generation: flows[slot].generation)
    }

    /// Stops a flow without a completion; what it has moved stays counted.
    /// - Returns: false when the flow had already ended, which changes nothing.
    @discardableResult
    public mutating func cancel(_ flow: FlowID, at now: Nanoseconds) -> Bool {
        guard let slot = activeSlot(of: flow) else { return false }
        advance(to: now)
        bringUpToDate(slot)
        remove(slot, movedBytesPerLane: flows[slot].movedBytesPerLane)
        version += 1
        return true
    }

    /// The earliest completion under the present rates, rounded up to the nanosecond, or nil.
    ///
    /// Nil as well when all flows are stalled by a link that is down. Mutating, because flows that
    /// started or ended since are shared out first.
    public var nextCompletion: Nanoseconds? {
        mutating get {
            share()
            guard let next = endings.minimum, next.key < .max else { return nil }
            return next.key
        }
    }

    /// Whether some flow ends now or earlier, whatever the flows that started or ended in this instant do to rates.
    public func isDue(at now: Nanoseconds) -> Bool { endings.minimum.map { $0.key <= now } ?? false }

    /// Removes the flows that end at `now` and reports them in the order in which they started.
    ///
    /// Harmless when none does. New flows may start only after the call.
    public mutating func completions(
        at now: Nanoseconds, _ body: (_ owner: Int32, _ token: Int64) -> Void
    ) {
        advance(to: now)
        landings.removeAll(keepingCapacity: true)
        while let next = endings.minimum, next.key <= now {
            let flow = flows[Int(next.item)]
            landings.append(Landing(sequence: flow.sequence, owner: flow.owner, token: flow.token))
            remove(Int(next.item), movedBytesPerLane: flow.bytesPerLane)
        }
        if landings.isEmpty { return }
        version += 1
        landings.sort { $0.sequence < $1.sequence }
        for landing in landings { body(landing.owner, landing.token) }
    }

    /// Changes what a link can carry from `now` on; zero takes it down and stalls its flows.
    public mutating func setCapacity(
        of link: Int32, bytesPerSecond: Double, at now: Nanoseconds
    ) {
        advance(to: now)
        links[Int(link)].capacity = Self.capacity(bytesPerSecond)
        sharing.seeds.append(link)
        version += 1
    }

    /// The present rate of each lane of a flow, or nil when it has ended.
    public mutating func laneBytesPerSecond(of flow: FlowID) -> Double? {
        guard let slot = activeSlot(of: flow) else { return nil }
        share()
        return FlowUnits.bytesPerSecond(rate: flows[slot].rate)
    }
}
