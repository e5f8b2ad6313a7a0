import Hardware
import Testing

@Suite struct ClusterSpecificationTests {
    @Test func defaultsAreTheMeasuredOnes() throws {
        let node = try NodeType.named("hgx-h20").resolved()
        let specification = ClusterSpecification(nodeGroups: [NodeGroup(name: "h20", node: node, count: 2)])
        #expect(specification.networkEfficiency == 0.85)
        #expect(specification.scaleUpEfficiency == 1)
        #expect(specification.transferSetupNanoseconds == 1_840_000)
        #expect(specification.nodeGroups[0].deviceCount == 16)
    }

    @Test func efficienciesScaleTheirLinks() throws {
        let node = try NodeType.named("hgx-h20").resolved()
        let group = NodeGroup(name: "h20", node: node, count: 2)
        let fabric = Fabric.leafSpine(nodesPerLeaf: 1, oversubscription: 4)
        let machine = try Machine(ClusterSpecification(nodeGroups: [group], fabric: fabric))
        let rates = machine.network.linkStatistics(at: 0).map { ($0.name, $0.bytesPerSecond / 1e9) }
        func rate(_ name: String) -> Double? { rates.first { $0.0 == name }?.1 }
        #expect(rate("h20/0/0 nic out") == 21.25)
        #expect(rate("h20/0/0 port in") == 450)
        #expect(rate("h20/0/0 host to device") == 50)
        #expect(rate("leaf 1 up") == 42.5)
        #expect(try machine.path(0, 1).latencyNanoseconds == 1_841_000)
    }

    @Test(arguments: [
        (0, "cluster: the count of h20 is 0; allowed is 1 or more"),
        (1, "cluster: the network efficiency is 0.0; allowed is above 0 to 1"),
        (2, "cluster: the scale-up efficiency is 1.5; allowed is above 0 to 1"),
        (3, "cluster: the transfer set-up time in ns is -1; allowed is 0 or more"),
        (4, "cluster: the number of nodes per leaf is 0; allowed is 1 or more"),
        (5, "cluster: the oversubscription is 0.0; allowed is a number above 0"),
        (6, "cluster: the name of a node group is h20 twice; allowed is each name once"),
        (7, "cluster: the number of node groups is 0; allowed is 1 or more"),
    ])
    func valuesOutOfRangeAreRefused(_ mistake: Int, message: String) throws {
        var specification = try nominal(("h20", "hgx-h20", 1))
        switch mistake {
        case 0: specification.nodeGroups[0].count = 0
        case 1: specification.networkEfficiency = 0
        case 2: specification.scaleUpEfficiency = 1.5
        case 3: specification.transferSetupNanoseconds = -1
        case 4: specification.fabric = .leafSpine(nodesPerLeaf: 0, oversubscription: 1)
        case 5: specification.fabric = .leafSpine(nodesPerLeaf: 1, oversubscription: 0)
        case 6: specification.nodeGroups.append(specification.nodeGroups[0])
        default: specification.nodeGroups = []
        }
        let error = #expect(throws: HardwareError.self) { try Machine(specification) }
        #expect(error?.description == message)
    }
}
