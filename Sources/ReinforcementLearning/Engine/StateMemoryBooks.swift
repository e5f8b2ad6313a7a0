import EventEngine
import Hardware

/// What a workload holds of device and host memory, part by part, on all devices of a side at once.
///
/// All devices of a side hold the same, so that one ledger of each side with a timeline stands for all of them in
/// results; the cluster's ledgers, which other workloads share, are what grants memory.
struct StateMemoryBooks: Sendable {
    private let name: String
    private let trainDevices: [DeviceID]
    private let rolloutDevices: [DeviceID]
    private let isShared: Bool
    private let state: StateMemory
    /// First pool of the workload on each device and host of the cluster, -1 where it has none.
    private var firstPool: [Int] = []
    private var hostPool: [Int] = []
    private var heldByTraining = Array(repeating: Int64(0), count: MemoryPart.allCases.count)
    private var heldByRollout = Array(repeating: Int64(0), count: MemoryPart.allCases.count)
    /// Bytes per training device that lie on hosts, by part.
    private var onHost = Array(repeating: Int64(0), count: MemoryPart.allCases.count)
    /// One device of each side.
    private(set) var train: MemoryLedger
    private(set) var rollout: MemoryLedger

    static let timelineLimit = 512

    init(_ configuration: ReinforcementLearningConfiguration) {
        name = configuration.name
        trainDevices = configuration.placement.trainDevices
        let own = configuration.placement.replicas.dropLast(configuration.placement.lentReplicas)
        isShared = configuration.placement.mode == .cocard
        rolloutDevices = isShared ? trainDevices : own.flatMap { $0 }
        state = configuration.memory
        train = MemoryLedger(name: "train", capacityBytes: .max, timelineLimit: Self.timelineLimit)
        rollout = MemoryLedger(name: "rollout", capacityBytes: .max, timelineLimit: Self.timelineLimit)
        for part in MemoryPart.allCases {
            _ = train.addPool(part.name)
            _ = rollout.addPool(part.name)
        }
    }

    /// Adds the workload's pools to the ledgers of its devices and their hosts.
    mutating func addPools(_ machine: inout Machine) {
        firstPool = Array(repeating: -1, count: machine.cluster.layout.deviceCount)
        hostPool = Array(repeating: -1, count: machine.cluster.layout.nodeCount)
        for device in trainDevices + rolloutDevices where firstPool[device.index] < 0 {
            for part in MemoryPart.allCases {
                let pool = machine.cluster.memory[device].addPool("\(name)/\(part.name)")
                if part.rawValue == 0 { firstPool[device.index] = pool }
            }
            let node = machine.cluster.layout.node(of: device)
            if hostPool[node.index] < 0 { hostPool[node.index] = machine.cluster.memory[node].addPool(name) }
        }
    }

    /// Holds a part on every device of a side.
    /// - Parameter bytes: on each device; nil for the part's usual size.
    mutating func hold(
        _ part: MemoryPart, isTraining: Bool, bytes given: Int64? = nil, at now: Nanoseconds, _ machine: inout Machine
    ) throws(OutOfMemory) {
        let bytes = given ?? state.bytes(part, isTraining: isTraining)
        let devices = isTraining ? trainDevices : rolloutDevices
        for (index, device) in devices.enumerated() {
            do throws(OutOfMemory) {
                try machine.cluster.memory[device].reserve(
                    bytes, pool: firstPool[device.index] + part.rawValue, at: now)
            } catch {
                for earlier in devices[..<index] {
                    machine.cluster.memory[earlier].release(
                        bytes, pool: firstPool[earlier.index] + part.rawValue, at: now)
                }
                throw error
            }
        }
        if isTraining { heldByTraining[part.rawValue] += bytes } else { heldByRollout[part.rawValue] += bytes }
        guard part.isUse else { return }
        if isTraining || isShared { try train.reserve(bytes, pool: part.rawValue, at: now) }
        if !isTraining || isShared { try rollout.reserve(bytes, pool: part.rawValue, at: now) }
    }

    /// Gives back what a side holds of a part.
    mutating func free(_ part: MemoryPart, isTraining: Bool, at now: Nanoseconds, _ machine: inout Machine) {
        let bytes = isTraining ? heldByTraining[part.rawValue] : heldByRollout[part.rawValue]
        for device in isTraining ? trainDevices : rolloutDevices {
            machine.cluster.memory[device].release(bytes, pool: firstPool[device.index] + part.rawValue, at: now)
        }
        if isTraining { heldByTraining[part.rawValue] = 0 } else { heldByRollout[part.rawValue] = 0 }
        guard part.isUse else { return }
        if isTraining || isShared { train.release(bytes, pool: part.rawValue, at: now) }
        if !isTraining || isShared { rollout.release(bytes, pool: part.rawValue, at: now) }
    }

    /// Keeps room for a part on the hosts of the training devices, once: buffers are used again.
    mutating func keepOnHost(_ part: MemoryPart, at now: Nanoseconds, _ machine: inout Machine) throws(OutOfMemory) {
        guard onHost[part.rawValue] == 0 else { return }
        let bytes = state.bytes(part, isTraining: true)
        for (index, device) in trainDevices.enumerated() {
            let node = machine.cluster.layout.node(of: device)
            do throws(OutOfMemory) {
                try machine.cluster.memory[node].reserve(bytes, pool: hostPool[node.index], at: now)
            } catch {
                for earlier in trainDevices[..<index] {
                    let node = machine.cluster.layout.node(of: earlier)
                    machine.cluster.memory[node].release(bytes, pool: hostPool[node.index], at: now)
                }
                throw error
            }
        }
        onHost[part.rawValue] = bytes
    }

    /// Gives everything back.
    mutating func freeAll(at now: Nanoseconds, _ machine: inout Machine) {
        guard !firstPool.isEmpty else { return }
        for part in MemoryPart.allCases {
            free(part, isTraining: true, at: now, &machine)
            free(part, isTraining: false, at: now, &machine)
            for device in trainDevices where onHost[part.rawValue] > 0 {
                let node = machine.cluster.layout.node(of: device)
                machine.cluster.memory[node].release(onHost[part.rawValue], pool: hostPool[node.index], at: now)
            }
            onHost[part.rawValue] = 0
        }
    }

    /// Bytes that the workload still holds on the cluster's ledgers.
    func heldBytes(_ machine: Machine) -> Int64 {
        var sum: Int64 = 0
        for (device, first) in firstPool.enumerated() where first >= 0 {
            for part in MemoryPart.allCases {
                sum += machine.cluster.memory.devices[device].usedBytes(pool: first + part.rawValue)
            }
        }
        for (node, pool) in hostPool.enumerated() where pool >= 0 {
            sum += machine.cluster.memory.hosts[node].usedBytes(pool: pool)
        }
        return sum
    }

    /// The most that the workload held on any of the hosts, by node.
    func hostPeaks(_ machine: Machine) -> [(node: Int, bytes: Int64)] {
        hostPool.indices.filter { hostPool[$0] >= 0 }.map {
            ($0, machine.cluster.memory.hosts[$0].peakBytes(pool: hostPool[$0]))
        }
    }
}
