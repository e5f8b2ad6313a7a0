import EventEngine

/// In which order a generating replica's memory comes back.
public enum WakeOrder: String, Sendable, CaseIterable {
    /// Weights while the training state is still there, the KV cache after it has gone.
    case weightsFirst = "weights, kv_cache"
    /// The KV cache with the weights, before the training state has gone.
    case together = "kv_cache, weights"
}

/// What happens between generating and training on shared cards, and between the cards otherwise.
public struct TransitionConfiguration: Sendable, Equatable {
    /// Weights of training leave the device while it generates.
    public var offloadsParameters: Bool
    /// Optimizer states leave the device but for the update.
    public var offloadsOptimizer: Bool
    /// Gradients stay on the device; otherwise their memory is dropped after the update.
    public var keepsGradients: Bool
    /// Host memory is pinned.
    public var isPinned: Bool
    /// In which order a generating replica's memory comes back.
    public var wakeOrder: WakeOrder
    /// Time of a wake or sleep that no copy explains: mapping memory, building groups of collectives.
    public var switchNanoseconds: Nanoseconds

    public init(
        offloadsParameters: Bool = true, offloadsOptimizer: Bool = true, keepsGradients: Bool = false,
        isPinned: Bool = true, wakeOrder: WakeOrder = .weightsFirst,
        switchNanoseconds: Nanoseconds = 0
    ) {
        self.offloadsParameters = offloadsParameters
        self.offloadsOptimizer = offloadsOptimizer
        self.keepsGradients = keepsGradients
        self.isPinned = isPinned
        self.wakeOrder = wakeOrder
        self.switchNanoseconds = switchNanoseconds
    }
}
