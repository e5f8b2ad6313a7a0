import EventEngine

/// What an embedded engine has done since it began, over all replicas.
public struct EmbeddedUse: Sendable, Equatable {
    /// Time in which replicas computed, summed over them.
    public var busyNanoseconds: Nanoseconds = 0
    /// Device time of it: each replica's times its devices.
    public var busyDeviceNanoseconds: Nanoseconds = 0
    /// Forward passes, summed over replicas.
    public var steps: Int64 = 0
    /// Steps of the replica with the most.
    public var longestSteps: Int64 = 0
    /// Prompt tokens computed, those computed again included.
    public var prefillTokens: Int64 = 0
    /// Tokens generated.
    public var decodeTokens: Int64 = 0
    /// Times a sequence lost its KV blocks to others.
    public var preemptions = 0
    /// Largest share of a replica's KV blocks in use at once.
    public var peakKeyValueShare = 0.0

    public init() {}

    /// What was done after an earlier state; the peak is that of the whole time.
    public func since(_ earlier: EmbeddedUse) -> EmbeddedUse {
        var use = self
        use.busyNanoseconds -= earlier.busyNanoseconds
        use.busyDeviceNanoseconds -= earlier.busyDeviceNanoseconds
        use.steps -= earlier.steps
        use.longestSteps -= earlier.longestSteps
        use.prefillTokens -= earlier.prefillTokens
        use.decodeTokens -= earlier.decodeTokens
        use.preemptions -= earlier.preemptions
        return use
    }
}

extension ServingEngine {
    /// What the replicas have done so far; steps under way do not count.
    public var use: EmbeddedUse {
        var use = EmbeddedUse()
        for replica in replicas {
            use.busyNanoseconds += replica.busyNanoseconds
            use.busyDeviceNanoseconds += replica.busyNanoseconds * Int64(replica.devices.count)
            use.steps += replica.steps
            use.longestSteps = max(use.longestSteps, replica.steps)
            use.prefillTokens += replica.prefillTokens
            use.decodeTokens += replica.decodeTokens
            use.preemptions += replica.preemptions
            let blocks = max(1, replica.cache.totalBlocks)
            use.peakKeyValueShare = max(
                use.peakKeyValueShare, Double(replica.cache.peakUsedBlocks) / Double(blocks))
        }
        return use
    }

    /// KV blocks that requests hold now, over all replicas.
    public var heldBlocks: Int { replicas.reduce(0) { $0 + $1.cache.usedBlocks } }
}
