import EventEngine
import Hardware

/// The links that samples cross between devices and warehouses on nodes of the cluster.
///
/// A chunk lies over all warehouses in equal parts and comes from, or goes to, all devices of a side in equal parts.
/// All warehouses of a node are one link of the network with their bandwidth together, so that the store bounds its
/// transfers as links do: what is read and written at one time shares it by max-min fairness.
public struct DataPlane: Sendable, Equatable {
    /// From generating devices to the warehouses.
    public var write: TransferPath
    /// From the warehouses to training devices.
    public var read: TransferPath

    /// A plane over stated paths.
    public init(write: TransferPath, read: TransferPath) {
        self.write = write
        self.read = read
    }

    /// Puts warehouses round-robin on nodes and adds their links to the network.
    /// - Parameters:
    ///   - owner: the workload, for the names of the links.
    ///   - writers: devices that generate.
    ///   - readers: devices that train.
    /// - Throws: `noDevices` if there are no nodes, writers or readers.
    public init(
        _ engine: DataEngineConfiguration, owner: String, nodes: [NodeID], writers: [DeviceID], readers: [DeviceID],
        on machine: inout Machine
    ) throws(TransferError) {
        let warehouses = max(1, engine.warehouses)
        let used = nodes.prefix(warehouses)
        guard !used.isEmpty else { throw .noDevices }
        let counts = used.indices.map { (warehouses - $0 + used.count - 1) / used.count }
        // Equal numbers are one lane each: fewer lanes round less.
        let unit = counts.reduce(0, Self.greatestCommonDivisor)
        let hosts = zip(used, counts).map { HostShare(node: $0, lanes: $1 / unit) }
        write = try machine.cluster.path(.toHost, hosts: hosts, devices: writers)
        read = try machine.cluster.path(.toDevice, hosts: hosts, devices: readers)
        for (host, count) in zip(hosts, counts) {
            let link = machine.network.addLink(
                name: "\(owner) warehouses \(machine.cluster.layout.name(of: host.node))",
                bytesPerSecond: engine.storeBytesPerSecond * Double(count))
            write.links.append(LinkUse(link: link, lanes: Int32(host.lanes * writers.count)))
            read.links.append(LinkUse(link: link, lanes: Int32(host.lanes * readers.count)))
        }
    }

    private static func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
        second == 0 ? first : greatestCommonDivisor(second, first % second)
    }
}
