import EventEngine
import Hardware
import Testing

@Suite struct ClusterLayoutTests {
    @Test func devicesAreNumberedNodeByNode() throws {
        let layout = try Machine(nominal(("a2", "atlas-800t-a2", 3), ("a3", "atlas-800t-a3", 2))).cluster.layout
        #expect(layout.deviceCount == 56)
        #expect(layout.nodeCount == 5)
        #expect(layout.place(of: DeviceID(17)) == DevicePlace(group: 0, node: NodeID(2), position: 1))
        #expect(layout.place(of: DeviceID(55)) == DevicePlace(group: 1, node: NodeID(4), position: 15))
        #expect(layout.name(of: DeviceID(55)) == "a3/1/15")
        #expect(layout.name(of: NodeID(3)) == "a3/0")
        #expect(layout.nodes(ofGroup: 1) == 3..<5)
        #expect(layout.devices(of: NodeID(3)) == 24..<40)
    }

    /// Law: number, place and name are three spellings of one device.
    @Test(arguments: 0..<20)
    func namesAndNumbersAgree(_ seed: UInt64) throws {
        var random = RandomStream(seed: seed, name: "layout")
        let types = NodeType.shippedNames
        let groups = try (0...random.uniform(below: 4)).map { index in
            var overrides = NodeTypeOverrides()
            overrides.devicesPerNode = 2 * (1 + random.uniform(below: 6))
            let type = try NodeType.named(types[random.uniform(below: types.count)])
            return NodeGroup(
                name: "g\(index)", node: try type.resolved(overrides), count: 1 + random.uniform(below: 5))
        }
        let layout = try Machine(ClusterSpecification(nodeGroups: groups)).cluster.layout
        #expect(layout.deviceCount == groups.reduce(0) { $0 + $1.deviceCount })
        for device in devices(0..<layout.deviceCount) {
            let place = layout.place(of: device)
            #expect(layout.device(named: layout.name(of: device)) == device)
            #expect(layout.node(named: layout.name(of: place.node)) == place.node)
            #expect(layout.devices(of: place.node).lowerBound + place.position == device.index)
            #expect(layout.nodes(ofGroup: place.group).contains(place.node.index))
            #expect(layout.group(named: "g\(place.group)") == place.group)
        }
    }

    @Test(arguments: [
        "", "h20", "h20/0", "h20/0/8", "h20/2/0", "h20/00/1", "h20/0/+1", "h20/0/-1", "h2/0/0", "h20/0/1/1",
        "h20/0/ 1",
    ])
    func otherNamesDenoteNoDevice(_ name: String) throws {
        let layout = try Machine(nominal(("h20", "hgx-h20", 2))).cluster.layout
        #expect(layout.device(named: name) == nil)
    }

    @Test func aGroupMayHaveASlashInItsName() throws {
        let layout = try Machine(nominal(("rack/1", "hgx-h20", 2))).cluster.layout
        #expect(layout.device(named: "rack/1/1/3") == DeviceID(11))
        #expect(layout.name(of: DeviceID(11)) == "rack/1/1/3")
    }
}
