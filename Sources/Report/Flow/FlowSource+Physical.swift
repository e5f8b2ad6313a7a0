import EventEngine
import Hardware
import JSONText
import Scenario
import Serving

/// What nodes and services hold and use, at equal distances of time and at the end of the run.
///
/// A device's use is that of the slice of time before the sample, in percent; memory is in MiB on devices and bytes on
/// hosts, as Ray reports them. Host processors and processes are not simulated: their figures are 0.
struct PhysicalFlow: FlowSource {
    private let layout: ClusterLayout
    private let services: [FlowService]
    /// Indices of those that each sample tells of.
    private let present: [[Int32]]
    private let usages: ReplicaUsage
    private let held: HeldDevices
    private let devices: BusyBins
    private let nodes: BusyBins
    private let memory: MemoryHistory
    /// Slices of the bins between two samples, and the instants of the samples.
    private let slices: Int
    private let times: [Nanoseconds]

    /// - Parameters:
    ///   - world: after its run.
    ///   - replicas: what the replicas of its serving workloads did.
    ///   - interval: between two samples, a multiple of the width of the replicas' slices.
    init(_ scenario: CheckedScenario, _ world: World, _ replicas: ReplicaUse, interval: Nanoseconds) {
        layout = world.machine.cluster.layout
        slices = max(1, Int(interval / replicas.busy.width))
        let end = world.now
        times = Array(stride(from: 0, through: end, by: Int(interval)).map { Nanoseconds($0) })
            + (end % interval == 0 ? [] : [end])
        var use = DeviceUse(layout, width: replicas.busy.width)
        use.add(scenario, world, replicas)
        devices = use.devices
        nodes = use.nodes
        held = HeldDevices(scenario, world)
        memory = MemoryHistory(world.machine.cluster.memory)
        services = FlowService.all(scenario, world)
        present = Self.presence(of: services, at: times)
        usages = ReplicaUsage(scenario, world, replicas)
    }

    var count: Int { times.count }

    func start(of unit: Int) -> Nanoseconds { times[unit] }

    func events(of unit: Int) -> [FlowEvent] {
        let time = times[unit]
        // A sample at the end of a slice looks back on it; the first one has nothing to look at.
        let last = Int((time - 1) / devices.width)
        let range = time == 0 ? 0..<0 : max(0, last + 1 - slices)..<(last + 1)
        var result = FlowUnit()
        result.add(.nodes((0..<layout.nodeCount).map { node(NodeID($0), range, at: time) }), at: time)
        if !present[unit].isEmpty {
            result.add(.services(present[unit].map { service(services[Int($0)], range, at: time) }), at: time)
        }
        if time > 0 {
            for usage in usages.all(endOf: last) { result.add(.usage(usage.method, usage.uses), at: time) }
        }
        return result.events
    }

    /// A service is told of from the first sample after its start up to the first one after its end.
    private static func presence(of services: [FlowService], at times: [Nanoseconds]) -> [[Int32]] {
        var present: [[Int32]] = Array(repeating: [], count: times.count)
        func firstSample(notBefore time: Nanoseconds) -> Int {
            var (low, high) = (0, times.count)
            while low < high {
                let middle = (low + high) / 2
                if times[middle] < time { low = middle + 1 } else { high = middle }
            }
            return low
        }
        for (index, service) in services.enumerated() {
            let last = service.end.map { firstSample(notBefore: $0) } ?? times.count - 1
            for sample in firstSample(notBefore: service.start)..<max(
                firstSample(notBefore: service.start), min(last + 1, times.count)) {
                present[sample].append(Int32(index))
            }
        }
        return present
    }

    private func node(_ node: NodeID, _ range: Range<Int>, at time: Nanoseconds) -> JSONValue {
        let numbers = layout.devices(of: node), host = memory.host(node.index, at: time)
        let free = max(0, Double(numbers.count) - held.count(node: node.index, at: time))
        let total = layout.descriptor(of: node).host.memoryBytes.value
        return [
            "node_id": .string(layout.name(of: node)),
            "devices": ["gpu": .array(numbers.map { device(DeviceID($0), range, at: time) })],
            "resources": ["GPU": ["total": .real(Double(numbers.count)), "available": .real(free)]],
            "cpu_percent": .real(0),
            "memory_info": [
                "total": .integer(total), "available": .integer(total - host), "used": .integer(host),
            ],
        ]
    }

    private func device(_ device: DeviceID, _ range: Range<Int>, at time: Nanoseconds) -> JSONValue {
        let place = layout.place(of: device), descriptor = layout.descriptor(of: place.node).device
        let share = range.isEmpty
            ? 0 : devices.share(device.index, slices: range) + nodes.share(place.node.index, slices: range)
        let used = memory.knows(device.index)
            ? memory.device(device.index, at: time)
            : usages.memory(ofDevice: device.index, endOf: max(0, range.upperBound - 1))
        return [
            "index": .init(place.position), "name": .string(descriptor.name), "uuid": .string(layout.name(of: device)),
            "memory_total": .integer(descriptor.memoryBytes.value >> 20),
            "memory_used": .integer(used >> 20),
            "utilization": .real(min(1, share) * 100),
        ]
    }

    private func service(_ service: FlowService, _ range: Range<Int>, at time: Nanoseconds) -> JSONValue {
        let zero: JSONValue = .integer(0)
        var stats: JSONObject = [
            "node_id": .string(layout.name(of: service.node)), "pid": .init(service.number),
            "state": .string(service.end.map { $0 <= time } ?? false ? service.stateAfter : "running"),
            "required_resources": ["GPU": .real(service.deviceCount)], "placement_id": .string(service.placement),
            "cpu_percent": .real(0),
        ]
        stats["memory_info"] = [
            "rss": zero, "vms": zero, "shared": zero, "text": zero, "lib": zero, "data": zero, "dirty": zero,
        ]
        stats["devices"] = ["gpu": .array(service.devices.map { device($0, range, at: time) })]
        return [
            "service": [
                "service_name": .string(service.method.service ?? ""),
                "instance_id": .string(service.method.instance ?? ""),
            ],
            "stats": .object(stats),
        ]
    }
}
