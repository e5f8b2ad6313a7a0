import EventEngine
import Hardware

/// How far a pass of training is, whose pace changes when others begin or end to compute on its devices.
struct PassProgress: Sendable {
    /// Share of the cores that training has now.
    var coreShare = 1.0
    var start: Nanoseconds = 0
    /// What is left of it, in nanoseconds with all cores, and since when that has been so.
    private var left = 0.0
    private var since: Nanoseconds = 0

    /// A pass of `work` nanoseconds with all cores begins.
    /// - Returns: how long it takes if nothing changes.
    mutating func begin(_ work: Nanoseconds, at now: Nanoseconds) -> Nanoseconds {
        start = now
        since = now
        left = Double(work)
        return coreShare == 1 ? work : PortableMath.roundHalfToEven(left / coreShare)
    }

    /// The pass under way goes on with another share.
    /// - Returns: how long the rest takes if nothing changes.
    mutating func change(to share: Double, at now: Nanoseconds) -> Nanoseconds {
        left = max(0, left - Double(now - since) * coreShare)
        since = now
        coreShare = share
        return PortableMath.roundHalfToEven(left / share)
    }
}

/// Devices that another workload computes on too. All devices of a pass wait for the slowest, so that one share
/// holds for a pass; replicas have their own.
extension ReinforcementLearningEngine {
    /// Whether training devices compute now.
    public var isTrainingPassUnderWay: Bool {
        guard isRunning, failedTrainers == 0, waiting == .time, position < instructions.count else { return false }
        if case .compute = instructions[position] { return true }
        return false
    }

    /// Whether a step is under way on a rollout replica.
    public func isGenerating(_ replica: Int) -> Bool { isRunning && rollout.isComputing(replica) }

    /// Gives training a share of its devices' cores: the pass under way goes on with it at once.
    public mutating func setTrainingCoreShare(_ share: Double, at now: Nanoseconds, _ queue: inout EventQueue) {
        guard passProgress.coreShare != share else { return }
        guard isTrainingPassUnderWay else {
            passProgress.coreShare = share
            return
        }
        wait(passProgress.change(to: share, at: now), at: now, &queue)
    }

    /// Gives a rollout replica a share of its devices' cores from its next step on.
    public mutating func setRolloutCoreShare(
        _ share: Double, of replica: Int, at now: Nanoseconds, _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        guard isRunning else { return }
        rollout.setCoreShare(share, of: replica, at: now, &queue, &machine)
    }
}
