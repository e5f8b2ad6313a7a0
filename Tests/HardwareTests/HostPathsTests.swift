import EventEngine
import Hardware
import Testing

/// Which links a transfer between hosts' memory and devices crosses.
@Suite struct HostPathsTests {
    private func path(_ machine: Machine, _ direction: HostDirection, _ hosts: [HostShare], _ devices: [Int]) throws
        -> TransferPath
    {
        try machine.cluster.path(direction, hosts: hosts, devices: devices.map { DeviceID($0) })
    }

    @Test func withinANodeOnlyHostLinksAreCrossed() throws {
        let machine = try Machine(nominal(("h20", "hgx-h20", 1)))
        let up = try path(machine, .toDevice, [HostShare(node: NodeID(0))], [2, 3])
        #expect(machine.names(up) == ["h20/0/2 host to device x1", "h20/0/3 host to device x1"])
        #expect(up.lanes == 2)
        #expect(up.latencyNanoseconds == machine.cluster.hostPath(DeviceID(2), .toDevice, pinned: true).latencyNanoseconds)
        let down = try path(machine, .toHost, [HostShare(node: NodeID(0), lanes: 3)], [2])
        #expect(machine.names(down) == ["h20/0/2 device to host x3"])
        #expect(down.lanes == 3)
    }

    @Test func betweenNodesNICsAndLeavesAreCrossed() throws {
        let fabric = Fabric.leafSpine(nodesPerLeaf: 1, oversubscription: 1)
        let machine = try Machine(nominal(("h20", "hgx-h20", 2), fabric: fabric))
        let hosts = [HostShare(node: NodeID(0)), HostShare(node: NodeID(1), lanes: 2)]
        #expect(
            try machine.names(path(machine, .toDevice, hosts, [5])) == [
                "h20/0/5 host to device x3", "h20/0/5 nic in x2", "h20/1/0 nic out x2", "leaf 0 down x2", "leaf 1 up x2",
            ].sorted { machine.order($0) < machine.order($1) })
        #expect(
            try machine.names(path(machine, .toHost, hosts, [5])) == [
                "h20/0/5 nic out x2", "h20/0/5 device to host x3", "h20/1/0 nic in x2", "leaf 0 up x2", "leaf 1 down x2",
            ].sorted { machine.order($0) < machine.order($1) })
    }

    @Test func anEndWithoutMembersIsRefused() throws {
        let machine = try Machine(nominal(("h20", "hgx-h20", 1)))
        #expect(throws: TransferError.noDevices) { try path(machine, .toHost, [], [0]) }
        #expect(throws: TransferError.noDevices) { try path(machine, .toHost, [HostShare(node: NodeID(0))], []) }
    }
}

extension Machine {
    /// Index of a link in `name xN`.
    fileprivate func order(_ text: String) -> Int {
        let name = text.split(separator: " ").dropLast().joined(separator: " ")
        return network.linkStatistics(at: 0).firstIndex { $0.name == name } ?? -1
    }
}
