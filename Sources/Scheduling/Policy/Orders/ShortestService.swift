extension QueueOrder {
    /// `srsf`: the job with the least work left times devices first (Tiresias, NSDI 2019).
    public static let shortestService = QueueOrder("srsf", changes: .whileRunning, usesDurations: true) {
        saturatingProduct($0.remaining, $0.devices)
    }
}
