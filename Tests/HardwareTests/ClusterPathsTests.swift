import EventEngine
import Hardware
import Testing

/// Which links a transfer crosses.
@Suite struct ClusterPathsTests {
    @Test func withinAMeshAPairHasItsOwnLink() throws {
        let machine = try Machine(nominal(("a2", "atlas-800t-a2", 1)))
        #expect(try machine.names(machine.path(2, 5)) == ["a2/0/2 to peer 5 x1"])
        #expect(try machine.names(machine.path(5, 2)) == ["a2/0/5 to peer 2 x1"])
        #expect(try machine.path(2, 5).latencyNanoseconds == 500)
    }

    @Test func withinASwitchTwoPortsAreCrossed() throws {
        let machine = try Machine(nominal(("h20", "hgx-h20", 1)))
        #expect(try machine.names(machine.path(2, 5)) == ["h20/0/2 port out x1", "h20/0/5 port in x1"])
    }

    @Test func packagesHaveALinkInsideAndPortsOutside() throws {
        let machine = try Machine(nominal(("a3", "atlas-800t-a3", 1)))
        #expect(try machine.names(machine.path(6, 7)) == ["a3/0/6 to peer 7 x1"])
        #expect(try machine.names(machine.path(7, 6)) == ["a3/0/7 to peer 6 x1"])
        #expect(try machine.path(6, 7).latencyNanoseconds == 200)
        #expect(try machine.names(machine.path(7, 8)) == ["a3/0/7 port out x1", "a3/0/8 port in x1"])
        #expect(try machine.path(7, 8).latencyNanoseconds == 1200)
    }

    @Test func withoutScaleUpPeersGoThroughTheirHostLinks() throws {
        let machine = try Machine(nominal(("l40s", "pcie-l40s-8", 1)))
        #expect(try machine.names(machine.path(0, 3)) == ["l40s/0/0 device to host x1", "l40s/0/3 host to device x1"])
    }

