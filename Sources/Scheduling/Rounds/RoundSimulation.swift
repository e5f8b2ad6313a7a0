import EventEngine

/// Runs a list of jobs through a round-based scheduler.
public enum RoundSimulation {
    /// The scheduler after the last job that can run is done.
    ///
    /// Jobs that arrive during a round wait for its end. A job that fits on no device is never done.
    /// - Parameter jobs: in order of submission.
    public static func run(
        _ jobs: [RoundJob], on scheduler: RoundScheduler
    ) throws(LinearProgrammeFailure) -> RoundScheduler {
        var scheduler = scheduler
        var (now, next): (Nanoseconds, Int) = (jobs.first?.submitted ?? 0, 0)
        while true {
            while next < jobs.count, jobs[next].submitted <= now {
                scheduler.submit(jobs[next])
                next += 1
            }
            if let end = try scheduler.beginRound(at: now) {
                now = end
                scheduler.endRound(at: now)
            } else if next < jobs.count {
                now = jobs[next].submitted
            } else if let later = scheduler.nextDivision, later > now {
                now = later
            } else {
                return scheduler
            }
        }
    }
}

extension RoundScheduler {
    /// When the cluster is divided next, where jobs wait for it.
    public var nextDivision: Nanoseconds? {
        guard needsDivision, !active.isEmpty else { return nil }
        return TimeConversion.nanoseconds(fromSeconds: priorities.reckoned) + configuration.leastTimeBetweenDivisions
    }

    /// Whether the job is part of the round that is going on.
    func isRunning(_ job: Int) -> Bool { !placement.devices[job].isEmpty }

    /// The time from each job's submission to its end, in seconds; nil where it was not done.
    public var completionSeconds: [Double?] {
        records.indices.map { job in records[job].end.map { TimeConversion.seconds($0 - jobs[job].submitted) } }
    }
}
