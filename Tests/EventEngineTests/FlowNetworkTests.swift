import Testing

@testable import EventEngine

/// Cases that can be checked by hand.
@Suite struct FlowNetworkTests {
    /// Runs the network until nothing more completes and returns (time, token) in order of report.
    static func drain(_ network: inout FlowNetwork) -> [String] {
        var lines: [String] = []
        while let time = network.nextCompletion {
            network.completions(at: time) { owner, token in lines.append("\(time) \(owner):\(token)") }
        }
        return lines
    }

    @Test func aFlowAloneTakesItsBytesByTheCapacity() {
        var network = FlowNetwork()
        let link = network.addLink(name: "nic", bytesPerSecond: 1e9)
        network.start(bytesPerLane: 1000, path: [LinkUse(link: link)], token: 7, owner: 3, at: 50)
        #expect(Self.drain(&network) == ["1050 3:7"])
    }

    /// Whatever starts in the instant at which a flow ends, the end is due.
    @Test func aFlowThatEndsIsDue() throws {
        var network = FlowNetwork()
        let link = network.addLink(name: "wire", bytesPerSecond: 1e9)
        #expect(!network.isDue(at: 0))
        network.start(bytesPerLane: 1000, path: [LinkUse(link: link)], token: 1, owner: 0, at: 0)
        #expect(!network.isDue(at: 0))
        let first = network.nextCompletion, end = try #require(first)
        #expect(!network.isDue(at: end - 1) && network.isDue(at: end))
        network.start(bytesPerLane: 1000, path: [LinkUse(link: link)], token: 2, owner: 0, at: end - 1)
        #expect(!network.isDue(at: end - 1))
        let second = network.nextCompletion, later = try #require(second)
        network.start(bytesPerLane: 1, path: [LinkUse(link: link)], token: 3, owner: 0, at: later)
        #expect(network.isDue(at: later))
        network.start(bytesPerLane: 0, path: [LinkUse(link: link)], token: 4, owner: 0, at: later)
        var done: [Int64] = []
        network.completions(at: later) { _, token in done.append(token) }
        #expect(done == [1, 4])
        #expect(!network.isDue(at: later))
    }

    @Test func eightFlowsIntoOneLinkEndTogether() {
        var network = FlowNetwork()
        let link = network.addLink(name: "nic", bytesPerSecond: 1e9)
        for token in 0..<8 as Range<Int64> {
            network.start(
                bytesPerLane: 1 << 30, path: [LinkUse(link: link)], token: token, owner: 0, at: 0)
        }
        #expect(Self.drain(&network) == (0..<8).map { "8589934592 0:\($0)" })
        let statistics = network.linkStatistics(at: 8_589_934_592)[0]
        #expect(statistics.bytesCarried == 8 << 30)
        #expect(statistics.busyNanoseconds == 8_589_934_592)
        #expect(statistics.peakFlows == 8 && statistics.activeFlows == 0)
        #expect(statistics.utilisation(over: 8_589_934_592) == 1)
    }

    @Test func lanesAreWhatIsFair() {
        var network = FlowNetwork()
        let link = network.addLink(name: "nic", bytesPerSecond: 4e9)
        // One flow of three lanes and one of a single lane: every lane gets 1 GB/s.
        network.start(
            bytesPerLane: 1000, path: [LinkUse(link: link, lanes: 3)], token: 0, owner: 0, at: 0)
        network.start(bytesPerLane: 5000, path: [LinkUse(link: link)], token: 1, owner: 0, at: 0)
        // From 1000 on the second has all 4 GB/s for its last 4000 bytes.
        #expect(Self.drain(&network) == ["1000 0:0", "2000 0:1"])
    }

    /// Bertsekas and Gallager's line: the long flow is held to half by its tightest link, and what it
    /// leaves on the wider one is not wasted.
    @Test func whatABottleneckLeavesGoesToOthers() {
        var network = FlowNetwork()
        let narrow = network.addLink(name: "narrow", bytesPerSecond: 2e9)
        let wide = network.addLink(name: "wide", bytesPerSecond: 10e9)
        func flow(_ links: [Int32], _ token: Int64) -> FlowID {
            network.start(
                bytesPerLane: 1 << 40, path: links.map { LinkUse(link: $0) }, token: token, owner: 0, at: 0)
        }
        let long = flow([narrow, wide], 0)
        let short = flow([narrow], 1)
        let free = flow([wide], 2)
        #expect(network.laneBytesPerSecond(of: long) == 1e9)
        #expect(network.laneBytesPerSecond(of: short) == 1e9)
        #expect(network.laneBytesPerSecond(of: free) == 9e9)
        #expect(network.cancel(short, at: 0) == true)
        #expect(network.laneBytesPerSecond(of: long) == 2e9)
        #expect(network.laneBytesPerSecond(of: free) == 8e9)
        #expect(network.laneBytesPerSecond(of: short) == nil)
    }

