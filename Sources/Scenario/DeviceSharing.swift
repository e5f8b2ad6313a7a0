import EventEngine
import Hardware
import JSONText
import ReinforcementLearning
import Serving

/// Devices that a serving and a reinforcement-learning workload hold under time-shared leases.
///
/// **Memory.** One ledger per device. Serving holds its weights and reserve all the time, and as KV what the other
/// leaves, up to its own share of the device. What the other asks for comes out of the KV at once, down to room for
/// one request of the longest context; replicas follow at the end of the instant, in whole blocks and the same
/// number on all devices of a replica, and grow again when memory is free.
///
/// **Compute.** While both compute on a device each has its declared share of the cores, alone all of them. Who
/// computes is looked at whenever the clock moves on: a pass of training changes its pace then, replicas (of serving
/// and of rollout) with their next step. Not modelled: that two kernels that need different resources may slow each
/// other less than their shares say, or more where they evict each other's caches.
public struct DeviceSharing: Sendable {
    /// A replica of serving with at least one device that reinforcement learning holds too.
    struct SharedReplica: Sendable {
        /// Serving engine and replica within it, and the other workload.
        var engine: Int
        var replica: Int
        var learning: Int
        /// Name of the serving workload.
        var name: String
        /// The shared devices among its own.
        var devices: [DeviceID]
        var coreShare: Double
        /// On each device: weights and reserve, and one block.
        var residentBytes: Int64
        var blockBytes: Int64
        var allBlocks: Int
        var fewestBlocks: Int
        /// Whether training passes run on its devices, and the rollout replicas that do.
        var trains: Bool
        var rolloutReplicas: [Int]
    }

    private(set) var replicas: [SharedReplica] = []
    /// Rollout replicas that share devices, by workload.
    private(set) var rollouts: [(learning: Int, replica: Int)] = []
    /// Pools of resident bytes and of KV by device index, -1 where nothing is shared.
    var residentPool: [Int] = []
    var keyValuePool: [Int] = []
    /// Core share of each reinforcement-learning workload.
    let learningShares: [Double]
    /// By serving engine: what sharing came to for its replicas, once closed.
    public internal(set) var uses: [[SharedReplicaUse]] = []
    /// Bytes that anybody held on shared devices when all was done, 0; nil where a run was cut before.
    public internal(set) var heldBytes: Int64?
    let deviceCount: Int

    /// Samples of memory that a shared device keeps for the result.
    static let timelineLimit = 512

    init(_ scenario: CheckedScenario, _ layout: ClusterLayout) {
        deviceCount = layout.deviceCount
        learningShares = scenario.learning.map(\.configuration.placement.coreShare)
        let known = scenario.learning.map { plan -> LearningDevices? in
            plan.configuration.placement.leaseMode == .timeShared ? LearningDevices(plan.configuration.placement) : nil
        }
        guard known.contains(where: { $0 != nil }) else { return }
        for (engine, plan) in scenario.plans.enumerated() {
            var replica = 0
            for (pool, configuration) in zip(plan.pools, plan.configuration.pools) {
                for devices in configuration.replicas {
                    if pool.lease.isShared {
                        add(engine, replica, devices, pool, plan.configuration, known)
                    }
                    replica += 1
                }
            }
        }
        for index in known.indices {
            let shared = Set(replicas.filter { $0.learning == index }.flatMap(\.rolloutReplicas)).sorted()
            rollouts += shared.map { (index, $0) }
        }
    }

    private mutating func add(
        _ engine: Int, _ replica: Int, _ devices: [DeviceID], _ pool: PoolPlan,
        _ configuration: ServingConfiguration, _ known: [LearningDevices?]
    ) {
        for (index, other) in known.enumerated() {
            guard let other else { continue }
            let shared = devices.filter { other.trainDevices.contains($0) || other.rolloutReplica(on: $0) != nil }
            guard !shared.isEmpty else { continue }
            let memory = pool.memory, all = Int(memory.blocks)
            let blockBytes = memory.keyValueBytesPerToken * Int64(memory.blockTokens)
            let longest = (configuration.maximumContext + memory.blockTokens - 1) / memory.blockTokens
            // Blocks may be stated that leave less than the reserve.
            let reserve = max(0, min(memory.reservedBytes, memory.capacityBytes - memory.weightBytes
                - Int64(all) * blockBytes))
            replicas.append(SharedReplica(
                engine: engine, replica: replica, learning: index, name: configuration.name, devices: shared,
                coreShare: pool.lease.coreShare, residentBytes: memory.weightBytes + reserve,
                blockBytes: blockBytes, allBlocks: all,
                fewestBlocks: min(all, longest),
                trains: shared.contains { other.trainDevices.contains($0) },
                rolloutReplicas: Array(Set(shared.compactMap(other.rolloutReplica))).sorted()))
        }
    }

    /// Whether no device is shared.
    public var isEmpty: Bool { replicas.isEmpty }

    /// Replicas of a serving workload with shared devices, and the KV blocks that they have alone.
    public func sharedReplicas(servedBy engine: Int) -> [(replica: Int, blocks: Int)] {
        replicas.filter { $0.engine == engine }.map { ($0.replica, $0.allBlocks) }
    }

    /// The shared devices, in the order of the cluster, each once.
    public var devices: [DeviceID] { Array(Set(replicas.flatMap(\.devices))).sorted() }

    /// The shared devices of one workload.
    public func devices(servedBy engine: Int) -> [DeviceID] {
        replicas.filter { $0.engine == engine }.flatMap(\.devices).sorted()
    }

    /// The shared devices of one workload of reinforcement learning.
    public func devices(learnedOnBy index: Int) -> [DeviceID] {
        Array(Set(replicas.filter { $0.learning == index }.flatMap(\.devices))).sorted()
    }
}

/// Where a workload of reinforcement learning computes; only looked up.
private struct LearningDevices {
    var trainDevices: Set<DeviceID>
    private var replicas: [DeviceID: Int] = [:]

    init(_ placement: PlacementConfiguration) {
        trainDevices = Set(placement.trainDevices)
        for (replica, devices) in placement.replicas.enumerated() {
            for device in devices { replicas[device] = replica }
        }
    }

    func rolloutReplica(on device: DeviceID) -> Int? { replicas[device] }
}

extension CheckedScenario {
    /// Two that share a device cannot have more than all of its cores.
    func checkCoreShares(_ diagnostics: JSONDiagnostics) {
        let sharing = DeviceSharing(self, machine.cluster.layout)
        for (index, plan) in learning.enumerated() {
            let placement = plan.configuration.placement
            let others = sharing.replicas.filter { $0.learning == index }
            guard let most = others.map(\.coreShare).max(), most + placement.coreShare > 1 + 1e-9,
                let other = others.first(where: { $0.coreShare == most }) else { continue }
            diagnostics.report(
                ["workloads", .key(plan.configuration.name), "placement", "core_share"],
                "\(placement.coreShare) and the \(most) of \(other.name) are more than all cores of "
                    + machine.cluster.layout.name(of: other.devices[0]),
                remedy: "let both together be at most 1")
        }
    }
}
