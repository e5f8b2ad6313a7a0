import EventEngine
import Hardware
import Testing
import TraceFormats

@testable import Scheduling

/// What holds for placement groups whatever the bundles: against a search of all assignments.
@Suite struct PlacementGroupLawTests {
    /// All ways to lay bundles on nodes with so many free devices, each as the node of every bundle.
    private func assignments(_ bundles: [Int32], _ free: [Int32]) -> [[Int]] {
        guard let last = bundles.last else { return [[]] }
        return assignments(Array(bundles.dropLast()), free).flatMap { head in
            free.indices.compactMap { node in
                let taken = zip(bundles, head).reduce(Int32(0)) { $0 + ($1.1 == node ? $1.0 : 0) }
                return taken + last <= free[node] ? head + [node] : nil
            }
        }
    }

    @Test(arguments: PlacementStrategy.allCases) func placesAreRightAndFound(_ strategy: PlacementStrategy) throws {
        var random = RandomStream(seed: 7, name: "bundles")
        let machine = try genericMachine(nodes: 4, devices: 6)
        var found = 0
        var impossible = 0
        for trial in 0..<400 {
            var map = FreeMap(machine.cluster)
            for node in 0..<4 { map.add(-Int32(random.uniform(below: 7)), to: node) }
            let isEqual = trial % 2 == 0
            let size = Int32(1 + random.uniform(below: 4))
            let bundles = (0...random.uniform(below: 4)).map { _ in
                isEqual ? size : Int32(1 + random.uniform(below: 4))
            }
            let group = PlacementGroup(bundles.map { Bundle(devices: $0) }, strategy)
            let free = (0..<4).map { map.free($0) }
            let all = assignments(bundles, free).filter { nodes in
                let used = Set(nodes).count
                return switch strategy {
                case .pack, .spread: true
                case .strictPack: used == 1
                case .strictSpread: used == nodes.count
                }
            }
            var shares: [NodeShare] = []
            let isPlaced = group.place(job(0, group.devices, 1), partition: 0, in: map, hosts: nil, into: &shares)
            #expect(isPlaced == !shares.isEmpty)
            if isPlaced { found += 1 } else { impossible += 1 }
            // What is strict, and what is equal, is found whenever it exists.
            if strategy == .strictPack || strategy == .strictSpread || isEqual {
                #expect(isPlaced == !all.isEmpty, "\(bundles) on \(free)")
            }
            guard isPlaced else { continue }
            #expect(!all.isEmpty)
            #expect(shares.reduce(0) { $0 + $1.devices } == group.devices)
            #expect(shares.allSatisfy { $0.devices <= free[Int($0.node)] })
            #expect(Set(shares.map(\.node)).count == shares.count)
            // Some assignment gives each node just that.
            let asFound = all.contains { nodes in
                shares.allSatisfy { share in
                    zip(bundles, nodes).reduce(0) { $0 + ($1.1 == Int(share.node) ? $1.0 : 0) } == share.devices
                }
            }
            #expect(asFound, "\(bundles) on \(free): \(shares)")
            guard isEqual else { continue }
            let counts = all.map { Set($0).count }
            if strategy == .pack { #expect(shares.count == counts.min()) }
            if strategy == .spread { #expect(shares.count == counts.max()) }
        }
        #expect(found > 80 && impossible > 40)
    }

    /// In a run with plain jobs, quotas, preemption and failures, a group has all of its bundles or none.
    @Test(arguments: [WhenBlocked.block, .skip, .reserveHead, .reserveAll]) func groupsAreWhole(
        _ whenBlocked: WhenBlocked
    ) throws {
        for seed in 0..<6 as Range<UInt64> {
            var random = RandomStream(seed: seed, name: "groups")
            var jobs = SchedulingLawTests.jobs(seed)
            var groups: [PlacementGroup] = []
            for index in jobs.indices where jobs[index].devices > 1 && random.uniform(below: 2) == 0 {
                jobs[index].placementGroup = Int32(groups.count)
                // On three nodes of four devices each of these can be placed.
                let size = Int32([1, 2, 4][random.uniform(below: 3)])
                groups.append(
                    PlacementGroup(
                        devices: jobs[index].devices, bundleDevices: size, [.pack, .spread][random.uniform(below: 2)]))
            }
            var policy = SchedulingPolicy(whenBlocked: whenBlocked)
            if whenBlocked == .skip, seed % 2 == 0 {
                (policy.order, policy.preemption) = (.shortestRemaining, .byOrder)
            }
            var configuration = SchedulingConfiguration(
                name: "law", seed: seed, policy: policy, tenants: SchedulingLawTests.tenants, list: list(jobs))
            configuration.placementGroups = groups
            let engine = run(configuration, on: try genericMachine(nodes: 3, devices: 4)) { engine, machine, _ in
                for job in engine.running {
                    let lease = engine.leases[Int(job)].flatMap { machine.cluster.lease($0) }
                    #expect(lease?.devices.count == Int(jobs[Int(job)].devices))
                }
            }
            #expect((0..<jobs.count).allSatisfy { engine.record($0).phase == .completed })
            for index in jobs.indices where jobs[index].placementGroup >= 0 {
                let group = groups[Int(jobs[index].placementGroup)]
                for segment in engine.runs(of: index) {
                    let shares = engine.shares(of: segment).map(\.devices)
                    #expect(shares.reduce(0, +) == group.devices)
                    let size = group.bundles[0].devices
                    // At most one node has the rest that is smaller than a bundle.
                    #expect(shares.filter { $0 % size != 0 }.count <= 1)
                }
            }
        }
    }

    /// A gang cut into one bundle is a gang on one node: the same run as with a placement that wants that.
    @Test func oneBundleIsAGangOfOneNode() throws {
        for seed in 0..<6 as Range<UInt64> {
            var jobs = SchedulingLawTests.jobs(seed).filter { $0.devices <= 4 }
            var configuration = SchedulingConfiguration(
                name: "law", seed: seed, policy: SchedulingPolicy(whenBlocked: .skip),
                tenants: SchedulingLawTests.tenants, list: list(jobs))
            let plain = run(configuration, on: try genericMachine(nodes: 3, devices: 4))
            for index in jobs.indices {
                jobs[index].placementGroup = Int32(index)
                configuration.placementGroups.append(
                    PlacementGroup([Bundle(devices: jobs[index].devices)], .strictPack))
            }
            configuration.list = list(jobs)
            #expect(run(configuration, on: try genericMachine(nodes: 3, devices: 4)).segments == plain.segments)
        }
    }
}
