import EventEngine

/// How a node, and devices on it, are chosen for a task that may ask for a part of a device.
///
/// Scores are whole numbers up to 100, higher is better, as in the reference simulator (Weng et al., USENIX ATC 2023);
/// among equal ones the first node wins.
public enum FractionalPolicy: String, CaseIterable, Sendable {
    /// Any node that fits, any device that fits.
    case random
    /// The node whose free processors and devices are the least alike, and the smallest, to the request (Tetris).
    case dotProduct = "dot-product"
    /// Devices in use first, then idle devices of nodes in use, then idle nodes.
    case packing
    /// The node with the least left over, processors and devices counting the same.
    case bestFit = "best-fit"
    /// The node and device whose fragmentation grows the least: fragmentation gradient descent.
    case fragmentationGradientDescent = "fgd"

    /// Thousandths of processors and of devices of the largest node of the reference cluster.
    static let largestCPU = 128_000.0
    static let largestDevices = 8000.0

    /// The score of a node that the request fits on, and the device of a fraction where the policy picks it itself.
    func score(
        _ request: FractionalRequest, on node: Int, of cluster: FractionalCluster, mix: RequestMix
    ) -> (score: Int32, device: Int32) {
        let range = cluster.start[node]..<cluster.start[node + 1]
        switch self {
        case .random: return (0, -1)
        case .dotProduct:
            var free: Int32 = 0
            for device in range { free += cluster.free[device] }
            let product =
                Double(cluster.cpuFree[node]) / Self.largestCPU * (Double(request.cpuMilli) / Self.largestCPU)
                + Double(free) / Self.largestDevices * (Double(request.totalMilli) / Self.largestDevices)
            return (Int32(100 * (1 - product / 2)), -1)
        case .packing: return (Self.packingScore(request, range, cluster), -1)
        case .bestFit:
            var free: Int32 = 0
            for device in range { free += cluster.free[device] }
            let left =
                (Double(cluster.cpuFree[node] - request.cpuMilli) / Self.largestCPU
                    + (Double(free) - Double(request.totalMilli)) / Self.largestDevices) * 0.5
            return (Int32((1 - left) * 100), -1)
        case .fragmentationGradientDescent:
            return Self.gradientScore(request, on: node, of: cluster, mix: mix)
        }
    }

    /// 33 less the idle devices of an idle node; 50 less those that are taken of a node in use; 100 less a tenth of the
    /// percentage that is free of the devices in use that are taken.
    private static func packingScore(
        _ request: FractionalRequest, _ range: Range<Int>, _ cluster: FractionalCluster
    ) -> Int32 {
        guard request.devices > 0 else { return 0 }
        let idle = Int32(range.count { cluster.free[$0] == 1000 })
        if idle == range.count { return max(33 - idle, idle) }
        var (left, taken, percentage) = (request.devices, Int32(0), Int32(0))
        for device in range.sorted(by: { (cluster.free[$0], $0) < (cluster.free[$1], $1) }) where left > 0 {
            guard cluster.free[device] >= request.deviceMilli else { continue }
            left -= 1
            if cluster.free[device] == 1000 { taken += 1 }
            percentage += cluster.free[device] * 100 / 1000
        }
        return taken > 0 ? max(50 - taken, 33) : max(100 - percentage / 10, 50)
    }

    /// A sigmoid of the devices by which the fragmentation shrinks, for the best device.
    private static func gradientScore(
        _ request: FractionalRequest, on node: Int, of cluster: FractionalCluster, mix: RequestMix
    ) -> (score: Int32, device: Int32) {
        let range = cluster.start[node]..<cluster.start[node + 1]
        let model = cluster.nodes[node].model
        var free = Array(cluster.free[range])
        let before = mix.fragmentMilli(cpuFree: cluster.cpuFree[node], free: free, model: model)
        let cpuAfter = cluster.cpuFree[node] - request.cpuMilli
        func score() -> Int32 {
            let after = mix.fragmentMilli(cpuFree: cpuAfter, free: free, model: model)
            return Int32(100 / (1 + PortableMath.exp((after - before) / 1000)))
        }
        guard request.isFraction else {
            var left = request.devices
            for index in free.indices where left > 0 && free[index] >= request.deviceMilli {
                free[index] -= request.deviceMilli
                left -= 1
            }
            return (score(), -1)
        }
        var best: (score: Int32, device: Int32) = (-1, -1)
        for index in free.indices where free[index] >= request.deviceMilli {
            // Devices with the same left are alike; the first stands for all.
            guard !free[..<index].contains(free[index]) else { continue }
            free[index] -= request.deviceMilli
            let here = score()
            free[index] += request.deviceMilli
            if here > best.score { best = (here, Int32(index)) }
        }
        return best
    }
}
