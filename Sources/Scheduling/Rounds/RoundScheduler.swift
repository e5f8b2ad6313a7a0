import EventEngine

/// Schedules jobs in rounds: a policy divides the cluster's time, and each round runs the jobs that are furthest behind
/// their shares (Gavel's mechanism, OSDI 2020, section 5).
///
/// A round places each of its jobs on devices of one kind, a gang whole or not at all, and ends with the last of them:
/// after the round's length, or earlier where the jobs of the round are all done. The simulator is driven from outside:
/// `submit` what has arrived, `beginRound`, and `endRound` at the instant that it gave.
public struct RoundScheduler: Sendable {
    /// The devices.
    public let cluster: RoundCluster
    /// The settings.
    public let configuration: RoundConfiguration
    /// What became of each job, by its number.
    public internal(set) var records: [RoundRecord] = []
    /// Rounds begun.
    public internal(set) var rounds = 0
    /// How often the cluster was divided.
    public internal(set) var divisions = 0
    /// Runs that went on on the same devices from one round to the next.
    public internal(set) var leaseExtensions = 0
    /// Device time in use, in device nanoseconds.
    public internal(set) var busy: Int64 = 0
    var policy: any DivisionPolicy
    var random: RandomStream
    var jobs: [RoundJob] = []
    var progress: [RoundProgress] = []
    /// The numbers of the jobs that are there, in order of arrival.
    var active: [Int] = []
    var priorities: RoundPriorities
    var placement = RoundPlacement()
    /// The runs of the round that is going on.
    var running: [RoundRun] = []
    var began: Nanoseconds = 0
    var needsDivision = true

    /// A scheduler without jobs.
    /// - Parameter random: decides about the order of kinds for a policy that does not know them.
    public init(
        cluster: RoundCluster, policy: any DivisionPolicy, configuration: RoundConfiguration, random: RandomStream
    ) {
        self.cluster = cluster
        self.policy = policy
        self.configuration = configuration
        self.random = random
        priorities = RoundPriorities(
            kindCount: cluster.kinds.count, roundSeconds: TimeConversion.seconds(configuration.round))
    }

    /// Whether no job is there.
    public var isIdle: Bool { active.isEmpty }

    /// Takes a job that has arrived; jobs are numbered from 0.
    public mutating func submit(_ job: RoundJob) {
        active.append(jobs.count)
        jobs.append(job)
        progress.append(RoundProgress())
        records.append(RoundRecord())
        priorities.add()
        placement.add()
        needsDivision = true
    }

    /// Begins a round and says when it ends; nil where no job can run.
    public mutating func beginRound(at now: Nanoseconds) throws(LinearProgrammeFailure) -> Nanoseconds? {
        precondition(running.isEmpty, "the round before has ended")
        // A division at the start of time does not count: most jobs are yet to come.
        if needsDivision, lastDivision == 0 || now - lastDivision >= configuration.leastTimeBetweenDivisions {
            try divide(at: now)
        }
        let chosen = select()
        for kind in cluster.kinds.indices { begin(chosen[kind], kind: kind, at: now) }
        let present = running.map(\.job)
        for job in active where !present.contains(job) { stop(job) }
        guard let last = running.map(\.end).max() else { return nil }
        began = now
        rounds += 1
        return configuration.endsEarly ? last : now + configuration.round
    }

    /// Ends the round at the instant that `beginRound` gave; the jobs that are done leave.
    public mutating func endRound(at now: Nanoseconds) {
        for run in running {
            progress[run.job] = run.after
            records[run.job].rounds += 1
            let last = records[run.job].runs.count - 1
            records[run.job].runs[last].end = run.end
            busy += (run.end - began) * Int64(jobs[run.job].gang)
            priorities.credit(job: run.job, kind: run.kind, seconds: TimeConversion.seconds(run.end - began))
            if run.after.stage == jobs[run.job].stages.count {
                records[run.job].end = run.end
                placement.remember(job: run.job, kind: -1, devices: [])
                needsDivision = true
            }
        }
        if needsDivision { active.removeAll { records[$0].end != nil } }
        running.removeAll(keepingCapacity: true)
    }

    private var lastDivision: Nanoseconds { TimeConversion.nanoseconds(fromSeconds: priorities.reckoned) }

    private mutating func divide(at now: Nanoseconds) throws(LinearProgrammeFailure) {
        let problem = DivisionProblem(
            capacity: cluster.kinds.map(\.count), jobs: active, gang: active.map { jobs[$0].gang },
            weight: active.map { jobs[$0].weight },
            stepsPerSecond: active.flatMap { jobs[$0].stages[progress[$0].stage].stepsPerSecond },
            stepsLeft: active.map { progress[$0].stepsLeft(of: jobs[$0]) },
            age: active.map { TimeConversion.seconds(now - jobs[$0].submitted) })
        let shares = try policy.divide(problem)
        priorities.reckon(at: TimeConversion.seconds(now), jobs: active, shares: shares)
        needsDivision = false
        divisions += 1
    }
}
