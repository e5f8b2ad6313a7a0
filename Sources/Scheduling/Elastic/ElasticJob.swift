import EventEngine

/// A job that can run on any number of devices up to a bound, and change it.
public struct ElasticJob: Equatable, Sendable {
    /// Its name.
    public var name: String
    /// When it arrives.
    public var submitted: Nanoseconds
    /// Its work, in units of which `speeds` says how many are done per second.
    public var work: Double
    /// Units per second by number of devices, from 0 devices (none) on, never falling.
    public var speeds: [Double]
    /// When it is to be done, for policies that look at it; nil: whenever.
    public var deadline: Nanoseconds?

    /// A job.
    public init(
        name: String, submitted: Nanoseconds, work: Double, speeds: [Double], deadline: Nanoseconds? = nil
    ) {
        self.name = name
        self.submitted = submitted
        self.work = work
        self.speeds = speeds
        self.deadline = deadline
    }
}

/// What is to be divided at the start of an interval.
public struct ElasticProblem: Sendable {
    /// One job that is there.
    public struct Entry: Sendable {
        /// The job's number, in order of arrival.
        public var job: Int
        /// Units per second by number of devices.
        public var speeds: [Double]
        /// Units that are left.
        public var left: Double
        /// Seconds until its deadline; nil where it has none.
        public var secondsLeft: Double?
        /// Devices that it has had so far.
        public var devices: Int
    }

    /// Devices in all.
    public var devices: Int
    /// Seconds until the next division.
    public var interval: Double
    /// Seconds that a job loses when its devices change.
    public var restart: Double
    /// The jobs, in order of arrival.
    public var entries: [Entry]
}

/// Divides devices among elastic jobs, anew in each interval.
public protocol ElasticPolicy: Sendable {
    /// Whether the newest job may stay; the others have been admitted before.
    func admits(_ newest: Int, _ problem: ElasticProblem) -> Bool
    /// Devices of each entry, which sum to no more than there are.
    func divide(_ problem: ElasticProblem) -> [Int]
}

extension ElasticPolicy {
    /// Admits everything.
    public func admits(_ newest: Int, _ problem: ElasticProblem) -> Bool { true }
}
