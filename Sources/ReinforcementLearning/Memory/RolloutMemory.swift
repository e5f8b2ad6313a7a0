import Hardware
import ModelGraph

/// What one device of a rollout replica has for keys and values, in bytes, as a closed form.
///
/// `KV = utilisation x capacity - resident - weights - activations - graphs - residue`. What training leaves on
/// the device is `resident`: the whole state without offload, nothing with it.
public struct RolloutMemory: Sendable, Equatable {
    /// All of the device's memory that a process can get.
    public var capacityBytes: Int64
    /// The part of it that the engine may use together with what is resident.
    public var usableBytes: Int64
    /// What training keeps on the device during rollout.
    public var residentBytes: Int64
    /// The replica's weights on this device.
    public var weightBytes: Int64
    /// The engine's own activations.
    public var activationBytes: Int64
    /// Captured graphs, which cannot be offloaded.
    public var graphBytes: Int64
    /// What offloading leaves behind: communication buffers, contexts, fragments.
    public var residueBytes: Int64
    /// Keys and values of one token on this device.
    public var keyValueBytesPerToken: Int64

    /// The memory of one device.
    /// - Parameters:
    ///   - utilisation: share of the capacity that may be used, above 0 to 1.
    ///   - tensorParallel: devices of the replica.
    ///   - keyValueType: storage of the cache; nil for the model's own.
    public init(
        capacityBytes: Int64, utilisation: Double, model: ModelDescriptor, tensorParallel: Int,
        keyValueType: DataType? = nil, residentBytes: Int64 = 0, activationBytes: Int64 = 0,
        graphBytes: Int64 = 0, residueBytes: Int64 = 0
    ) {
        self.capacityBytes = capacityBytes
        usableBytes = Int64((Double(capacityBytes) * utilisation).rounded(.down))
        self.residentBytes = residentBytes
        let ranks = Int64(tensorParallel)
        weightBytes = (model.weightBytes(.bf16) + ranks - 1) / ranks
        self.activationBytes = activationBytes
        self.graphBytes = graphBytes
        self.residueBytes = residueBytes
        // A latent is whole on every rank; grouped heads are spread, and repeated where there are too few.
        let spread = Int64(model.latentAttention != nil ? 1 : min(tensorParallel, model.keyValueHeads))
        let whole = model.keyValueBytesPerToken(keyValueType ?? model.keyValueType, scales: true)
        keyValueBytesPerToken = (whole + spread - 1) / spread
    }

    /// What the inference engine has for itself: all that training does not hold.
    public var availableBytes: Int64 { usableBytes - residentBytes }

    /// What is left for keys and values; negative where the replica does not fit.
    public var keyValueBytes: Int64 {
        availableBytes - weightBytes - activationBytes - graphBytes - residueBytes
    }

    /// Tokens whose keys and values one replica holds.
    public var tokensPerReplica: Int64 { max(0, keyValueBytes) / keyValueBytesPerToken }

    /// Whether anything is left for keys and values.
    public var fits: Bool { keyValueBytes > 0 }

    /// How much more the inference engine has than in `other`, as a share of what it has there.
    public func gain(over other: RolloutMemory) -> Double {
        Double(availableBytes) / Double(other.availableBytes) - 1
    }
}
