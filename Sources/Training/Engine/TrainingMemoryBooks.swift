import EventEngine
import Hardware

/// What a training workload holds in the ledgers of its devices and hosts.
struct TrainingMemoryBooks: Sendable {
    /// Pools of each device, in the order of ``TrainingEngine/pools``, with what they hold.
    private var held: [(device: DeviceID, pool: Int, bytes: Int64)] = []
    private var hosts: [(node: NodeID, pool: Int, bytes: Int64)] = []
    /// Peak of each pool on one device.
    private(set) var peakBytes: [Int64] = []

    /// What a saved state takes on the fullest host.
    var largestHostBytes: Int64 { hosts.map(\.bytes).max() ?? 0 }

    /// Reserves the same bytes on every device, or nothing.
    mutating func reserve(
        _ bytes: [Int64], on devices: [DeviceID], name: String, at now: Nanoseconds, _ machine: inout Machine
    ) throws(OutOfMemory) {
        peakBytes = bytes
        do throws(OutOfMemory) {
            for device in devices {
                for (index, pool) in TrainingEngine.pools.enumerated() {
                    let pool = Self.pool("\(name) \(pool)", of: &machine.cluster.memory[device])
                    try machine.cluster.memory[device].reserve(bytes[index], pool: pool, at: now)
                    held.append((device, pool, bytes[index]))
                }
            }
        } catch {
            release(at: now, &machine)
            throw error
        }
        hosts = []
        for device in devices {
            let node = machine.cluster.layout.node(of: device)
            if !hosts.contains(where: { $0.node == node }) {
                hosts.append((node, Self.pool("\(name) checkpoint", of: &machine.cluster.memory[node]), 0))
            }
        }
    }

    /// Lets the hosts hold one copy of the devices' state, as far as their memory goes.
    mutating func holdCopy(
        _ bytesPerDevice: Int64, of devices: [DeviceID], at now: Nanoseconds, _ machine: inout Machine
    ) {
        for index in hosts.indices where hosts[index].bytes == 0 {
            let node = hosts[index].node
            let count = devices.filter { machine.cluster.layout.node(of: $0) == node }.count
            let bytes = min(bytesPerDevice * Int64(count), machine.cluster.memory[node].freeBytes)
            guard (try? machine.cluster.memory[node].reserve(bytes, pool: hosts[index].pool, at: now)) != nil else {
                continue
            }
            hosts[index].bytes = bytes
        }
    }

    /// Gives everything on devices back.
    mutating func release(at now: Nanoseconds, _ machine: inout Machine) {
        for entry in held {
            machine.cluster.memory[entry.device].release(entry.bytes, pool: entry.pool, at: now)
        }
        held.removeAll()
    }

    /// Gives the copy on the hosts back.
    mutating func releaseCopy(at now: Nanoseconds, _ machine: inout Machine) {
        for host in hosts { machine.cluster.memory[host.node].release(host.bytes, pool: host.pool, at: now) }
        hosts.removeAll()
    }

    /// The pool of this name, added if the ledger has none.
    private static func pool(_ name: String, of ledger: inout MemoryLedger) -> Int {
        ledger.poolStates.firstIndex { $0.name == name } ?? ledger.addPool(name)
    }
}
