/// To each job an n-th of every kind, as if the cluster were cut into as many parts as there are jobs.
///
/// The yardstick of fairness: what a job would have had without the others' generosity (Gavel's `isolated`).
public struct IsolatedShare: DivisionPolicy {
    /// The policy; it has no settings.
    public init() {}

    /// See `DivisionPolicy`.
    public func divide(_ problem: DivisionProblem) -> TimeShares {
        let jobs = problem.jobs.count
        var shares = TimeShares(jobs: jobs, kindCount: problem.kindCount)
        for index in 0..<jobs {
            let devices = problem.capacity.map { Double($0) / Double(jobs) / Double(problem.gang[index]) }
            // A job whose part is larger than its gang runs all the time, not longer.
            let scale = 1 / max(1, devices.reduce(0, +))
            for kind in 0..<problem.kindCount { shares[index, kind] = devices[kind] * scale }
        }
        return shares
    }
}
