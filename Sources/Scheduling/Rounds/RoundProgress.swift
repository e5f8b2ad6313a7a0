import EventEngine

/// How far a job is: its stage, and the steps of it that are done.
struct RoundProgress: Equatable, Sendable {
    /// The number of stages where the job is done.
    var stage = 0
    var steps: Int64 = 0

    /// The steps that are left, all counted at the present stage's batch size.
    func stepsLeft(of job: RoundJob) -> Double {
        guard stage < job.stages.count else { return 0 }
        let present = job.stages[stage]
        var left = Double(present.steps - steps)
        for later in job.stages[(stage + 1)...] {
            left += Double(later.steps) / later.stepsPerUnit * present.stepsPerUnit
        }
        return left
    }

    /// Where the job is at `end` when it runs on `kind` from `start`: whole steps only, and it stops with its last.
    func advanced(
        _ job: RoundJob, kind: Int, from start: Nanoseconds, until end: Nanoseconds
    ) -> (progress: RoundProgress, end: Nanoseconds) {
        var (progress, now) = (self, start)
        while progress.stage < job.stages.count {
            let stage = job.stages[progress.stage]
            let rate = stage.stepsPerSecond[kind]
            // A later stage may have no rate on this kind; the job then waits for a round elsewhere.
            guard rate > 0 else { return (progress, progress == self ? end : now) }
            let left = stage.steps - progress.steps
            let possible = Int64(max(0, TimeConversion.seconds(end - now) * rate))
            let done = min(left, possible)
            now += TimeConversion.nanoseconds(fromSeconds: Double(done) / rate)
            progress.steps += done
            guard done == left else { break }
            progress = RoundProgress(stage: progress.stage + 1, steps: 0)
        }
        return (progress, min(now, end))
    }
}
