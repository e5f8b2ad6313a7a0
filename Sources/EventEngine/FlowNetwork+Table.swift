/// How flows come onto links and leave them.
extension FlowNetwork {
    static func capacity(_ bytesPerSecond: Double) -> Int64 {
        precondition(
            bytesPerSecond >= 0 && bytesPerSecond <= FlowUnits.largestBytesPerSecond,
            "a link's capacity lies between 0 and 2^52 bytes per second")
        return FlowUnits.rate(bytesPerSecond: bytesPerSecond)
    }

    /// Moves the clock to `now`, with the rates that held until then.
    mutating func advance(to now: Nanoseconds) {
        if now == clock { return }
        precondition(now > clock, "the network was asked about its past")
        share()
        if let next = endings.minimum {
            precondition(next.key >= now, "a completion was passed over; collect it first")
        }
        clock = now
    }

    /// Charges what a flow has moved at its present rate, up to the present instant.
    mutating func bringUpToDate(_ slot: Int) {
        let elapsed = clock - flows[slot].since
        flows[slot].since = clock
        let left = flows[slot].remaining - Int128(flows[slot].rate) * Int128(elapsed)
        flows[slot].remaining = max(left, 0)
    }

    func activeSlot(of flow: FlowID) -> Int? {
        let slot = flow.slot
        guard flows.indices.contains(slot), flows[slot].isActive,
            flows[slot].generation == flow.generation
        else { return nil }
        return slot
    }

    mutating func takeSlot() -> Int {
        if let free = freeSlots.popLast() { return Int(free) }
        flows.append(Flow())
        endings.extend(to: flows.count)
        return flows.count - 1
    }

    /// Puts a flow onto one link, or more of its lanes when it is on it already.
    mutating func cross(_ use: LinkUse, by slot: Int) {
        precondition(use.lanes > 0, "a flow crosses a link with at least one lane")
        let link = Int(use.link)
        links[link].activeLanes += Int64(use.lanes)
        links[link].offeredBytes += Int64(use.lanes) * flows[slot].bytesPerLane
        if let index = crossing(of: slot, on: use.link) {
            crossings[index].lanes += use.lanes
            return
        }
        insertCrossing(use, by: slot)
        if links[link].activeFlows == 0 { links[link].busySince = clock }
        links[link].activeFlows += 1
        links[link].peakFlows = max(links[link].peakFlows, links[link].activeFlows)
    }

    private func crossing(of slot: Int, on link: Int32) -> Int? {
        var index = Int(flows[slot].firstCrossing)
        while index >= 0 {
            if crossings[index].link == link { return index }
            index = Int(crossings[index].nextOfFlow)
        }
        return nil
    }

    private mutating func insertCrossing(_ use: LinkUse, by slot: Int) {
        let second = links[Int(use.link)].firstCrossing
        let crossing = Crossing(
            flow: Int32(slot), link: use.link, lanes: use.lanes,
            nextOfFlow: flows[slot].firstCrossing, nextOnLink: second)
        let index: Int
        if let free = freeCrossings.popLast() {
            index = Int(free)
            crossings[index] = crossing
        } else {
            index = crossings.count
            crossings.append(crossing)
        }
        if second >= 0 { crossings[Int(second)].previousOnLink = Int32(index) }
        links[Int(use.link)].firstCrossing = Int32(index)
        flows[slot].firstCrossing = Int32(index)
    }

    /// Ends a flow: books its bytes, frees its slot and crossings, and marks its links.
    mutating func remove(_ slot: Int, movedBytesPerLane moved: Int64) {
        markForSharing(slot)
        var index = Int(flows[slot].firstCrossing)
        while index >= 0 {
            let crossing = crossings[index]
            leave(crossing, moved: moved, givenUp: flows[slot].bytesPerLane - moved)
            freeCrossings.append(Int32(index))
            index = Int(crossing.nextOfFlow)
        }
        flows[slot].firstCrossing = -1
        flows[slot].isActive = false
        freeSlots.append(Int32(slot))
        endings.remove(Int32(slot))
    }

    private mutating func leave(_ crossing: Crossing, moved: Int64, givenUp: Int64) {
        if crossing.previousOnLink >= 0 {
            crossings[Int(crossing.previousOnLink)].nextOnLink = crossing.nextOnLink
        } else {
            links[Int(crossing.link)].firstCrossing = crossing.nextOnLink
        }
        if crossing.nextOnLink >= 0 {
            crossings[Int(crossing.nextOnLink)].previousOnLink = crossing.previousOnLink
        }
        let link = Int(crossing.link)
        links[link].activeLanes -= Int64(crossing.lanes)
        links[link].carriedBytes += moved * Int64(crossing.lanes)
        links[link].abandonedBytes += givenUp * Int64(crossing.lanes)
        links[link].activeFlows -= 1
        if links[link].activeFlows == 0 {
            links[link].busyNanoseconds += clock - links[link].busySince
        }
    }
}
