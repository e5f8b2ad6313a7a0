import Hardware
import JSONText
import ModelGraph
import Serving
import Timing

/// A serving workload bound to devices, with its memory worked out.
public struct ServingPlan: Sendable {
    /// What the engine is made from.
    public var configuration: ServingConfiguration
    /// What counts as good.
    public var objective: ServiceLevelObjective
    /// Devices and memory of each pool, in the order of the scenario.
    public var pools: [PoolPlan]
}

/// A pool's devices, parameters and memory, for results.
public struct PoolPlan: Sendable {
    /// Its name in the scenario.
    public var name: String
    /// The kind of device that it runs on.
    public var device: DeviceDescriptor
    /// Timing parameters of the device under its engine.
    public var profile: TimingProfile
    /// How the model is cut over a replica's devices.
    public var parallelism: Parallelism
    /// How each device's memory is divided.
    public var memory: DeviceMemoryPlan
    /// Measured kernels that refine the profile, where there are any.
    public var measured: MeasuredRatios?
    /// How its devices are held.
    public var lease = LeaseSpecification()
}

/// How the memory of each device of a replica is divided, in bytes.
public struct DeviceMemoryPlan: Sendable, Equatable {
    /// Memory of the device.
    public var capacityBytes: Int64
    /// What the engine may use: a share of the capacity.
    public var usableBytes: Int64
    /// Weights on each device.
    public var weightBytes: Int64
    /// Kept back for activations and the runtime.
    public var reservedBytes: Int64
    /// KV of one token on one device, replicated heads and scales included.
    public var keyValueBytesPerToken: Int64
    /// Tokens of one KV block.
    public var blockTokens: Int

    /// KV blocks that the scenario states.
    public var statedBlocks: Int64?

    /// KV blocks as stated, or those that fit; negative or zero when the model does not.
    public var blocks: Int64 {
        statedBlocks ?? (usableBytes - weightBytes - reservedBytes) / (keyValueBytesPerToken * Int64(blockTokens))
    }

    /// Blocks that fit when the engine keeps nothing back.
    var mostBlocks: Int64 { (capacityBytes - weightBytes) / (keyValueBytesPerToken * Int64(blockTokens)) }

    /// What the KV blocks take on each device; 0 where the model does not fit.
    public var keyValueBytes: Int64 { max(0, blocks) * Int64(blockTokens) * keyValueBytesPerToken }

    init(
        device: DeviceDescriptor, model: ModelDescriptor, weightType: DataType?, keyValueType: DataType,
        parallelism: Parallelism, engine: EngineSpecification
    ) {
        capacityBytes = device.memoryBytes.value
        usableBytes = Int64((Double(capacityBytes) * engine.memoryFraction).rounded(.down))
        let weights = weightType.map(model.weightBytes) ?? model.publishedWeightBytes
        weightBytes = (weights + Int64(parallelism.devices) - 1) / Int64(parallelism.devices)
        reservedBytes = engine.reservedBytes
        // A latent is whole on every rank; grouped heads are spread, and repeated where there are too few.
        let ranks = model.latentAttention != nil ? 1 : min(parallelism.tensor, model.keyValueHeads)
        let whole = model.keyValueBytesPerToken(keyValueType, scales: true)
        keyValueBytesPerToken = (whole + Int64(ranks) - 1) / Int64(ranks)
        blockTokens = engine.configuration.blockTokens
    }
}

/// Binds a serving workload to the devices of a cluster; problems are reported where the scenario
/// states what is wrong.
struct ServingBinder {
    let specification: ServingSpecification
    let seed: UInt64
    let diagnostics: JSONDiagnostics
    /// Owners of shared devices on which this workload has no place: they serve, too.
    var others: [String] = []

