extension QueueOrder {
    /// `las`: the job that has run least first (least attained service; DLAS of Tiresias where it has queues).
    public static let leastAttained = QueueOrder("las", changes: .whileRunning) { $0.attained }
}
