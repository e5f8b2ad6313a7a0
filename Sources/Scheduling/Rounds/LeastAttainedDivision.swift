/// Equal numbers of devices for all jobs, in proportion to their weights and at most their gangs, whatever the kinds:
/// least attained service (LAS), the max-min fairness of a scheduler that does not know its devices apart.
///
/// The levels are exact: no job's devices can be raised without lowering those of one that has no more of them, per
/// weight. Each job spends its time on the kinds in proportion to their numbers.
public struct LeastAttainedDivision: DivisionPolicy {
    /// See `DivisionPolicy`.
    public var knowsKinds: Bool { false }

    /// The policy; it has no settings.
    public init() {}

    /// See `DivisionPolicy`.
    public func divide(_ problem: DivisionProblem) -> TimeShares {
        let total = Double(problem.capacity.reduce(0, +))
        var devices = [Double](repeating: 0, count: problem.jobs.count)
        var (rising, left) = (Array(problem.jobs.indices), total)
        while !rising.isEmpty {
            let weight = rising.reduce(0) { $0 + problem.weight[$1] }
            let level = left / weight
            let full = rising.filter { Double(problem.gang[$0]) <= level * problem.weight[$0] }
            guard !full.isEmpty else {
                for job in rising { devices[job] = level * problem.weight[job] }
                break
            }
            for job in full {
                devices[job] = Double(problem.gang[job])
                left -= devices[job]
            }
            rising.removeAll { Double(problem.gang[$0]) <= level * problem.weight[$0] }
        }
        var shares = TimeShares(jobs: problem.jobs.count, kindCount: problem.kindCount)
        for job in problem.jobs.indices where total > 0 {
            for kind in 0..<problem.kindCount {
                shares[job, kind] = devices[job] / Double(problem.gang[job]) * Double(problem.capacity[kind]) / total
            }
        }
        return shares
    }
}
