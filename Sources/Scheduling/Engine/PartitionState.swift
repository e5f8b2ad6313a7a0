import EventEngine

/// Jobs that wait in one order.
struct Lane: Sendable {
    var queue = OrderedQueue()
    var partition: Int
}

/// What a pass remembers of a partition.
struct PartitionState: Sendable {
    /// Whether devices became free, or a tenant's limit moved, since the last whole pass.
    var isOpen = true
    /// Sizes of gangs below 64 that have found no place since; a bit each.
    var failedSizes: UInt64 = 0
    /// Jobs that came since the last pass.
    var arrived: [Int32] = []
    /// Whether all promised starts must be worked out again.
    var mustReplan = false
    /// The job that last left devices, and when.
    var lastEnded: (job: Int32, time: Nanoseconds) = (-1, -1)
    /// Counts looks at limits, so that only the latest one is served.
    var lateLook: Int64 = 0
    /// The queues of a policy that has several: jobs that wait or run, by queue.
    var levels: [[Int32]] = []
}
