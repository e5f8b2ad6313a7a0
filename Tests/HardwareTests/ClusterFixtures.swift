import EventEngine
import Hardware

/// A cluster of shipped node types at nominal rates (efficiency 1, no set-up), as `(name, type, count)`.
func nominal(_ groups: (String, String, Int)..., fabric: Fabric = .singleSwitch) throws -> ClusterSpecification {
    var specification = ClusterSpecification(
        nodeGroups: try groups.map { NodeGroup(name: $0.0, node: try NodeType.named($0.1).resolved(), count: $0.2) },
        fabric: fabric)
    specification.networkEfficiency = 1
    specification.scaleUpEfficiency = 1
    specification.transferSetupNanoseconds = 0
    return specification
}

/// Devices by number.
func devices(_ range: Range<Int>) -> [DeviceID] { range.map { DeviceID($0) } }

extension Machine {
    /// Starts one flow over each path at time zero and returns their lane rates in GB/s.
    mutating func laneRates(_ paths: [TransferPath]) -> [Double] {
        let flows = paths.map {
            network.start(bytesPerLane: 1 << 30, path: $0.links, token: 0, owner: 0, at: 0)
        }
        return flows.map { (network.laneBytesPerSecond(of: $0) ?? 0) / 1e9 }
    }

    /// The path from one device to another, by number.
    func path(_ from: Int, _ to: Int) throws -> TransferPath {
        try cluster.path(from: [DeviceID(from)], to: [DeviceID(to)])
    }

    /// Names of the links of a path with their lanes: `h20/0/3 nic out x2`.
    func names(_ path: TransferPath) -> [String] {
        let links = network.linkStatistics(at: 0)
        return path.links.map { "\(links[Int($0.link)].name) x\($0.lanes)" }
    }
}
