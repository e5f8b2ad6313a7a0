/// The fairness of finish times: rho, the time a job took over the time it would have taken on its part of the cluster
/// (Themis, NSDI 2020). Where all are at most 1, nobody would have been better off alone.
public enum FinishTimeRatio {
    /// The rho of a job.
    /// - Parameters:
    ///   - completion: seconds from submission to end.
    ///   - exclusive: seconds that it takes with its devices to itself.
    ///   - contention: jobs per device while it was there, or over the whole trace; below 1 it counts as 1.
    public static func rho(completion: Double, exclusive: Double, contention: Double) -> Double {
        completion / (exclusive * max(1, contention))
    }
}
