import EventEngine

/// The settings of a round-based scheduler.
public struct RoundConfiguration: Equatable, Sendable {
    /// How long a round is.
    public var round: Nanoseconds
    /// Whether a round ends earlier where all of its jobs are done, as in Gavel's simulator; a real cluster keeps time.
    public var endsEarly: Bool
    /// The least time between two divisions of the cluster. Jobs that arrive in between wait for the next one.
    public var leastTimeBetweenDivisions: Nanoseconds
    /// Time of a round that a job loses when it did not run on the same devices in the round before: saving, loading.
    public var restart: Nanoseconds

    /// Gavel's settings: rounds of 360 s, ended early, divisions at least 1920 s apart, restarts for free.
    public init(
        round: Nanoseconds = 360_000_000_000, endsEarly: Bool = true,
        leastTimeBetweenDivisions: Nanoseconds = 1_920_000_000_000, restart: Nanoseconds = 0
    ) {
        self.round = round
        self.endsEarly = endsEarly
        self.leastTimeBetweenDivisions = leastTimeBetweenDivisions
        self.restart = restart
    }
}
