/// What a policy knows when it divides the cluster's time among the jobs that are there.
public struct DivisionProblem: Sendable {
    /// Devices of each kind.
    public var capacity: [Int]
    /// Numbers of the jobs, in order of arrival; a policy that remembers earlier answers knows a job by its number.
    public var jobs: [Int]
    /// Devices that each job runs on.
    public var gang: [Int]
    /// Weight of each job.
    public var weight: [Double]
    /// Steps per second of each job on each kind, job after job; 0 where a job does not fit.
    public var stepsPerSecond: [Double]
    /// Steps that each job has left, at its present batch size.
    public var stepsLeft: [Double]
    /// Seconds since each job arrived.
    public var age: [Double]

    /// A problem; all arrays but `capacity` are as long as `jobs`, `stepsPerSecond` times the number of kinds.
    public init(
        capacity: [Int], jobs: [Int], gang: [Int], weight: [Double], stepsPerSecond: [Double], stepsLeft: [Double],
        age: [Double]
    ) {
        self.capacity = capacity
        self.jobs = jobs
        self.gang = gang
        self.weight = weight
        self.stepsPerSecond = stepsPerSecond
        self.stepsLeft = stepsLeft
        self.age = age
    }

    /// How many kinds of devices there are.
    public var kindCount: Int { capacity.count }

    /// The steps per second of the job at `index` on `kind`.
    public func rate(_ index: Int, _ kind: Int) -> Double { stepsPerSecond[index * kindCount + kind] }
}

/// The share of its time that each job is to spend on each kind of device.
public struct TimeShares: Equatable, Sendable {
    /// Shares from 0 to 1, job after job, kind after kind; the shares of one job sum to at most 1.
    public var values: [Double]
    /// How many kinds of devices there are.
    public let kindCount: Int

    /// No time for any of `jobs` jobs.
    public init(jobs: Int, kindCount: Int) {
        values = [Double](repeating: 0, count: jobs * kindCount)
        self.kindCount = kindCount
    }

    /// The share of the job at an index of the problem on a kind.
    public subscript(index: Int, kind: Int) -> Double {
        get { values[index * kindCount + kind] }
        set { values[index * kindCount + kind] = newValue }
    }

    /// The steps per second that the job at `index` gets from its shares.
    public func throughput(_ index: Int, of problem: DivisionProblem) -> Double {
        var sum = 0.0
        for kind in 0..<kindCount { sum += self[index, kind] * problem.rate(index, kind) }
        return sum
    }
}

/// Divides a cluster's time among jobs.
///
/// The round-based mechanism turns shares into rounds: over many rounds, each job runs on each kind for the share of
/// time that the policy gave it.
public protocol DivisionPolicy: Sendable {
    /// Whether jobs that the policy left without any time stay without, even where devices are idle.
    var isStrict: Bool { get }
    /// Whether the policy prefers some kinds for some jobs. Where it does not, the order in which the kinds are filled
    /// is drawn anew in every round, so that no job is favoured by it.
    var knowsKinds: Bool { get }
    /// The shares of the jobs. Called when jobs have come or gone.
    /// - Throws: that a linear programme of the policy has no answer, which its numbers do not allow.
    mutating func divide(_ problem: DivisionProblem) throws(LinearProgrammeFailure) -> TimeShares
}

extension DivisionPolicy {
    /// See `DivisionPolicy`.
    public var isStrict: Bool { false }
    /// See `DivisionPolicy`.
    public var knowsKinds: Bool { true }
}
