import EventEngine

/// What a scheduler knows of how long a job runs.
public enum DurationKnowledge: Sendable, Equatable {
    /// The truth, which no real scheduler has.
    case oracle
    /// What the user said; jobs of which he said nothing get the error model.
    case userEstimate(otherwiseSigma: Double)
    /// The truth times a lognormal factor of median one and this standard deviation of its logarithm, drawn once per
    /// job from a stream of its own name.
    case lognormal(sigma: Double)

    /// The estimate of each job.
    /// - Parameter owner: the name of the workload, which names the random stream.
    func estimates(of jobs: [Job], seed: UInt64, owner: String) -> [Nanoseconds] {
        switch self {
        case .oracle: return jobs.map { Self.truth($0) }
        case .lognormal(let sigma): return drawn(jobs, sigma, seed, owner) { _ in nil }
        case .userEstimate(let sigma):
            return drawn(jobs, sigma, seed, owner) { $0.estimate >= 0 ? $0.estimate : nil }
        }
    }

    /// One draw for every job, used or not, so that one job's estimate moves no other's.
    private func drawn(
        _ jobs: [Job], _ sigma: Double, _ seed: UInt64, _ owner: String, known: (Job) -> Nanoseconds?
    ) -> [Nanoseconds] {
        var stream = RandomStream(seed: seed, name: "\(owner)/estimates")
        return jobs.map { job in
            let factor = stream.lognormal(mu: 0, sigma: sigma)
            if let estimate = known(job) { return estimate }
            let truth = Self.truth(job)
            guard job.duration >= 0, truth != .max else { return truth }
            return Int64(min(9e18, max(1, (Double(truth) * factor).rounded(.toNearestOrEven))))
        }
    }

    /// The duration of a traced job; for a workload what its user said, else as good as for ever.
    private static func truth(_ job: Job) -> Nanoseconds {
        if job.duration >= 0 { return job.duration }
        return job.estimate >= 0 ? job.estimate : .max / 4
    }
}

extension DurationKnowledge {
    /// Standard deviation of the logarithm of an estimate where nothing is known of it: `assumed`.
    public static let assumedSigma = 0.5

    /// What a policy knows where a scenario says nothing: what users said, and the error model for the rest.
    public static let standard = userEstimate(otherwiseSigma: assumedSigma)

    /// The name in results; a policy that knows the truth says so.
    public var name: String {
        switch self {
        case .oracle: "oracle"
        case .userEstimate: "estimate"
        case .lognormal(let sigma): "lognormal sigma \(sigma)"
        }
    }
}
