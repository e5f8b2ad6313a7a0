/// Nodes whose processors, memory and parts of devices tasks share.
public struct FractionalCluster: Sendable {
    /// What a node has.
    public struct Node: Equatable, Sendable {
        /// Thousandths of host processors.
        public var cpuMilli: Int64
        /// Host memory.
        public var memoryBytes: Int64
        /// Devices.
        public var devices: Int
        /// The model of the devices: 0 to 63, by place in the cluster's list of models.
        public var model: Int

        /// A node.
        public init(cpuMilli: Int64, memoryBytes: Int64, devices: Int, model: Int = 0) {
            self.cpuMilli = cpuMilli
            self.memoryBytes = memoryBytes
            self.devices = devices
            self.model = model
        }
    }

    /// The nodes as they are when idle.
    public let nodes: [Node]
    /// Free processors and memory of each node.
    private(set) var cpuFree: [Int64]
    private(set) var memoryFree: [Int64]
    /// Thousandths that are free of each device, node after node; the first of each node is at `start`.
    private(set) var free: [Int32]
    let start: [Int]
    /// Thousandths of devices in use.
    public private(set) var usedMilli: Int64 = 0
    /// Thousandths of devices in all.
    public let totalMilli: Int64

    /// An idle cluster.
    public init(_ nodes: [Node]) {
        self.nodes = nodes
        cpuFree = nodes.map(\.cpuMilli)
        memoryFree = nodes.map(\.memoryBytes)
        var start = [0]
        for node in nodes { start.append(start[start.count - 1] + node.devices) }
        self.start = start
        free = [Int32](repeating: 1000, count: start[nodes.count])
        totalMilli = Int64(start[nodes.count]) * 1000
    }

    /// The thousandths that are free of each device of a node.
    public func freeMilli(_ node: Int) -> [Int32] { Array(free[start[node]..<start[node + 1]]) }

    /// Whether a request fits on a node.
    public func fits(_ request: FractionalRequest, _ node: Int) -> Bool {
        guard cpuFree[node] >= request.cpuMilli, memoryFree[node] >= request.memoryBytes else { return false }
        guard request.devices > 0 else { return true }
        guard request.models >> UInt64(nodes[node].model) & 1 == 1 else { return false }
        var left = request.devices
        for device in start[node]..<start[node + 1] where free[device] >= request.deviceMilli {
            left -= 1
            if left == 0 { return true }
        }
        return false
    }

    /// Gives a request its place. The place must have room.
    mutating func take(_ request: FractionalRequest, _ place: FractionalPlace) {
        change(request, place, sign: -1)
        usedMilli += request.totalMilli
    }

    /// Takes back what `take` gave.
    mutating func release(_ request: FractionalRequest, _ place: FractionalPlace) {
        change(request, place, sign: 1)
        usedMilli -= request.totalMilli
    }

    private mutating func change(_ request: FractionalRequest, _ place: FractionalPlace, sign: Int64) {
        cpuFree[place.node] += sign * request.cpuMilli
        memoryFree[place.node] += sign * request.memoryBytes
        for device in place.devices {
            let index = start[place.node] + Int(device)
            free[index] += Int32(sign) * request.deviceMilli
            precondition(free[index] >= 0 && free[index] <= 1000, "a place has room")
        }
        precondition(cpuFree[place.node] >= 0 && memoryFree[place.node] >= 0, "a place has room")
    }
}
