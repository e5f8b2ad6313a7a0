import EventEngine

/// Whole devices in order of arrival, kept until the job is done; the first job that does not fit blocks the others.
///
/// A policy that knows the kinds gives a job the one it is fastest on; otherwise the kind is drawn among those with
/// enough free devices.
public struct FirstInFirstOutDivision: DivisionPolicy {
    /// See `DivisionPolicy`.
    public let knowsKinds: Bool
    /// See `DivisionPolicy`.
    public var isStrict: Bool { true }
    private var random: RandomStream
    /// The kind of each job that has devices, by its number.
    private var kinds: [Int: Int] = [:]

    /// A policy; `random` decides among kinds that it takes for equal.
    public init(knowsKinds: Bool, random: RandomStream) {
        self.knowsKinds = knowsKinds
        self.random = random
    }

    /// See `DivisionPolicy`.
    public mutating func divide(_ problem: DivisionProblem) -> TimeShares {
        var free = problem.capacity
        var kept: [Int: Int] = [:]
        for (index, job) in problem.jobs.enumerated() {
            guard let kind = kinds[job] else { continue }
            kept[job] = kind
            free[kind] -= problem.gang[index]
        }
        for (index, job) in problem.jobs.enumerated() where kept[job] == nil {
            guard let kind = choose(problem, index, free: free) else { break }
            kept[job] = kind
            free[kind] -= problem.gang[index]
        }
        kinds = kept
        var shares = TimeShares(jobs: problem.jobs.count, kindCount: problem.kindCount)
        for (index, job) in problem.jobs.enumerated() {
            if let kind = kept[job] { shares[index, kind] = 1 }
        }
        return shares
    }

    private mutating func choose(_ problem: DivisionProblem, _ index: Int, free: [Int]) -> Int? {
        let fitting = (0..<problem.kindCount).filter { free[$0] >= problem.gang[index] && problem.rate(index, $0) > 0 }
        guard let first = fitting.first else { return nil }
        guard knowsKinds else { return fitting[random.uniform(below: fitting.count)] }
        return fitting.reduce(first) { problem.rate(index, $1) > problem.rate(index, $0) ? $1 : $0 }
    }
}
