/// What the hosts of the nodes have beside devices, where jobs ask for it.
public struct HostResources: Sendable, Equatable {
    /// Thousandths of processors of one node of each group.
    public var cpuMilli: [Int64]
    /// Host memory in bytes of one node of each group.
    public var memoryBytes: [Int64]

    /// Resources of a node of each group, in the order of the cluster's groups.
    public init(cpuMilli: [Int64], memoryBytes: [Int64]) {
        self.cpuMilli = cpuMilli
        self.memoryBytes = memoryBytes
    }
}

/// Free processors and host memory of each node.
struct HostMap: Sendable {
    private(set) var cpuMilli: [Int64]
    private(set) var memoryBytes: [Int64]
    let totalCPUMilli: Int64
    let totalMemoryBytes: Int64

    init(_ resources: HostResources, nodeGroups: [Int]) {
        cpuMilli = nodeGroups.map { resources.cpuMilli[$0] }
        memoryBytes = nodeGroups.map { resources.memoryBytes[$0] }
        totalCPUMilli = cpuMilli.reduce(0, +)
        totalMemoryBytes = memoryBytes.reduce(0, +)
    }

    /// What one share of a job takes of its host: its part by devices, all of it for a job without devices.
    static func part(_ amount: Int64, _ share: NodeShare, _ job: Job) -> Int64 {
        job.devices == 0 ? amount : (amount * Int64(share.devices) + Int64(job.devices) - 1) / Int64(job.devices)
    }

    /// Whether a node has what a share of a job takes.
    func has(_ share: NodeShare, of job: Job) -> Bool {
        let node = Int(share.node)
        return cpuMilli[node] >= Self.part(job.cpuMilli, share, job)
            && memoryBytes[node] >= Self.part(job.memoryBytes, share, job)
    }

    /// Takes what the shares of a job need, or gives it back with a sign of -1.
    mutating func take(_ shares: [NodeShare], of job: Job, sign: Int64 = 1) {
        for share in shares {
            cpuMilli[Int(share.node)] -= sign * Self.part(job.cpuMilli, share, job)
            memoryBytes[Int(share.node)] -= sign * Self.part(job.memoryBytes, share, job)
        }
    }
}

extension Job {
    /// Whether it asks for processors or host memory.
    var needsHost: Bool { cpuMilli > 0 || memoryBytes > 0 }
}

extension FreeMap {
    /// Places a job that asks for host resources, where the placement proper found none that has them: on the node with
    /// the fewest free devices that has all, or on the freest nodes one after the other. By a walk over all nodes.
    func place(_ job: Job, partition: Int, hosts: HostMap, into shares: inout [NodeShare]) -> Bool {
        shares.removeAll(keepingCapacity: true)
        for group in 0..<groupCount where job.nodeGroups >> UInt64(group) & 1 == 1 {
            let nodes = (0..<nodeCount).filter { self.group(of: $0) == group && self.partition(of: $0) == partition }
            let whole = nodes.filter {
                free($0) >= job.devices && hosts.has(NodeShare(node: Int32($0), devices: job.devices), of: job)
            }
            if let node = whole.min(by: { (free($0), $0) < (free($1), $1) }) {
                shares.append(NodeShare(node: Int32(node), devices: job.devices))
                return true
            }
            guard job.devices > nodeSizes[group] else { continue }
            var left = job.devices
            for node in nodes.sorted(by: { (-free($0), $0) < (-free($1), $1) }) where left > 0 && free(node) > 0 {
                var share = NodeShare(node: Int32(node), devices: min(left, free(node)))
                while share.devices > 0, !hosts.has(share, of: job) { share.devices -= 1 }
                guard share.devices > 0 else { continue }
                shares.append(share)
                left -= share.devices
            }
            if left == 0 { return true }
            shares.removeAll(keepingCapacity: true)
        }
        return false
    }
}
