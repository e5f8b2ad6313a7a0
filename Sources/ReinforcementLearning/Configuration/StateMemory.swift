import EventEngine

/// What a device's memory is held for.
public enum MemoryPart: Int, Sendable, CaseIterable {
    /// Not reported by the driver, or left free by the engine's share of memory.
    case reserved, headroom
    /// What offloading leaves behind.
    case residue
    case parameters, gradients, optimizer, reference
    case criticParameters = 7, criticOptimizer
    case activations, inferWeights, inferActivations, keyValue
    /// Shards in transit while weights are brought over.
    case transit

    /// Whether the workload uses it, rather than being kept from it.
    var isUse: Bool { self != .reserved && self != .headroom }

    /// Name in results.
    public var name: String {
        switch self {
        case .reserved: "reserved"
        case .headroom: "headroom"
        case .residue: "residue"
        case .parameters: "train_parameters"
        case .gradients: "gradients"
        case .optimizer: "optimizer"
        case .reference: "reference"
        case .criticParameters: "critic_parameters"
        case .criticOptimizer: "critic_optimizer"
        case .activations: "activations"
        case .inferWeights: "infer_weights"
        case .inferActivations: "infer_activations"
        case .keyValue: "kv_cache"
        case .transit: "transit"
        }
    }
}

/// Bytes of each part on one device, before and while it is held.
public struct StateMemory: Sendable, Equatable {
    /// What the driver does not report of a training or generating device.
    public var trainReservedBytes: Int64 = 0
    /// What the driver does not report of a generating device.
    public var rolloutReservedBytes: Int64 = 0
    /// What the generating engine leaves free of its devices.
    public var headroomBytes: Int64 = 0
    /// What offloading leaves behind on a device.
    public var residueBytes: Int64 = 0
    /// Weights of training, on one training device.
    public var parameterBytes: Int64 = 0
    /// Gradients, on one training device.
    public var gradientBytes: Int64 = 0
    /// Optimizer state, on one training device.
    public var optimizerBytes: Int64 = 0
    /// Of a frozen copy.
    public var referenceBytes: Int64 = 0
    /// Activations of a forward pass on one training device.
    public var forwardActivationBytes: Int64 = 0
    /// Activations of an update on one training device.
    public var updateActivationBytes: Int64 = 0
    /// Weights of generation, on one generating device.
    public var inferWeightBytes: Int64 = 0
    /// What the engine keeps for activations, graphs and runtime on one generating device.
    public var inferActivationBytes: Int64 = 0
    /// Of a replica on its own devices, and of one on training devices.
    public var keyValueBytes: Int64 = 0
    /// KV cache of a replica on lent training devices, on each of them.
    public var lentKeyValueBytes: Int64 = 0
    /// Buffers of a weight transfer.
    public var transitBytes: Int64 = 0
    /// Blocks of those replicas.
    public var blocks: Int = 0
    /// KV blocks of a replica on lent training devices.
    public var lentBlocks: Int = 0

    public init() {}

    /// Bytes of a part on one device. Activations are held by pass, see ``ReinforcementLearningEngine``.
    func bytes(_ part: MemoryPart, isTraining: Bool) -> Int64 {
        switch part {
        case .reserved: isTraining ? trainReservedBytes : rolloutReservedBytes
        case .headroom: headroomBytes
        case .residue: residueBytes
        case .parameters, .criticParameters: parameterBytes
        case .gradients: gradientBytes
        case .optimizer, .criticOptimizer: optimizerBytes
        case .reference: referenceBytes
        case .activations: 0
        case .inferWeights: inferWeightBytes
        case .inferActivations: inferActivationBytes
        case .keyValue: isTraining ? lentKeyValueBytes : keyValueBytes
        case .transit: transitBytes
        }
    }
}
