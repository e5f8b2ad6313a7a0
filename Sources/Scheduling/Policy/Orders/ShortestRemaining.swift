extension QueueOrder {
    /// `srtf`: the job with the least work left first.
    public static let shortestRemaining = QueueOrder("srtf", changes: .whileRunning, usesDurations: true) {
        $0.remaining
    }
}