    /// The plan, leases taken and memory reserved on the machine; `nil` when something does not fit.
    func bind(to machine: inout Machine) -> ServingPlan? {
        var pools: [PoolConfiguration] = [], plans: [PoolPlan] = []
        for pool in specification.pools {
            guard let bound = bind(pool, to: &machine) else { continue }
            pools.append(bound.configuration)
            plans.append(bound.plan)
        }
        guard pools.count == specification.pools.count, let first = plans.first else { return nil }
        let decode = zip(specification.pools, plans).first { $0.0.role == .decode }?.1 ?? first
        var configuration = ServingConfiguration(
            name: specification.name, pools: pools,
            transfer: TransferConfiguration(
                mode: specification.keyValue.transfer, firstToken: specification.keyValue.firstToken,
                wireBytesPerToken: wireBytesPerToken(to: decode)),
            maximumContext: specification.maximumContext, prefillRouter: specification.prefillRouter,
            decodeRouter: specification.decodeRouter, concurrency: specification.traffic.concurrency,
            seed: seed)
        configuration.frontEndNanoseconds = specification.engine.frontEndNanoseconds
        return ServingPlan(configuration: configuration, objective: specification.objective, pools: plans)
    }

    /// Every decode rank needs its own heads, so that heads replicated there travel more than once; a
    /// latent goes once, in slices.
    private func wireBytesPerToken(to decode: PoolPlan) -> Int64 {
        let model = specification.model
        let logical = model.keyValueBytesPerToken(specification.keyValue.type, scales: true)
        guard model.latentAttention == nil else { return logical }
        return logical * Int64(max(1, decode.parallelism.tensor / model.keyValueHeads))
    }

    private func bind(
        _ pool: PoolSpecification, to machine: inout Machine
    ) -> (configuration: PoolConfiguration, plan: PoolPlan)? {
        guard let group = machine.cluster.specification.nodeGroups.first(where: { $0.name == pool.nodes }) else {
            return nil
        }
        let node = group.node
        if pool.parallelism.tensor > node.devicesPerNode {
            report(pool, "tensor_parallel", "\(pool.parallelism.tensor) ranks do not fit one node of "
                + "\(node.devicesPerNode) devices, and a tensor-parallel group stays inside a node",
                remedy: "use at most \(node.devicesPerNode)")
            return nil
        }
        var engine = specification.engine
        if let tokens = pool.maximumBatchTokens { engine.configuration.maximumBatchTokens = tokens }
        if let sequences = pool.maximumSequences { engine.configuration.maximumSequences = sequences }
        var memory = DeviceMemoryPlan(
            device: node.device, model: specification.model, weightType: specification.weightType,
            keyValueType: specification.keyValue.type, parallelism: pool.parallelism, engine: engine)
        if let stated = pool.keyValueBlocks.map(Int64.init) {
            guard stated <= memory.mostBlocks else {
                report(pool, "kv_blocks", "\(stated) blocks and the weights need more than the "
                    + "\(gigabytes(memory.capacityBytes)) of \(node.device.name)",
                    remedy: "state at most \(max(0, memory.mostBlocks))")
                return nil
            }
            memory.statedBlocks = stated
        }
        guard memory.blocks > 0 else {
            reportDoesNotFit(pool, memory, node)
            return nil
        }
        guard let replicas = lease(pool, memory, on: &machine) else { return nil }
        do {
            guard let profile = try profile(of: pool, on: node.device) else { return nil }
            let timer = OperatorTimer(
                device: node.device, scaleUpBytesPerSecond: node.collectiveBytesPerSecond, profile: profile)
            let measured = measuredKernels(of: pool, timer)
            if measured == nil, pool.measuredKernels != nil { return nil }
            let cost = stepCost(pool, engine, timer, profile, measured)
            let configuration = PoolConfiguration(
                name: pool.name, role: pool.role, engine: engine.configuration, replicas: replicas, cost: cost,
                blocks: Int(memory.blocks))
            let plan = PoolPlan(
                name: pool.name, device: node.device, profile: profile, parallelism: pool.parallelism,
                memory: memory, measured: measured, lease: pool.lease)
            return (configuration, plan)
        } catch {
            report(pool, "nodes", "\(error)")
            return nil
        }
    }

