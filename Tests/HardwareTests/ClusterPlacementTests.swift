import EventEngine
import Hardware
import Testing

@Suite struct ClusterPlacementTests {
    private func cluster(_ nodes: Int = 2) throws -> Cluster {
        try Machine(nominal(("h20", "hgx-h20", 1), ("a2", "atlas-800t-a2", nodes))).cluster
    }

    @Test func replicasAreConsecutiveCardsInsideNodes() throws {
        let placed = try cluster().placement(in: "a2", replicas: 3, tensorParallel: 4)
        #expect(placed == [devices(8..<12), devices(12..<16), devices(16..<20)])
        let threes = try cluster().placement(in: "a2", replicas: 4, tensorParallel: 3)
        #expect(threes.map(\.first?.index) == [8, 11, 16, 19])
    }

    @Test func whatDoesNotFitSaysHowManyDo() throws {
        var cluster = try cluster()
        _ = try cluster.lease([DeviceID(9)], owner: "job")
        let error = #expect(throws: PlacementError.self) {
            try cluster.placement(in: "a2", replicas: 4, tensorParallel: 4)
        }
        #expect(error == .doesNotFit(group: "a2", replicas: 4, tensorParallel: 4, fits: 3, available: 15))
        #expect(
            error?.description == "4 replicas of 4 devices do not fit on node group a2: 3 fit on its 15 available "
                + "devices; ask for fewer or add nodes")
    }

    @Test func anUnknownGroupGetsTheNearest() throws {
        #expect(throws: PlacementError.unknownGroup("a3", nearest: "a2", known: ["h20", "a2"])) {
            try cluster().placement(in: "a3", replicas: 1, tensorParallel: 1)
        }
    }

    @Test func alignedStartsArePreferredWhereTheyCostNothing() throws {
        var cluster = try cluster(1)
        _ = try cluster.lease([DeviceID(8)], owner: "job")
        #expect(try cluster.placement(in: "a2", replicas: 3, tensorParallel: 2).map(\.first?.index) == [10, 12, 14])
        // Aligned, only 11...13 would do; packed, two replicas fit.
        #expect(try cluster.placement(in: "a2", replicas: 2, tensorParallel: 3).map(\.first?.index) == [9, 12])
    }

    @Test func aReplicaLargerThanANodeTakesWholeNodes() throws {
        var cluster = try cluster(5)
        _ = try cluster.lease([DeviceID(8)], owner: "job")
        #expect(
            try cluster.placement(in: "a2", replicas: 2, tensorParallel: 12) == [devices(16..<28), devices(32..<44)])
        #expect(throws: PlacementError.doesNotFit(
            group: "a2", replicas: 3, tensorParallel: 16, fits: 2, available: 39)
        ) {
            try cluster.placement(in: "a2", replicas: 3, tensorParallel: 16)
        }
    }

    @Test func sharedDevicesServeSharedPlacementsOnly() throws {
        var cluster = try cluster(1)
        _ = try cluster.lease(devices(8..<16), owner: "rollout", mode: .timeShared)
        #expect(throws: PlacementError.self) { try cluster.placement(in: "a2", replicas: 1, tensorParallel: 8) }
        #expect(try cluster.placement(in: "a2", replicas: 1, tensorParallel: 8, mode: .timeShared) == [devices(8..<16)])
        cluster.setFailed(true, DeviceID(12))
        #expect(throws: PlacementError.self) {
            try cluster.placement(in: "a2", replicas: 1, tensorParallel: 8, mode: .timeShared)
        }
    }

    /// Law: what is placed is available, disjoint, consecutive and inside one node, and no more
    /// replicas would fit than runs of available devices allow.
    @Test(arguments: 0..<50)
    func placementsAreWholeAndMaximal(_ seed: UInt64) throws {
        var random = RandomStream(seed: seed, name: "placement")
        var cluster = try cluster(3)
        for device in devices(8..<32) where random.bernoulli(0.3) { _ = try cluster.lease([device], owner: "job") }
        let size = 1 + random.uniform(below: 8)
        let fits = (1..<4).reduce(0) { sum, node in
            let runs = cluster.layout.devices(of: NodeID(node)).split { !cluster.isAvailable(DeviceID($0)) }
            return sum + runs.reduce(0) { $0 + $1.count / size }
        }
        #expect(throws: PlacementError.self) {
            try cluster.placement(in: "a2", replicas: fits + 1, tensorParallel: size)
        }
        guard fits > 0 else { return }
        let placed = try cluster.placement(in: "a2", replicas: fits, tensorParallel: size)
        for replica in placed {
            #expect(replica.map(\.index) == Array(replica[0].index..<replica[0].index + size))
            #expect(Set(replica.map { cluster.layout.node(of: $0) }).count == 1)
            _ = try cluster.lease(replica, owner: "pool")
        }
        #expect(placed.count == fits)
    }
}
