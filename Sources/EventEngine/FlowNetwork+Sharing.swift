/// What sharing needs while it runs, kept so that it allocates nothing.
struct SharingScratch: Sendable {
    /// Links whose flows or capacity changed since rates were last shared.
    var seeds: [Int32] = []
    /// The number of the present visit; a link or flow with this number has been seen.
    var visit: UInt64 = 0
    /// The links and flows that are connected to the seeds.
    var links: [Int32] = []
    var flows: [Int32] = []
    /// Links with unsettled lanes, by the rate at which each of these could go.
    var bottlenecks = IndexedHeap()
}

/// Max-min fair rates by progressive filling, for the flows that a change can have affected.
extension FlowNetwork {
    mutating func markForSharing(_ slot: Int) {
        var index = Int(flows[slot].firstCrossing)
        while index >= 0 {
            sharing.seeds.append(crossings[index].link)
            index = Int(crossings[index].nextOfFlow)
        }
    }

    /// Gives every affected flow its fair rate from the present instant on.
    mutating func share() {
        if sharing.seeds.isEmpty { return }
        collectAffected()
        for link in sharing.links {
            links[Int(link)].openCapacity = links[Int(link)].capacity
            links[Int(link)].openLanes = links[Int(link)].activeLanes
            if links[Int(link)].openLanes > 0 {
                sharing.bottlenecks.set(link, to: openShare(of: link))
            }
        }
        while let (link, offered) = sharing.bottlenecks.minimum {
            // Settling flows elsewhere can only have raised the share that this link was filed under.
            let rate = openShare(of: link)
            if rate > offered { sharing.bottlenecks.set(link, to: rate) } else { fill(link, at: rate) }
        }
        sharing.seeds.removeAll(keepingCapacity: true)
        if recordsLoads { recordLoads() }
    }

    /// The rate at which each unsettled lane of a link could go if they were alone on it.
    private func openShare(of link: Int32) -> Int64 {
        links[Int(link)].openCapacity / links[Int(link)].openLanes
    }

    /// Settles all flows on the tightest link, which becomes their bottleneck.
    private mutating func fill(_ link: Int32, at rate: Int64) {
        var index = Int(links[Int(link)].firstCrossing)
        while index >= 0 {
            let slot = Int(crossings[index].flow)
            if !flows[slot].isSettled { settle(slot, at: rate) }
            index = Int(crossings[index].nextOnLink)
        }
    }

    private mutating func settle(_ slot: Int, at rate: Int64) {
        flows[slot].isSettled = true
        var index = Int(flows[slot].firstCrossing)
        while index >= 0 {
            let crossing = crossings[index]
            let link = Int(crossing.link)
            links[link].openCapacity -= Int64(crossing.lanes) * rate
            links[link].openLanes -= Int64(crossing.lanes)
            if links[link].openLanes == 0 { sharing.bottlenecks.remove(crossing.link) }
            index = Int(crossing.nextOfFlow)
        }
        if rate != flows[slot].rate { setRate(rate, of: slot) }
    }

    private mutating func setRate(_ rate: Int64, of slot: Int) {
        bringUpToDate(slot)
        flows[slot].rate = rate
        let wait = FlowUnits.nanoseconds(moving: flows[slot].remaining, at: rate)
        let end = wait.map { clock.addingReportingOverflow($0) }
        endings.set(Int32(slot), to: end.map { $0.overflow ? .max : $0.partialValue } ?? .max)
    }

    /// Finds all links and flows that are connected to the seeds, breadth first.
    private mutating func collectAffected() {
        sharing.visit += 1
        sharing.links.removeAll(keepingCapacity: true)
        sharing.flows.removeAll(keepingCapacity: true)
        for seed in sharing.seeds { see(seed) }
        var (linkCursor, flowCursor) = (0, 0)
        while linkCursor < sharing.links.count {
            var index = Int(links[Int(sharing.links[linkCursor])].firstCrossing)
            while index >= 0 {
                let slot = Int(crossings[index].flow)
                if flows[slot].visit != sharing.visit {
                    flows[slot].visit = sharing.visit
                    flows[slot].isSettled = false
                    sharing.flows.append(Int32(slot))
                }
                index = Int(crossings[index].nextOnLink)
            }
            linkCursor += 1
            while flowCursor < sharing.flows.count {
                var index = Int(flows[Int(sharing.flows[flowCursor])].firstCrossing)
                while index >= 0 {
                    see(crossings[index].link)
                    index = Int(crossings[index].nextOfFlow)
                }
                flowCursor += 1
            }
        }
    }

    private mutating func see(_ link: Int32) {
        guard links[Int(link)].visit != sharing.visit else { return }
        links[Int(link)].visit = sharing.visit
        sharing.links.append(link)
    }
}
