/// What one link has done up to an instant.
public struct LinkStatistics: Equatable, Sendable {
    /// The link's name.
    public let name: String
    /// Its present capacity.
    public let bytesPerSecond: Double
    /// Bytes moved across it, all lanes together. Of flows that have completed this is exactly the
    /// sum of bytes per lane times lanes; of others, their whole bytes so far.
    public let bytesCarried: Int64
    /// How long at least one flow was on it.
    public let busyNanoseconds: Nanoseconds
    /// The flows on it now.
    public let activeFlows: Int
    /// The most flows that were on it at once.
    public let peakFlows: Int

    /// The part of `elapsed` times the present capacity that was used.
    public func utilisation(over elapsed: Nanoseconds) -> Double {
        guard elapsed > 0, bytesPerSecond > 0 else { return 0 }
        return Double(bytesCarried) / (bytesPerSecond * TimeConversion.seconds(elapsed))
    }
}

/// A link whose books do not balance: a defect of the engine, never of the input.
public struct FlowImbalance: Error, Equatable, Sendable {
    /// The link's name.
    public let link: String
    /// Bytes of all flows that ever started on it, all lanes together.
    public let offeredBytes: Int64
    /// Bytes that are carried, given up by cancelled flows, or belong to flows still on it.
    public let accountedBytes: Int64
    /// Its load in bytes per second, and what it can carry.
    public let loadBytesPerSecond: Double
    /// What the link can carry.
    public let capacityBytesPerSecond: Double
}

extension FlowNetwork {
    /// The number of links.
    public var linkCount: Int { links.count }

    /// The number of flows that have not ended, stalled ones included.
    public var activeFlowCount: Int { flows.count - freeSlots.count }

    /// What every link has done up to `now`, in order of index. O(links + flows).
    /// - Precondition: no completion before `now` is left unreported.
    public func linkStatistics(at now: Nanoseconds) -> [LinkStatistics] {
        var network = self
        network.advance(to: now)
        for slot in flows.indices where flows[slot].isActive { network.bringUpToDate(slot) }
        return links.indices.map { network.statistics(of: $0) }
    }

    private func statistics(of index: Int) -> LinkStatistics {
        let link = links[index]
        let inFlight = sumOverCrossings(of: index) { Int64($0.lanes) * $1.movedBytesPerLane }
        return LinkStatistics(
            name: linkNames[index], bytesPerSecond: FlowUnits.bytesPerSecond(rate: link.capacity),
            bytesCarried: link.carriedBytes + inFlight,
            busyNanoseconds: link.busyNanoseconds + (link.activeFlows > 0 ? clock - link.busySince : 0),
            activeFlows: Int(link.activeFlows), peakFlows: Int(link.peakFlows))
    }

    /// The links on which bytes were lost or capacity is exceeded, in order of index; empty by law.
    public mutating func imbalances() -> [FlowImbalance] {
        share()
        return links.indices.compactMap { imbalance(of: $0) }
    }

    private func imbalance(of index: Int) -> FlowImbalance? {
        let link = links[index]
        let inFlight = sumOverCrossings(of: index) { Int64($0.lanes) * $1.bytesPerLane }
        let load = sumOverCrossings(of: index) { Int64($0.lanes) * $1.rate }
        let accounted = link.carriedBytes + link.abandonedBytes + inFlight
        if accounted == link.offeredBytes && load <= link.capacity { return nil }
        return FlowImbalance(
            link: linkNames[index], offeredBytes: link.offeredBytes, accountedBytes: accounted,
            loadBytesPerSecond: FlowUnits.bytesPerSecond(rate: load),
            capacityBytesPerSecond: FlowUnits.bytesPerSecond(rate: link.capacity))
    }

    private func sumOverCrossings(of link: Int, _ term: (Crossing, Flow) -> Int64) -> Int64 {
        var sum: Int64 = 0
        var index = Int(links[link].firstCrossing)
        while index >= 0 {
            sum += term(crossings[index], flows[Int(crossings[index].flow)])
            index = Int(crossings[index].nextOnLink)
        }
        return sum
    }
}
