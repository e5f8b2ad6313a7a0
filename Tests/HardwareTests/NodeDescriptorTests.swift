import Hardware
import JSONText
import Testing

/// Settling a node type: overrides, links that the device states, and what contradicts itself.
@Suite struct NodeDescriptorTests {
    private func overrides(_ change: (inout NodeTypeOverrides) -> Void) -> NodeTypeOverrides {
        var overrides = NodeTypeOverrides()
        change(&overrides)
        return overrides
    }

    @Test func everyOverrideTakesEffect() throws {
        let node = try NodeType.named("hgx-h100").resolved(
            overrides {
                $0.deviceName = "h800"
                $0.devicesPerNode = 4
                $0.networkBytesPerSecond = 1e10
                $0.scaleUpBytesPerSecond = 2e11
                $0.hostMemoryBytes = 1 << 40
                $0.pinnedBytesPerSecond = 3e10
                $0.pageableBytesPerSecond = 2e9
            })
        #expect(node.device.name == "h800")
        #expect(node.devicesPerNode == 4)
        #expect(node.networkBytesPerSecond == .chosen(1e10))
        #expect(node.scaleUp == .switched(portBytesPerSecond: .chosen(2e11)))
        #expect(node.host.memoryBytes == .chosen(1 << 40))
        #expect(node.host.pinnedBytesPerSecond == .chosen(3e10))
        #expect(node.host.pageableToDeviceBytesPerSecond == .chosen(2e9))
        #expect(node.host.pageableToHostBytesPerSecond == .chosen(2e9))
    }

    @Test func aDeviceKeepsItsOwnPortInAnyChassis() throws {
        let node = try NodeType.named("hgx-h100").resolved(overrides { $0.deviceName = "h800" })
        #expect(node.scaleUp.kind == "switch")
        guard case .switched(let port) = node.scaleUp else { return }
        #expect(port.value == 200e9)
    }

    @Test func aMeshKeepsItsPairs() throws {
        let node = try NodeType.named("atlas-800t-a2").resolved(overrides { $0.deviceName = "ascend-910b3" })
        guard case .mesh(let pair) = node.scaleUp else { return #expect(Bool(false), "no mesh") }
        #expect(pair.value == 28e9)
        #expect(node.device.name == "ascend-910b3")
    }

    @Test func genericTakesTheShapeOfItsDevice() throws {
        let generic = try NodeType.named("generic")
        #expect(try generic.resolved(overrides { $0.deviceName = "l40s" }).scaleUp == .hostLink)
        #expect(try generic.resolved(overrides { $0.deviceName = "h20-96" }).scaleUp.kind == "switch")
        #expect(throws: HardwareError.missingLink(
            nodeType: "generic", device: "l20", link: "a NIC", key: "nic_bandwidth")
        ) { try generic.resolved(overrides { $0.deviceName = "l20" }) }
    }

    @Test func contradictionsAreRefused() throws {
        #expect(throws: HardwareError.missingLink(
            nodeType: "hgx-h100", device: "l40s", link: "a scale-up link", key: "scale_up_bandwidth")
        ) { try NodeType.named("hgx-h100").resolved(overrides { $0.deviceName = "l40s" }) }
        #expect(throws: HardwareError.copyExceedsHostLink(
            nodeType: "hgx-a100", device: "a100", key: "pinned_bandwidth", copy: 50e9, link: 32e9)
        ) { try NodeType.named("hgx-a100").resolved(overrides { $0.pinnedBytesPerSecond = 50e9 }) }
        #expect(throws: HardwareError.partialPackage(nodeType: "atlas-800t-a3", devices: 7, devicesPerPackage: 2)) {
            try NodeType.named("atlas-800t-a3").resolved(overrides { $0.devicesPerNode = 7 })
        }
        let error = #expect(throws: HardwareError.self) {
            try NodeType.named("pcie-l40s-8").resolved(overrides { $0.scaleUpBytesPerSecond = 1e9 })
        }
        #expect(
            error?.description
                == "node type pcie-l40s-8: scale_up_bandwidth has no effect, since its devices copy to each "
                + "other through their host links (pinned_bandwidth); leave it out")
    }

    @Test func aDeviceOfOnesOwnIsTakenAsItIs() throws {
        var device = try DeviceDescriptor.named("h20-96")
        device.name = "h20-custom"
        device.scaleUpBytesPerSecond = .chosen(123e9)
        let node = try NodeType.named("hgx-h20").resolved(device: device)
        #expect(node.device == device)
        #expect(node.scaleUp == .switched(portBytesPerSecond: .chosen(123e9)))
    }

    @Test func overridesAreReadFromAScenario() throws {
        let text = """
            { "device": "ascend-910b3", "devices_per_node": 4, "nic_bandwidth": "50 GB/s",
              "scale_up_bandwidth": "30 GB/s", "host_memory": "1 TiB", "pinned_bandwidth": "25 GB/s",
              "pageable_bandwidth": "2 GB/s" }
            """
        let found = try JSONDocument(text: text).decode { reader in
            reader.object { group in NodeTypeOverrides(reading: group) }
        }
        #expect(
            found
                == overrides {
                    $0.deviceName = "ascend-910b3"
                    $0.devicesPerNode = 4
                    $0.networkBytesPerSecond = 50e9
                    $0.scaleUpBytesPerSecond = 30e9
                    $0.hostMemoryBytes = 1 << 40
                    $0.pinnedBytesPerSecond = 25e9
                    $0.pageableBytesPerSecond = 2e9
                })
    }

    @Test func theKeysOfTheOverridesAreThoseListed() throws {
        let known = try JSONDocument(text: "{}").decode { reader in
            reader.object { group in
                #expect(NodeTypeOverrides(reading: group) == NodeTypeOverrides())
                return group.knownKeys
            }
        }
        #expect(known == NodeTypeOverrides.keys)
    }

    @Test func wrongOverridesAreReportedTogether() throws {
        let text = """
            { "device": "ascend-910b33", "devices_per_node": 0, "nic_bandwidth": 50, "host_memory": "1 GB/s" }
            """
        let problems = try #require(
            #expect(throws: JSONProblems.self) {
                try JSONDocument(text: text).decode { $0.object { NodeTypeOverrides(reading: $0) } }
            })
        #expect(
            problems.problems.map(\.path.description) == ["device", "devices_per_node", "nic_bandwidth", "host_memory"])
        #expect(problems.problems[0].remedy == "did you mean \"ascend-910b3\"?")
    }
}
