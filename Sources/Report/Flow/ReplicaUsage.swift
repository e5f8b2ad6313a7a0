import EventEngine
import Scenario

/// What replicas of serving workloads held when a slice of time ended.
struct ReplicaUsage {
    /// A replica with what its KV costs on each of its devices.
    private struct Replica {
        var method: FlowMethod
        var devices: [Int]
        var bytesPerBlock: Int64
        /// Weights and what the engine keeps back, on each device.
        var fixedBytes: Int64
    }

    private let replicas: [Replica]
    private let use: ReplicaUse
    /// The replica of each device, or -1.
    private var owner: [Int]

    init(_ scenario: CheckedScenario, _ world: World, _ use: ReplicaUse) {
        self.use = use
        var list: [Replica] = []
        owner = Array(repeating: -1, count: world.machine.cluster.layout.deviceCount)
        for (index, (engine, plan)) in zip(world.serving, scenario.plans).enumerated() {
            let isSubmitted = scenario.isSubmitted(.serving, index)
            var methods = ServingFlow.methods(of: engine)[...]
            for (pool, configuration) in zip(plan.pools, plan.configuration.pools) {
                for devices in configuration.replicas {
                    guard let method = methods.popFirst() else { continue }
                    for device in devices where !isSubmitted { owner[device.index] = list.count }
                    list.append(
                        Replica(
                            method: method, devices: devices.map(\.index),
                            bytesPerBlock: pool.memory.keyValueBytesPerToken * Int64(pool.memory.blockTokens),
                            fixedBytes: pool.memory.weightBytes + pool.memory.reservedBytes))
                }
            }
        }
        replicas = list
    }

    /// Memory that a replica holds on a device: weights, what the engine keeps back, KV blocks in use.
    func memory(ofDevice device: Int, endOf slice: Int) -> Int64 {
        guard owner[device] >= 0 else { return 0 }
        let replica = replicas[owner[device]]
        return replica.fixedBytes + Int64(use.blocks.value(owner[device], endOf: slice)) * replica.bytesPerBlock
    }

    /// Each replica with its KV in use on each of its devices, in MiB, and its requests.
    func all(endOf slice: Int) -> [(method: FlowMethod, uses: [(name: String, used: Double, base: String)])] {
        replicas.indices.map { index in
            let bytes = use.blocks.value(index, endOf: slice) * Double(replicas[index].bytesPerBlock)
            return (
                replicas[index].method,
                [
                    ("kv_cache", bytes / 1_048_576, "gpu"),
                    ("requests_waiting", use.waiting.value(index, endOf: slice), "requests"),
                    ("requests_running", use.running.value(index, endOf: slice), "requests"),
                ]
            )
        }
    }
}
