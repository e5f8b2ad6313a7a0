import EventEngine

/// Runs a list of elastic jobs through a scheduler.
public enum ElasticSimulation {
    /// The records of jobs that are sorted by submission, in their order. Divisions are at multiples of the interval,
    /// as long as anybody is there.
    public static func run(_ jobs: [ElasticJob], on scheduler: ElasticScheduler) -> [ElasticRecord] {
        var scheduler = scheduler
        var (now, next): (Nanoseconds, Int) = (0, 0)
        while next < jobs.count || !scheduler.isIdle {
            if scheduler.isIdle, jobs[next].submitted > now {
                now = (jobs[next].submitted + scheduler.interval - 1) / scheduler.interval * scheduler.interval
            }
            while next < jobs.count, jobs[next].submitted <= now {
                scheduler.submit(jobs[next], at: now)
                next += 1
            }
            let isWorking = scheduler.divide(at: now)
            now += scheduler.interval
            // Without devices for anyone nothing ever changes.
            if next == jobs.count, !isWorking { break }
        }
        return scheduler.records
    }
}
