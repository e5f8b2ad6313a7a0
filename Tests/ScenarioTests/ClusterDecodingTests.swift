import Hardware
import JSONText
import Testing

@testable import Scenario

/// Nodes and fabric: values that are read, and what is said of wrong ones.
@Suite struct ClusterDecodingTests {
    static let damages = [
        Damage(
            #""type": "hgx-h20", "count": 1"#, #""type": "hgx-h20", "count": 0"#,
            says: "small.json:5:53: cluster.nodes.h20.count: expected an integer from 1 to 65536, found 0"),
        Damage(
            #""type": "hgx-h20", "count": 1"#, #""type": "hgx-h20""#,
            says: "small.json:5:23: cluster.nodes.h20.count: missing; expected an integer from 1 to 65536"),
        Damage(
            #""type": "hgx-h20", "count": 1"#, 
            #""type": "hgx-h20", "count": 1, "pinned_bandwidth": "500 GB/s""#,
            says: "small.json:5:23: cluster.nodes.h20: node type hgx-h20: pinned_bandwidth is 500.0 GB/s, more "
                + "than the host link of h20-96 carries; set at most 64.0 GB/s"),
        Damage(
            #""type": "hgx-h20", "count": 1"#, #""type": "hgx-h20", "count": 1, "nic_bandwidth": "25 Gb/s""#,
            says: "small.json:5:73: cluster.nodes.h20.nic_bandwidth: expected a bandwidth with a known unit, "
                + #"found "25 Gb/s"; did you mean Gbit/s or GB/s?"#),
        Damage(
            #""type": "hgx-h20", "count": 1"#, #""type": "hgx-h20", "count": 1, "nic_bandwidth": 25"#,
            says: "small.json:5:73: cluster.nodes.h20.nic_bandwidth: expected a bandwidth with its unit, found "
                + #"25; write "25 GB/s""#),
        Damage(
            #""type": "hgx-h20", "count": 1"#, #""type": "hgx-h20", "count": 1, "host_memory": "0 B""#,
            says: "small.json:5:71: cluster.nodes.h20.host_memory: expected a number of bytes above zero, found "
                + #""0 B""#),
        Damage(
            #""type": "hgx-h20", "count": 1"#, #""type": "hgx-h20", "count": 1, "device": "own.json""#,
            says: "small.json:5:66: cluster.nodes.h20.device: cannot use own.json: own.json: cannot be read: no "
                + "such file or folder; check the path; it is relative to where it is named"),
        Damage(
            #""kind": "leaf-spine""#, #""kind": "single-switch", "oversubscription": 2"#,
            says: "small.json:6:62: cluster.fabric.oversubscription: has no effect on a single switch; leave it out"),
        Damage(
            #""kind": "leaf-spine""#, #""kind": "torus""#,
            says: #"small.json:6:25: cluster.fabric.kind: expected one of leaf-spine, single-switch, found "torus""#),
        Damage(
            #"{ "kind": "leaf-spine" }"#, "3",
            says: "small.json:6:15: cluster.fabric: expected an object, found 3"),
        Damage(
            #""nodes": { "h20": { "type": "hgx-h20", "count": 1 }, "a2": { "type": "atlas-800t-a2", "count": 1 } },"#, 
            "",
            says: "small.json:4:14: cluster.nodes: missing; expected an object"),
        Damage(
            #""nodes": { "h20": { "type": "hgx-h20", "count": 1 }, "a2": { "type": "atlas-800t-a2", "count": 1 } },"#, 
            #""nodes": {},"#,
            says: "small.json:5:14: cluster.nodes: expected at least one group of nodes"),
    ]

    @Test(arguments: damages)
    func aWrongClusterIsExplained(_ damage: Damage) { #expect(damage.complaints == damage.messages) }

    @Test func overridesReachTheNodes() throws {
        let cluster = try SampleScenarios.separated.scenario().specification().cluster
        #expect(cluster.nodeGroups.map(\.name) == ["a2", "h20"])
        #expect(cluster.nodeGroups.map(\.count) == [3, 1])
        let node = cluster.nodeGroups[0].node
        #expect(node.device.name == "ascend-910b3")
        #expect(node.networkBytesPerSecond.value == 25e9)
        #expect(node.scaleUp == .mesh(pairBytesPerSecond: .chosen(28e9)))
        #expect(node.host.memoryBytes.value == 1_649_267_441_664)
        #expect(node.host.pinnedBytesPerSecond.value == 20e9)
        #expect(node.host.pageableToHostBytesPerSecond.value == 4e9)
        #expect(cluster.fabric == .leafSpine(nodesPerLeaf: 8, oversubscription: 1.5))
        #expect(cluster.networkEfficiency == 0.8)
        #expect(cluster.scaleUpEfficiency == 0.85)
        #expect(cluster.transferSetupNanoseconds == 1_000_000)
    }

    @Test func withoutAFabricThereAreLeaves() throws {
        let cluster = try SampleScenarios.generated.scenario().specification().cluster
        #expect(cluster.fabric == .leafSpine(nodesPerLeaf: 8, oversubscription: 1))
        #expect(cluster.networkEfficiency == 0.85)
        #expect(cluster.transferSetupNanoseconds == 1_840_000)
    }

    @Test func unknownNamesComeWithTheNearest() {
        let types = NodeType.shippedNames.joined(separator: ", ")
        #expect(SmallScenario.complaints(replacing: "hgx-h20", "hgx-h2") == [
            "small.json:5:33: cluster.nodes.h20.type: expected one of \(types), found \"hgx-h2\"; "
                + "did you mean \"hgx-h20\"?"
        ])
        let devices = DeviceDescriptor.shippedNames.joined(separator: ", ")
        #expect(SmallScenario.complaints(replacing: "hgx-h20\"", "hgx-h20\", \"device\": \"h20-97\"") == [
            "small.json:5:54: cluster.nodes.h20.device: expected one of \(devices), found \"h20-97\"; "
                + "did you mean \"h20-96\"?"
        ])
    }

    @Test func aDeviceFileOfOnesOwnIsUsed() throws {
        let fact = { (value: String) in "{ \"value\": \(value), \"provenance\": \"assumed\", \"source\": \"a test\" }" }
        let device = """
            { "schema": "simulate-device/1", "name": "own", "title": "Own", "vendor": "nvidia",
              "matrix_rate": { "bf16": \(fact("\"100 TFLOP/s\"")) }, "vector_rate": {},
              "memory": { "capacity": \(fact("\"64 GB\"")), "bandwidth": \(fact("\"2 TB/s\"")) },
              "cores": { "kind": "sm", "matrix": \(fact("100")) },
              "links": { "scale_up_bandwidth": \(fact("\"100 GB/s\"")), "nic_bandwidth": \(fact("\"25 GB/s\"")),
                         "host_link_bandwidth": \(fact("\"64 GB/s\"")) },
              "power": \(fact("\"400 W\"")) }
            """
        try withFolder([(name: "own.json", text: device)]) { folder in
            let text = SmallScenario.replacing("hgx-h20\"", "hgx-h20\", \"device\": \"own.json\"")
            let cluster = try SmallScenario.document(text, folder: folder).specification().cluster
            #expect(cluster.nodeGroups[0].node.device.name == "own")
            #expect(cluster.nodeGroups[0].node.device.memoryBytes.value == 64_000_000_000)
        }
    }
}
