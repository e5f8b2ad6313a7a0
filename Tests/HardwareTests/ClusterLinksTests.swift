import EventEngine
import Hardware
import Testing

/// What transfers get on the links of a cluster, through the flow network, in GB/s per lane.
@Suite struct ClusterLinksTests {
    @Test func oneCopyOnAMeshGets28AndAnAllToAll196() throws {
        var one = try Machine(nominal(("a2", "atlas-800t-a2", 1)))
        #expect(try one.laneRates([one.path(0, 1)]) == [28])

        var all = try Machine(nominal(("a2", "atlas-800t-a2", 1)))
        let pairs = (0..<8).flatMap { from in (0..<8).filter { $0 != from }.map { (from, $0) } }
        let rates = all.laneRates(try pairs.map { try all.path($0.0, $0.1) })
        for card in 0..<8 {
            let sent = zip(pairs, rates).reduce(0) { $0 + ($1.0.0 == card ? $1.1 : 0) }
            #expect(sent == 196)
        }
    }

    @Test func aSwitchGivesOnePeerAllOfAPort() throws {
        var machine = try Machine(nominal(("h20", "hgx-h20", 1)))
        #expect(try machine.laneRates([machine.path(0, 1)]) == [450])
    }

    @Test func incastSharesTheReceivingPort() throws {
        var machine = try Machine(nominal(("h20", "hgx-h20", 1)))
        let rates = machine.laneRates(try (1...5).map { try machine.path($0, 0) })
        #expect(rates == [90, 90, 90, 90, 90])
    }

    @Test func incastOnAMeshDoesNot() throws {
        var machine = try Machine(nominal(("a2", "atlas-800t-a2", 1)))
        let rates = machine.laneRates(try (1...5).map { try machine.path($0, 0) })
        #expect(rates == [28, 28, 28, 28, 28])
    }

    @Test func packagesGive224InsideAnd196Outside() throws {
        var machine = try Machine(nominal(("a3", "atlas-800t-a3", 1)))
        #expect(try machine.laneRates([machine.path(0, 1), machine.path(0, 2), machine.path(4, 8)]) == [224, 196, 196])
    }

    @Test func twoTransfersFromOneNICShareIt() throws {
        var machine = try Machine(nominal(("h20", "hgx-h20", 3)))
        #expect(try machine.laneRates([machine.path(0, 8), machine.path(0, 16)]) == [12.5, 12.5])
    }

    @Test func bothDirectionsOfANICAreApart() throws {
        var machine = try Machine(nominal(("h20", "hgx-h20", 2)))
        #expect(try machine.laneRates([machine.path(0, 8), machine.path(8, 0)]) == [25, 25])
    }

    @Test func aStripedTransferUsesAllNICs() throws {
        var machine = try Machine(nominal(("a2", "atlas-800t-a2", 1), ("h20", "hgx-h20", 1)))
        // Four senders serve two lanes each: the sending NICs limit, 4 x 25 GB/s over eight lanes.
        let path = try machine.cluster.path(from: devices(0..<4), to: devices(8..<16))
        #expect(machine.laneRates([path]) == [12.5])
    }

    @Test func anOversubscribedLeafLimitsWhatLeavesIt() throws {
        let fabric = Fabric.leafSpine(nodesPerLeaf: 2, oversubscription: 4)
        // Two nodes of eight cards under a leaf: 400 GB/s in all, 100 to the spine.
        var crossing = try Machine(nominal(("h20", "hgx-h20", 4), fabric: fabric))
        let out = try (0..<8).map { try crossing.path($0, 16 + $0) }
        #expect(crossing.laneRates(out) == Array(repeating: 12.5, count: 8))

        var inside = try Machine(nominal(("h20", "hgx-h20", 4), fabric: fabric))
        let local = try (0..<8).map { try inside.path($0, 8 + $0) }
        #expect(inside.laneRates(local) == Array(repeating: 25, count: 8))
    }

    @Test func pinnedAndPageableCopiesShareTheHostLink() throws {
        let specification = try nominal(("a2", "atlas-800t-a2", 1))
        func rates(_ copies: [(HostDirection, Bool)]) throws -> [Double] {
            var machine = try Machine(specification)
            let cluster = machine.cluster
            return machine.laneRates(copies.map { cluster.hostPath(DeviceID(0), $0.0, pinned: $0.1) })
        }
        #expect(try rates([(.toDevice, true), (.toHost, true)]) == [20, 20])
        #expect(try rates([(.toDevice, false)]) == [5])
        #expect(try rates([(.toHost, false)]) == [1.7])
        #expect(try rates([(.toDevice, true), (.toDevice, false)]) == [15, 5])
    }

    @Test func linksGrowWithDevicesNotWithPairs() throws {
        let fabric = Fabric.leafSpine(nodesPerLeaf: 8, oversubscription: 1)
        let machine = try Machine(nominal(("h20", "hgx-h20", 1000), fabric: fabric))
        #expect(machine.network.linkCount == 8000 * 8 + 125 * 2)
        #expect(try Machine(nominal(("a2", "atlas-800t-a2", 10))).network.linkCount == 80 * (6 + 7))
        #expect(try Machine(nominal(("a3", "atlas-800t-a3", 1))).network.linkCount == 16 * (8 + 1))
        #expect(try Machine(nominal(("l40s", "pcie-l40s-8", 1))).network.linkCount == 8 * 6)
    }
}
