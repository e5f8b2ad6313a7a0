extension QueueOrder {
    /// `fifo`: in the order of submission.
    public static let fifo = QueueOrder("fifo") { $0.submit }
}
