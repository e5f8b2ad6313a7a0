import EventEngine
import Hardware

/// How often a job saves its work, and what that costs.
public struct Checkpoints: Sendable, Equatable {
    /// Work between two checkpoints.
    public var interval: Nanoseconds
    /// How long a checkpoint stops the job.
    public var cost: Nanoseconds

    /// A checkpoint after each `interval`, positive, that stops the job for `cost`.
    public init(interval: Nanoseconds, cost: Nanoseconds) {
        self.interval = interval
        self.cost = cost
    }

    /// The time that work takes with its checkpoints; none is written at the very end.
    func time(of work: Nanoseconds) -> Nanoseconds { work <= 0 ? 0 : work + (work - 1) / interval * cost }

    /// The work that a time is enough for.
    func work(in time: Nanoseconds) -> Nanoseconds {
        let cycle = interval + cost
        return time / cycle * interval + min(time % cycle, interval)
    }

    /// Of that, what has been saved.
    func savedWork(in time: Nanoseconds) -> Nanoseconds { time / (interval + cost) * interval }
}

/// By what factor a traced job runs longer where its gang is spread.
public struct PlacementSlowdown: Sendable, Equatable {
    /// On several nodes under one leaf switch.
    public var acrossNodes = 1.0
    /// Under several leaf switches.
    public var acrossLeaves = 1.0
    /// On one node in several packages.
    public var acrossPackages = 1.0
    /// In several super-nodes; nil: as under several leaf switches.
    public var acrossSuperNodes: Double?

    /// No slowdown; set what there is.
    public init() {}
}

extension SchedulingEngine {
    /// How long a job runs for a piece of work, checkpoints included, at the pace of its present or last run.
    ///
    /// A workload of the scenario takes what its user said, wherever it runs: nobody else knows.
    func runTime(_ job: Int32, _ work: Nanoseconds) -> Nanoseconds {
        if jobs[Int(job)].duration < 0 { return work }
        let stretched = Self.scaled(work, by: states[Int(job)].stretch)
        return configuration.checkpoints?.time(of: stretched) ?? stretched
    }

    /// The work that a job has done in a time on its devices, of which the restart took the beginning.
    /// - Parameter saved: only what a checkpoint has kept.
    func work(_ job: Int32, in ran: Nanoseconds, saved: Bool = false) -> Nanoseconds {
        let state = states[Int(job)]
        let time = max(0, ran - state.overhead)
        if jobs[Int(job)].duration < 0 { return time }
        guard let checkpoints = configuration.checkpoints else {
            return saved ? 0 : Self.scaled(time, by: 1 / state.stretch)
        }
        return Self.scaled(saved ? checkpoints.savedWork(in: time) : checkpoints.work(in: time), by: 1 / state.stretch)
    }

    /// What a job will pay when it starts now.
    func restartCost(of job: Int32) -> Nanoseconds {
        states[Int(job)].paysRestart
            ? configuration.policy.restartCost.nanoseconds(devices: jobs[Int(job)].devices) : 0
    }

    /// The factor by which a traced job runs longer on these shares; what a workload does there is simulated.
    func stretch(of job: Int32, on places: [NodeShare], _ cluster: Cluster) -> Double {
        guard let first = places.first, jobs[Int(job)].duration >= 0 else { return 1 }
        let node = Int(first.node)
        let pace = configuration.groupSpeeds.isEmpty ? 1 : configuration.groupSpeeds[map.group(of: node)]
        let slowdown = configuration.slowdown
        guard places.count > 1 else {
            let isApart = slowdown.acrossPackages != 1 && !packageSizes.isEmpty && spansPackages(job, cluster)
            return (isApart ? slowdown.acrossPackages : 1) / pace
        }
        func isOne(_ size: Int) -> Bool { places.allSatisfy { Int($0.node) / size == node / size } }
        if isOne(nodesPerLeaf) { return slowdown.acrossNodes / pace }
        guard let size = configuration.nodesPerSuperNode, !isOne(size) else { return slowdown.acrossLeaves / pace }
        return (slowdown.acrossSuperNodes ?? slowdown.acrossLeaves) / pace
    }

    /// A time multiplied by a factor, rounded once, half to even; exact for a factor of one.
    private static func scaled(_ time: Nanoseconds, by factor: Double) -> Nanoseconds {
        factor == 1 ? time : PortableMath.roundHalfToEven(min(Double(time) * factor, 9e18))
    }
}
