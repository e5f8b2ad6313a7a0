import EventEngine

/// What became of a job.
public struct JobRecord: Sendable, Equatable {
    /// Its number, in order of submission.
    public var index: Int
    /// Where it stands.
    public var phase: JobPhase
    /// When it was submitted.
    public var submit: Nanoseconds
    /// When it first had its devices.
    public var firstStart: Nanoseconds?
    /// When its work was done.
    public var end: Nanoseconds?
    /// Time in the queue, over all times that it waited.
    public var waiting: Nanoseconds
    /// Time on devices, what restarts cost included.
    public var attained: Nanoseconds
    /// What restarts cost.
    public var restart: Nanoseconds
    /// The first start that was promised to it, where starts are.
    public var promise: Nanoseconds?
    /// How often others took its devices.
    public var preemptions: Int
    /// How often a device failed under it.
    public var failures: Int

    /// From submission to end.
    public var completionTime: Nanoseconds? { end.map { $0 - submit } }
}

extension SchedulingEngine {
    /// What became of a job, by its number in the order of submission.
    public func record(_ index: Int) -> JobRecord {
        let state = states[index]
        return JobRecord(
            index: index, phase: state.phase, submit: jobs[index].submit,
            firstStart: state.firstStart >= 0 ? state.firstStart : nil, end: state.end >= 0 ? state.end : nil,
            waiting: state.waitingNanoseconds, attained: state.attained, restart: state.restartNanoseconds,
            promise: state.promise >= 0 ? state.promise : nil,
            preemptions: Int(state.preemptions), failures: Int(state.failures))
    }
}
