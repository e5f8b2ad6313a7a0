import EventEngine
import Hardware
import Testing

@testable import Scheduling

/// Gangs and the domains that they lie in.
@Suite struct TopologyTests {
    /// Nodes of four devices, two under a leaf switch, four in a super-node.
    private func run(_ jobs: [Job], nodes: Int = 8, placement: Placement = .pack) throws -> SchedulingEngine {
        var configuration = SchedulingConfiguration(
            name: "topology", policy: SchedulingPolicy(whenBlocked: .skip, placement: placement), list: list(jobs))
        configuration.nodesPerSuperNode = 4
        configuration.slowdown.acrossNodes = 2
        configuration.slowdown.acrossLeaves = 3
        configuration.slowdown.acrossSuperNodes = 4
        let fabric = Fabric.leafSpine(nodesPerLeaf: 2, oversubscription: 1)
        var engine = SchedulingTests.run(
            configuration, on: try genericMachine(nodes: nodes, devices: 4, fabric: fabric))
        engine.close(at: engine.lastActivity)
        return engine
    }

    private func within(_ domain: PlacementDomain, _ request: Job) -> Job {
        var request = request
        request.within = domain
        return request
    }

    /// The farther apart, the slower; the smallest domain with room is taken.
    @Test func domainsAndFactors() throws {
        let jobs = [job(0, 4, 10), job(100, 8, 10), job(200, 12, 10), job(300, 20, 10)]
        let engine = try run(jobs, placement: .topology)
        #expect(engine.spans == ["0-10", "100-120", "200-230", "300-340"])
    }

    @Test func aGangWaitsForItsDomain() throws {
        // Three of four devices of each node are taken until 50 s: four are free, two under each leaf switch.
        let jobs = [job(0, 3, 50), job(0, 3, 50), job(0, 3, 50), job(0, 3, 50), within(.leaf, job(1, 4, 10))]
        let engine = try run(jobs, nodes: 4)
        #expect(engine.spans[4] == "50-60")
        #expect(engine.waits(4).map(\.reason) == [.fragmentation])
        #expect(try run(Array(jobs.dropLast()) + [within(.superNode, job(1, 4, 10))], nodes: 4).spans[4] == "1-31")
        #expect(try run(Array(jobs.dropLast()) + [job(1, 4, 10)], nodes: 4).spans[4] == "1-31")
    }

    @Test func whatNoDomainHoldsIsImpossible() throws {
        let engine = try run([
            within(.node, job(0, 5, 1)), within(.leaf, job(0, 9, 1)), within(.superNode, job(0, 17, 1)),
            within(.superNode, job(0, 16, 1)),
        ])
        #expect((0..<4).map { engine.record($0).phase } == [.rejected, .rejected, .rejected, .completed])
    }

    @Test func gangsLieInTheirDomains() throws {
        for seed in 0..<6 as Range<UInt64> {
            var random = RandomStream(seed: seed, name: "domains")
            let jobs = SchedulingLawTests.jobs(seed).map { plain in
                within(PlacementDomain.allCases[random.uniform(below: 4)], plain)
            }
            let engine = try run(
                jobs.map {
                    var own = $0
                    own.tenant = 0
                    return own
                })
            var spread = 0
            for segment in engine.segments {
                let nodes = engine.shares(of: segment).map { Int($0.node) }
                let size =
                    switch jobs[Int(segment.job)].within {
                    case .node: 1
                    case .leaf: 2
                    case .superNode: 4
                    case .cluster: 8
                    }
                #expect(Set(nodes.map { $0 / size }).count == 1)
                if nodes.count > 1 { spread += 1 }
            }
            #expect(spread > 0)
            #expect(
                jobs.indices.allSatisfy { index in
                    let most: Int32 = [.node: 4, .leaf: 8][jobs[index].within] ?? 16
                    return engine.record(index).phase == (jobs[index].devices <= most ? .completed : .rejected)
                })
        }
    }

    /// On an A3 node of eight packages of two dies, a gang of two gets a package although single dies are free
    /// before it.
    @Test func packagesStayTogether() throws {
        let node = try NodeType.named("atlas-800t-a3").resolved()
        let machine = try Machine(ClusterSpecification(nodeGroups: [NodeGroup(name: "a3", node: node, count: 1)]))
        func spans(_ placement: Placement) -> [String] {
            var configuration = SchedulingConfiguration(
                name: "packages", policy: SchedulingPolicy(placement: placement),
                list: list([job(0, 1, 100), job(0, 2, 10), job(0, 1, 10), job(0, 12, 10)]))
            configuration.slowdown.acrossPackages = 3
            return SchedulingTests.run(configuration, on: machine).spans
        }
        #expect(spans(.topology) == ["0-100", "0-10", "0-10", "0-30"])
        #expect(spans(.pack) == ["0-100", "0-30", "0-10", "0-30"])
    }
}
