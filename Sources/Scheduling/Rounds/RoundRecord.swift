import EventEngine

/// What became of one job under a round-based scheduler.
public struct RoundRecord: Equatable, Sendable {
    /// A stretch on the same devices, over one or more rounds.
    public struct Run: Equatable, Sendable {
        /// From when to when.
        public var start: Nanoseconds
        /// When the stretch ended, or its last round.
        public var end: Nanoseconds
        /// The kind of the devices, by its place in the cluster.
        public var kind: Int
        /// The devices, numbered within their kind, ascending.
        public var devices: [Int]
    }

    /// The stretches in order.
    public var runs: [Run] = []
    /// When the job was done; nil where it was not.
    public var end: Nanoseconds?
    /// Rounds in which it ran.
    public var rounds = 0
    /// How often it was stopped at the end of a round or moved, not counting its end.
    public var preemptions = 0
    /// Time lost to restarts.
    public var restart: Nanoseconds = 0
}