    @Test func aLinkNamedTwiceCarriesBothPasses() {
        var network = FlowNetwork()
        let link = network.addLink(name: "switch", bytesPerSecond: 1e9)
        network.start(
            bytesPerLane: 1000, path: [LinkUse(link: link), LinkUse(link: link)], token: 0, owner: 0,
            at: 0)
        #expect(Self.drain(&network) == ["2000 0:0"])
        #expect(network.linkStatistics(at: 2000)[0].bytesCarried == 2000)
        #expect(network.linkStatistics(at: 2000)[0].peakFlows == 1)
    }

    @Test func zeroBytesAreDoneAtOnce() {
        var network = FlowNetwork()
        let link = network.addLink(name: "nic", bytesPerSecond: 1e9)
        network.start(bytesPerLane: 500, path: [LinkUse(link: link)], token: 0, owner: 0, at: 0)
        network.start(bytesPerLane: 0, path: [LinkUse(link: link)], token: 1, owner: 0, at: 100)
        #expect(network.nextCompletion == 100)
        #expect(Self.drain(&network) == ["100 0:1", "500 0:0"])
    }

    @Test func completionsOfOneInstantComeInStartOrder() {
        var network = FlowNetwork()
        let links = (0..<3).map { network.addLink(name: "l\($0)", bytesPerSecond: 1e9) }
        // Slots are reused, so the order of slots is not the order of starts.
        let early = network.start(
            bytesPerLane: 10, path: [LinkUse(link: links[0])], token: 9, owner: 0, at: 0)
        network.start(bytesPerLane: 1000, path: [LinkUse(link: links[1])], token: 0, owner: 0, at: 0)
        network.cancel(early, at: 0)
        network.start(bytesPerLane: 900, path: [LinkUse(link: links[2])], token: 1, owner: 0, at: 100)
        network.start(bytesPerLane: 900, path: [LinkUse(link: links[0])], token: 2, owner: 0, at: 100)
        #expect(Self.drain(&network) == ["1000 0:0", "1000 0:1", "1000 0:2"])
    }

    @Test func aCancelledFlowKeepsWhatItMoved() {
        var network = FlowNetwork()
        let link = network.addLink(name: "nic", bytesPerSecond: 1e9)
        let flow = network.start(
            bytesPerLane: 1000, path: [LinkUse(link: link, lanes: 2)], token: 0, owner: 0, at: 0)
        #expect(network.linkStatistics(at: 500)[0].bytesCarried == 500)
        #expect(network.cancel(flow, at: 501) == true)
        #expect(network.cancel(flow, at: 501) == false)
        #expect(network.linkStatistics(at: 900)[0].bytesCarried == 500)  // 250.5 a lane
        #expect(network.linkStatistics(at: 900)[0].busyNanoseconds == 501)
        #expect(network.nextCompletion == nil && network.activeFlowCount == 0)
        #expect(network.imbalances().isEmpty)
    }

    @Test func aLinkThatIsDownStallsItsFlows() {
        var network = FlowNetwork()
        let link = network.addLink(name: "nic", bytesPerSecond: 1e9)
        network.start(bytesPerLane: 1000, path: [LinkUse(link: link)], token: 0, owner: 0, at: 0)
        network.setCapacity(of: link, bytesPerSecond: 0, at: 400)
        #expect(network.nextCompletion == nil)
        network.setCapacity(of: link, bytesPerSecond: 2e9, at: 10_000)
        #expect(Self.drain(&network) == ["10300 0:0"])
    }

    @Test func theVersionTellsWhenToLookAgain() {
        var network = FlowNetwork()
        let link = network.addLink(name: "nic", bytesPerSecond: 1e9)
        let path = [LinkUse(link: link)]
        var versions = [network.version]
        let flow = network.start(bytesPerLane: 1000, path: path, token: 0, owner: 0, at: 0)
        versions.append(network.version)
        network.start(bytesPerLane: 100, path: path, token: 1, owner: 0, at: 0)
        versions.append(network.version)
        network.completions(at: 200) { _, _ in }
        versions.append(network.version)
        network.cancel(flow, at: 300)
        versions.append(network.version)
        #expect(Set(versions).count == 5)
        let version = network.version
        network.completions(at: 400) { _, _ in Issue.record("nothing is left to complete") }
        #expect(network.version == version)
    }

    @Test func noLinkIsFree() async {
        await #expect(processExitsWith: .failure) {
            var network = FlowNetwork()
            network.start(bytesPerLane: 1, path: [], token: 0, owner: 0, at: 0)
        }
    }

    @Test func aCompletionCannotBePassedOver() async {
        await #expect(processExitsWith: .failure) {
            var network = FlowNetwork()
            let path = [LinkUse(link: network.addLink(name: "nic", bytesPerSecond: 1e9))]
            network.start(bytesPerLane: 10, path: path, token: 0, owner: 0, at: 0)
            network.start(bytesPerLane: 10, path: path, token: 1, owner: 0, at: 11 + 10)
        }
    }
}
