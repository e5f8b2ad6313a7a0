/// Which of a rank's training state is sharded over the ranks that hold the same weights (ZeRO,
/// arXiv 1910.02054, figure 1; stage 3 is fully sharded data parallelism, FSDP).
public enum StateSharding: Int, Sendable, CaseIterable, Comparable {
    /// Every copy holds everything.
    case none = 0
    /// The optimizer's states.
    case optimizer = 1
    /// And the gradients.
    case gradients = 2
    /// And the weights, gathered layer by layer when they are needed.
    case parameters = 3

    /// Orders stages by what they shard.
    public static func < (left: StateSharding, right: StateSharding) -> Bool { left.rawValue < right.rawValue }
}

/// What of a layer's forward pass is computed again during its backward pass instead of being kept.
public enum Recomputation: String, Sendable, CaseIterable {
    /// Everything is kept; attention is fused, so that its scores never are.
    case none
    /// Norms and the activation function, cheap to compute and large to keep (Megatron-Core's selective
    /// recomputation of `layernorm` and activation).
    case selective
    /// All but the input of each layer: a second forward pass.
    case full
}
