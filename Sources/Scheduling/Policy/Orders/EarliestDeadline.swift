extension QueueOrder {
    /// `edf`: the earliest deadline first; jobs without one last.
    public static let earliestDeadline = QueueOrder("edf") { $0.deadline }
}
