extension QueueOrder {
    /// `2d-las`: the job with the least time run times devices first (Tiresias, NSDI 2019).
    public static let leastAttainedService = QueueOrder("2d-las", changes: .whileRunning) {
        saturatingProduct($0.attained, $0.devices)
    }
}
