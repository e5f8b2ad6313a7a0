import EventEngine
import Hardware
import Testing

@Suite struct ClusterLeasesTests {
    private func cluster() throws -> Cluster { try Machine(nominal(("a2", "atlas-800t-a2", 2))).cluster }

    @Test func aSecondExclusiveLeaseNamesTheHolder() throws {
        var cluster = try cluster()
        let lease = try cluster.lease(devices(0..<4), owner: "chat")
        #expect(lease.devices == devices(0..<4))
        #expect(lease.owner == "chat" && lease.mode == .exclusive)
        let error = #expect(throws: LeaseError.self) { try cluster.lease(devices(3..<6), owner: "rl") }
        #expect(
            error == .held(device: "a2/0/3", holder: "chat", holderMode: .exclusive, requested: .exclusive))
        #expect(
            error?.description
                == "a2/0/3 is held by chat (exclusive), so that it cannot be leased exclusive; "
                + "choose free devices, or lease it time-shared on both sides")
        #expect(cluster.isAvailable(DeviceID(4)))
        cluster.release(lease.id)
        #expect(try cluster.lease(devices(3..<6), owner: "rl").owner == "rl")
    }

    @Test func timeSharedLeasesShareWithEachOtherOnly() throws {
        var cluster = try cluster()
        let rollout = try cluster.lease(devices(0..<8), owner: "rollout", mode: .timeShared)
        let training = try cluster.lease(devices(0..<4), owner: "training", mode: .timeShared)
        #expect(cluster.leases(of: DeviceID(2)).map(\.owner) == ["rollout", "training"])
        #expect(throws: LeaseError.held(
            device: "a2/0/2", holder: "rollout", holderMode: .timeShared, requested: .exclusive)
        ) {
            try cluster.lease([DeviceID(2)], owner: "job")
        }
        #expect(cluster.availableDevices(of: NodeID(0)).isEmpty)
        #expect(cluster.availableDevices(of: NodeID(0), for: .timeShared) == devices(0..<8))
        cluster.release(rollout.id)
        #expect(cluster.availableDevices(of: NodeID(0)) == devices(4..<8))
        #expect(throws: LeaseError.self) { try cluster.lease([DeviceID(0)], owner: "job") }
        cluster.release(training.id)
        #expect(try cluster.lease([DeviceID(0)], owner: "job").devices == [DeviceID(0)])
        #expect(throws: LeaseError.held(
            device: "a2/0/0", holder: "job", holderMode: .exclusive, requested: .timeShared)
        ) {
            try cluster.lease([DeviceID(0)], owner: "rollout", mode: .timeShared)
        }
    }

    @Test func aLeaseThatEndedDenotesNothing() throws {
        var cluster = try cluster()
        let first = try cluster.lease([DeviceID(0)], owner: "first")
        let isFirstEnd = cluster.release(first.id)
        let second = try cluster.lease([DeviceID(0)], owner: "second")
        let isSecondEnd = cluster.release(first.id)
        #expect(isFirstEnd && !isSecondEnd)
        #expect(cluster.lease(first.id) == nil)
        #expect(cluster.lease(second.id) == second)
    }

    @Test func emptyAndRepeatedDevicesAreRefused() throws {
        var cluster = try cluster()
        #expect(throws: LeaseError.noDevices) { try cluster.lease([], owner: "x") }
        #expect(throws: LeaseError.repeated(device: "a2/0/1")) {
            try cluster.lease([DeviceID(1), DeviceID(0), DeviceID(1)], owner: "x")
        }
        #expect(cluster.freeDeviceCount(NodeID(0)) == 8)
    }

    @Test func aFailedDeviceIsNotLeased() throws {
        var cluster = try cluster()
        let lease = try cluster.lease(devices(0..<2), owner: "chat")
        cluster.setFailed(true, DeviceID(0))
        cluster.setFailed(true, DeviceID(5))
        #expect(cluster.isFailed(DeviceID(5)))
        #expect(cluster.freeDeviceCount(NodeID(0)) == 5)
        #expect(throws: LeaseError.failed(device: "a2/0/5")) { try cluster.lease([DeviceID(5)], owner: "x") }
        cluster.release(lease.id)
        #expect(cluster.availableDevices(ofGroup: 0) == [1, 2, 3, 4, 6, 7].map { DeviceID($0) } + devices(8..<16))
        cluster.setFailed(false, DeviceID(0))
        cluster.setFailed(false, DeviceID(5))
        #expect(cluster.freeDeviceCount(NodeID(0)) == 8)
    }

    /// Law: an exclusive holder is alone; the free count is what a look at every device says; when
    /// all leases have ended, all is free.
    @Test(arguments: 0..<30)
    func booksBalance(_ seed: UInt64) throws {
        var random = RandomStream(seed: seed, name: "leases")
        var cluster = try cluster()
        var held: [Lease] = []
        for step in 0..<200 {
            switch random.uniform(below: 5) {
            case 0, 1, 2:
                let first = random.uniform(below: 16)
                let wanted = devices(first..<min(16, first + 1 + random.uniform(below: 4)))
                let mode = random.bernoulli(0.5) ? LeaseMode.exclusive : .timeShared
                let isPossible = wanted.allSatisfy { device in
                    let others = held.filter { $0.devices.contains(device) }
                    let isShared = mode == .timeShared && others.allSatisfy { $0.mode == .timeShared }
                    return !cluster.isFailed(device) && (others.isEmpty || isShared)
                }
                let lease = try? cluster.lease(wanted, owner: "w\(step)", mode: mode)
                #expect((lease != nil) == isPossible)
                if let lease { held.append(lease) }
            case 3 where !held.isEmpty:
                let isEnded = cluster.release(held.remove(at: random.uniform(below: held.count)).id)
                #expect(isEnded)
            default: cluster.setFailed(random.bernoulli(0.3), DeviceID(random.uniform(below: 16)))
            }
            for node in 0..<2 {
                let free = cluster.layout.devices(of: NodeID(node)).filter { index in
                    !cluster.isFailed(DeviceID(index)) && !held.contains { $0.devices.contains(DeviceID(index)) }
                }
                #expect(cluster.freeDeviceCount(NodeID(node)) == free.count)
                #expect(cluster.availableDevices(of: NodeID(node)).map(\.index) == free)
            }
        }
        for lease in held { cluster.release(lease.id) }
        for device in devices(0..<16) { cluster.setFailed(false, device) }
        #expect(cluster.availableDevices(ofGroup: 0) == devices(0..<16))
    }
}
