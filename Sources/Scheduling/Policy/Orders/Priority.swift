extension QueueOrder {
    /// `priority`: the highest priority first.
    public static let priority = QueueOrder("priority") { -$0.priority }
}