    /// The shipped profile of a device, or the pool's own over it; nil where that cannot be used.
    private func profile(of pool: PoolSpecification, on device: DeviceDescriptor) throws -> TimingProfile? {
        guard let file = pool.timing else { return try ProfileRegistry.profile(for: device) }
        do {
            return try ProfileRegistry.profile(for: device.name, patchedBy: file)
        } catch {
            report(pool, "timing", "\(error)")
            return nil
        }
    }

    private func operators(of pool: PoolSpecification) -> StepOperators {
        StepOperators(
            model: specification.model, parallelism: pool.parallelism, weightType: specification.weightType,
            keyValueType: specification.keyValue.type)
    }

    /// The pool's measured kernels beside the formulas; nil where there are none or they cannot be used.
    private func measuredKernels(of pool: PoolSpecification, _ timer: OperatorTimer) -> MeasuredRatios? {
        guard let folder = pool.measuredKernels else { return nil }
        do {
            return try MeasuredRatios(MeasuredTable(folder: folder), operators: operators(of: pool), timer: timer)
        } catch {
            report(pool, "measured_kernels", "\(error)")
            return nil
        }
    }

    private func stepCost(
        _ pool: PoolSpecification, _ engine: EngineSpecification, _ timer: OperatorTimer, _ profile: TimingProfile,
        _ measured: MeasuredRatios?
    ) -> StepCostModel {
        StepCostModel(
            operators: operators(of: pool), timer: timer, host: profile.host, execution: engine.execution,
            maximumTokens: engine.configuration.maximumBatchTokens,
            maximumSequences: engine.configuration.maximumSequences, measured: measured)
    }

    private func lease(
        _ pool: PoolSpecification, _ memory: DeviceMemoryPlan, on machine: inout Machine
    ) -> [[DeviceID]]? {
        do {
            let replicas = try machine.cluster.placement(
                in: pool.nodes, replicas: pool.replicas, tensorParallel: pool.parallelism.tensor,
                mode: pool.lease.mode, avoiding: pool.lease.isShared ? others + [specification.name] : [])
            for devices in replicas {
                _ = try machine.cluster.lease(devices, owner: specification.name, mode: pool.lease.mode)
            }
            return replicas
        } catch let error as PlacementError {
            report(pool, "replicas", "\(error)")
        } catch {
            report(pool, "nodes", "\(error)")
        }
        return nil
    }

    private func reportDoesNotFit(_ pool: PoolSpecification, _ memory: DeviceMemoryPlan, _ node: NodeDescriptor) {
        let model = specification.model, device = node.device
        let larger = (1...node.devicesPerNode).first { ranks in
            guard ranks > pool.parallelism.tensor, model.heads(fit: ranks) else { return false }
            var parallelism = pool.parallelism
            parallelism.tensor = ranks
            return DeviceMemoryPlan(
                device: device, model: model, weightType: specification.weightType,
                keyValueType: specification.keyValue.type, parallelism: parallelism, engine: specification.engine
            ).blocks > 0
        }
        report(
            pool, "tensor_parallel", "\(model.name) does not fit on \(pool.parallelism.tensor) x \(device.name): "
                + "\(gigabytes(memory.weightBytes)) of weights and \(gigabytes(memory.reservedBytes)) reserved on each "
                + "leave no KV block of the \(gigabytes(memory.usableBytes)) that may be used",
            remedy: larger.map { "use tensor_parallel \($0)" } ?? "use a device with more memory or a smaller model")
    }

    private func gigabytes(_ bytes: Int64) -> String {
        "\((Double(bytes) / 1e8).rounded() / 10) GB"
    }

    private func report(_ pool: PoolSpecification, _ key: String, _ message: String, remedy: String? = nil) {
        diagnostics.report(pool.path.appending(key: key), message, remedy: remedy)
    }
}

extension NodeDescriptor {
    /// What one device can send to its peers in all, for collectives inside a node.
    var collectiveBytesPerSecond: Double {
        switch scaleUp {
        case .mesh(let pair): pair.value * Double(max(1, devicesPerNode - 1))
        case .switched(let port): port.value
        case .packages(let package): package.portBytesPerSecond.value
        case .hostLink: device.hostLinkBytesPerSecond.value
        }
    }
}