    @Test func betweenNodesNICsAndLeavesAreCrossed() throws {
        let fabric = Fabric.leafSpine(nodesPerLeaf: 2, oversubscription: 1)
        let machine = try Machine(nominal(("a2", "atlas-800t-a2", 3), ("h20", "hgx-h20", 1), fabric: fabric))
        #expect(try machine.names(machine.path(0, 8)) == ["a2/0/0 nic out x1", "a2/1/0 nic in x1"])
        #expect(
            try machine.names(machine.path(0, 24)) == [
                "a2/0/0 nic out x1", "h20/0/0 nic in x1", "leaf 0 up x1", "leaf 1 down x1",
            ])
        #expect(try machine.names(machine.path(16, 24)) == ["a2/2/0 nic out x1", "h20/0/0 nic in x1"])
        #expect(try machine.path(0, 24).latencyNanoseconds == 1500)
    }

    @Test func aSingleLeafNeedsNoSpine() throws {
        let fabric = Fabric.leafSpine(nodesPerLeaf: 8, oversubscription: 4)
        let machine = try Machine(nominal(("h20", "hgx-h20", 8), fabric: fabric))
        #expect(!machine.network.linkStatistics(at: 0).contains { $0.name.hasPrefix("leaf") })
    }

    @Test func fourRanksToEight() throws {
        let machine = try Machine(nominal(("a2", "atlas-800t-a2", 1), ("h20", "hgx-h20", 1)))
        let path = try machine.cluster.path(from: devices(0..<4), to: devices(8..<16))
        #expect(path.lanes == 8)
        #expect(
            machine.names(path)
                == (0..<4).map { "a2/0/\($0) nic out x2" } + (0..<8).map { "h20/0/\($0) nic in x1" })
        #expect(path.bytesPerLane(of: 1_073_741_825) == 134_217_729)
    }

    @Test func eightRanksToFour() throws {
        let machine = try Machine(nominal(("a2", "atlas-800t-a2", 1), ("h20", "hgx-h20", 1)))
        let path = try machine.cluster.path(from: devices(0..<8), to: devices(8..<12))
        #expect(path.lanes == 8)
        #expect(
            machine.names(path)
                == (0..<8).map { "a2/0/\($0) nic out x1" } + (0..<4).map { "h20/0/\($0) nic in x2" })
    }

    @Test func fourRanksToFour() throws {
        let machine = try Machine(nominal(("a2", "atlas-800t-a2", 1)))
        let path = try machine.cluster.path(from: devices(0..<4), to: devices(4..<8))
        #expect(path.lanes == 4)
        #expect(machine.names(path) == (0..<4).map { "a2/0/\($0) to peer \($0 + 4) x1" })
    }

    @Test func aCopyToItselfAndAnEmptyEndAreErrors() throws {
        let cluster = try Machine(nominal(("a2", "atlas-800t-a2", 1))).cluster
        #expect(throws: TransferError.copyToItself(device: "a2/0/1")) {
            try cluster.path(from: devices(0..<2), to: [DeviceID(2), DeviceID(1)])
        }
        #expect(throws: TransferError.noDevices) { try cluster.path(from: [], to: devices(0..<1)) }
        #expect(throws: TransferError.noDevices) { try cluster.path(from: devices(0..<1), to: []) }
    }

    @Test func hostCopiesHaveTheirDirections() throws {
        let machine = try Machine(nominal(("a2", "atlas-800t-a2", 1)))
        let cluster = machine.cluster
        let device = DeviceID(3)
        #expect(machine.names(cluster.hostPath(device, .toDevice, pinned: true)) == ["a2/0/3 host to device x1"])
        #expect(machine.names(cluster.hostPath(device, .toHost, pinned: true)) == ["a2/0/3 device to host x1"])
        #expect(
            machine.names(cluster.hostPath(device, .toHost, pinned: false)) == [
                "a2/0/3 device to host x1", "a2/0/3 pageable to host x1",
            ])
        #expect(
            machine.names(cluster.hostPath(device, .toDevice, pinned: false)) == [
                "a2/0/3 host to device x1", "a2/0/3 pageable to device x1",
            ])
        #expect(cluster.hostPath(device, .toHost, pinned: true).latencyNanoseconds == 10_000)
    }

    /// Law: any two groups of devices that share none have a path, of as many lanes as the larger,
    /// and each lane leaves and reaches exactly one device.
    @Test(arguments: 0..<40)
    func everyPathIsWholeAndCosts(_ seed: UInt64) throws {
        var random = RandomStream(seed: seed, name: "paths")
        let fabric = Fabric.leafSpine(nodesPerLeaf: 1 + random.uniform(below: 3), oversubscription: 2)
        let machine = try Machine(
            nominal(
                ("a2", "atlas-800t-a2", 2), ("a3", "atlas-800t-a3", 1), ("h20", "hgx-h20", 2),
                ("l20", "pcie-l20-8", 1), fabric: fabric))
        var all = devices(0..<machine.cluster.layout.deviceCount)
        all.shuffle(using: &random)
        let (from, to) = (1 + random.uniform(below: 16), 1 + random.uniform(below: 16))
        let path = try machine.cluster.path(from: Array(all[..<from]), to: Array(all[from..<from + to]))
        #expect(path.lanes == max(from, to))
        #expect(path.links.allSatisfy { $0.lanes >= 1 && Int($0.lanes) <= path.lanes })
        #expect(path.links.map(\.link) == Set(path.links.map(\.link)).sorted())
        #expect(path.latencyNanoseconds > 0)
        let leaving = machine.lanes(of: path, endingIn: [" nic out", " port out", " device to host"], or: " to peer ")
        #expect(leaving == path.lanes)
    }
}

extension Machine {
    fileprivate func lanes(of path: TransferPath, endingIn ends: [String], or infix: String) -> Int {
        let links = network.linkStatistics(at: 0)
        return path.links.reduce(0) { sum, use in
            let name = links[Int(use.link)].name
            let counts = name.contains(infix) || ends.contains { name.hasSuffix($0) }
            return sum + (counts ? Int(use.lanes) : 0)
        }
    }
}
