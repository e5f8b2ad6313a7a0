import Hardware
import JSONText
import Testing

/// The shipped node types, literally, and what a file may say.
@Suite struct NodeTypeTests {
    /// name, device, devices, shape, scale-up GB/s (pair or port), NIC GB/s, host TiB, pinned GB/s.
    static let table: [(String, String, Int, String, Double?, Double, Double, Double)] = [
        ("atlas-800t-a2", "ascend-910b2", 8, "mesh", 28, 25, 1.5, 20),
        ("atlas-800t-a3", "ascend-910c-die", 16, "packages", 196, 25, 1.5, 20),
        ("hgx-h20", "h20-96", 8, "switch", 450, 25, 2, 50),
        ("hgx-h20-3e", "h20-3e", 8, "switch", 450, 25, 2, 50),
        ("hgx-h800", "h800", 8, "switch", 200, 50, 2, 50),
        ("hgx-h100", "h100", 8, "switch", 450, 50, 2, 50),
        ("hgx-h200", "h200", 8, "switch", 450, 50, 2, 50),
        ("hgx-b200", "b200", 8, "switch", 900, 100, 2, 50),
        ("hgx-a100", "a100", 8, "switch", 300, 25, 2, 20),
        ("pcie-a10-8", "a10", 8, "pcie", nil, 12.5, 2, 20),
        ("pcie-l40s-8", "l40s", 8, "pcie", nil, 50, 2, 20),
        ("pcie-l20-8", "l20", 8, "pcie", nil, 25, 2, 20),
        ("pcie-rtx-4090-8", "rtx-4090", 8, "pcie", nil, 12.5, 2, 20),
        ("pcie-rtx-pro-6000-8", "rtx-pro-6000", 8, "pcie", nil, 25, 2, 50),
        ("mi300x-8", "mi300x", 8, "mesh", 64, 50, 2, 50),
        ("gaudi2-8", "gaudi2", 8, "mesh", 37.5, 37.5, 2, 20),
        ("gaudi3-8", "gaudi3", 8, "mesh", 75, 75, 2, 50),
        ("generic", "a100", 8, "switch", 300, 25, 2, 20),
        ("host-1", "host", 1, "pcie", nil, 1.25, 0.0078125, 5),
    ]

    @Test func theTableHasEveryShippedType() { #expect(Self.table.map(\.0) == NodeType.shippedNames) }

    @Test(arguments: table.indices)
    func aTypeHasItsFigures(_ index: Int) throws {
        let (name, device, count, shape, scaleUp, nic, host, pinned) = Self.table[index]
        let node = try NodeType.named(name).resolved()
        #expect(node.device.name == device)
        #expect(node.devicesPerNode == count)
        #expect(node.scaleUp.kind == shape)
        #expect(node.scaleUp.rate?.value == scaleUp.map { $0 * 1e9 })
        #expect(node.networkBytesPerSecond.value == nic * 1e9)
        #expect(node.host.memoryBytes.value == Int64(host * 1_099_511_627_776))
        #expect(node.host.pinnedBytesPerSecond.value == pinned * 1e9)
        #expect(node.host.pageableToDeviceBytesPerSecond.value == 5e9)
        #expect(node.host.pageableToHostBytesPerSecond.value == 1.7e9)
    }

    @Test(arguments: NodeType.shippedNames)
    func everyFigureNamesItsSource(_ name: String) throws {
        let node = try NodeType.named(name).resolved()
        let sources = [
            node.scaleUpLatencyNanoseconds.source, node.networkBytesPerSecond.source,
            node.networkLatencyNanoseconds.source, node.host.memoryBytes.source,
            node.host.pinnedBytesPerSecond.source, node.host.pageableToDeviceBytesPerSecond.source,
            node.host.pageableToHostBytesPerSecond.source, node.host.latencyNanoseconds.source,
        ]
        #expect(sources.allSatisfy { !$0.isEmpty })
        // Defaults of the design that no source supports.
        #expect(node.host.memoryBytes.provenance == .assumed)
        #expect(node.host.pageableToHostBytesPerSecond.provenance == .assumed)
    }

    @Test func latenciesOfAscendArePublished() throws {
        let a2 = try NodeType.named("atlas-800t-a2").resolved()
        #expect(a2.scaleUpLatencyNanoseconds.value == 500)
        #expect(a2.networkLatencyNanoseconds.value == 1500)
        let a3 = try NodeType.named("atlas-800t-a3").resolved()
        #expect(a3.scaleUpLatencyNanoseconds.value == 1200)
        guard case .packages(let packages) = a3.scaleUp else { return #expect(Bool(false), "no packages") }
        #expect(packages.devicesPerPackage == 2)
        #expect(packages.packageBytesPerSecond.value == 224e9)
        #expect(packages.packageLatencyNanoseconds.value == 200)
        #expect(packages.packageBytesPerSecond.provenance != .assumed)
    }

    @Test func aBadFileGivesAllItsProblemsAtOnce() throws {
        let text = """
            {
              "schema": "simulate-node/2",
              "name": "mine", "title": "Mine", "device": "h100", "devices_per_node": 6,
              "scale_up": {
                "kind": "packages", "devices_per_package": 4,
                "bandwidth": { "value": "100 GB/s", "provenance": "assumed", "source": "a guess" },
                "latency": { "value": 1, "provenance": "assumed", "source": "a guess" },
                "pair_bandwidth": { "value": "1 GB/s", "provenance": "assumed", "source": "a guess" }
              },
              "nic": {}
            }
            """
        let problems = try #require(
            #expect(throws: JSONProblems.self) { try NodeType(document: JSONDocument(text: text)) })
        #expect(
            Set(problems.problems.map(\.path.description)) == [
                "schema", "scale_up.devices_per_package", "scale_up.package_bandwidth", "scale_up.package_latency",
                "scale_up.latency.value", "scale_up.pair_bandwidth", "nic.latency", "host",
            ])
    }
}

extension ScaleUpTopology {
    /// The figure of a pair or a port.
    fileprivate var rate: Sourced<Double>? {
        switch self {
        case .mesh(let pair): pair
        case .switched(let port): port
        case .packages(let packages): packages.portBytesPerSecond
        case .hostLink: nil
        }
    }
}
