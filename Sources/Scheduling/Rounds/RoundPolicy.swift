import EventEngine

/// The policies of round-based scheduling, by the names that scenarios use.
public enum RoundPolicy: String, CaseIterable, Sendable {
    /// Whole devices in order of arrival, on any kind that has enough.
    case fifo
    /// The same, on the kind on which the job is fastest.
    case fastestFIFO = "fifo-fastest"
    /// Equal time whatever the kind: least attained service.
    case las
    /// The smallest normalised throughput as large as can be, knowing the kinds.
    case maxMinFairness = "max-min-fairness"
    /// The same, then the second smallest, and so on.
    case maxMinFairnessFilled = "max-min-fairness-filled"
    /// The worst delay against an isolated share as small as can be, knowing the kinds and what is left of a job.
    case finishTimeFairness = "finish-time-fairness"
    /// To each job its part of every kind.
    case isolated
    /// The least mean completion time by matching, knowing the kinds and what is left of a job.
    case allox

    /// The policy, ready to divide.
    /// - Parameters:
    ///   - fraction: of the waiting jobs that AlloX matches at a time.
    ///   - random: for draws among kinds.
    public func make(fraction: Double, random: RandomStream) -> any DivisionPolicy {
        switch self {
        case .fifo: FirstInFirstOutDivision(knowsKinds: false, random: random)
        case .fastestFIFO: FirstInFirstOutDivision(knowsKinds: true, random: random)
        case .las: LeastAttainedDivision()
        case .maxMinFairness: MaxMinFairness()
        case .maxMinFairnessFilled: MaxMinFairness(fillsWater: true)
        case .finishTimeFairness: FinishTimeFairness(knowsKinds: true)
        case .isolated: IsolatedShare()
        case .allox: AlloX(fraction: fraction)
        }
    }
}
