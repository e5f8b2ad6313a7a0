extension QueueOrder {
    /// `sjf`: the shortest job first, by the estimate of its whole work.
    public static let shortestJob = QueueOrder("sjf", usesDurations: true) { $0.estimate }
}
