/// Maximises the smallest normalised throughput, knowing how fast each job is on each kind of device: Gavel's
/// heterogeneity-aware max-min fairness (Narayanan et al., OSDI 2020, section 4.1).
///
/// A job's throughput is normalised by what it would get from an equal share of every kind, times its weight, divided
/// by its gang: a job on many devices gets less time, not more devices' worth.
public struct MaxMinFairness: DivisionPolicy {
    /// Whether the next smallest throughputs are raised in turn, until no job's can be raised without lowering one that
    /// is no larger (water filling). Otherwise only the smallest counts, and the solver's midst decides about the rest.
    public let fillsWater: Bool

    /// A max-min fair division.
    public init(fillsWater: Bool = false) {
        self.fillsWater = fillsWater
    }

    /// See `DivisionPolicy`.
    public func divide(_ problem: DivisionProblem) throws(LinearProgrammeFailure) -> TimeShares {
        let units = Self.units(of: problem)
        guard units.contains(where: { $0 > 0 }) else {
            return TimeShares(jobs: problem.jobs.count, kindCount: problem.kindCount)
        }
        return fillsWater ? try Self.filled(problem, units: units) : try Self.firstLevel(problem, units: units)
    }

    /// The steps per second that count as one for each job; 0 for a job that fits on no kind and counts nothing.
    static func units(of problem: DivisionProblem) -> [Double] {
        let total = Double(problem.capacity.reduce(0, +))
        return problem.jobs.indices.map { job in
            var throughput = 0.0
            for kind in 0..<problem.kindCount {
                throughput += Double(problem.capacity[kind]) / total * problem.rate(job, kind)
            }
            return throughput * problem.weight[job] / Double(problem.gang[job])
        }
    }

    private static func firstLevel(
        _ problem: DivisionProblem, units: [Double]
    ) throws(LinearProgrammeFailure) -> TimeShares {
        var shares = ShareProgramme(problem)
        let level = shares.addVariable(objective: 1)
        for job in problem.jobs.indices where units[job] > 0 {
            shares.demand(job: job, unit: units[job], atLeast: (level, 1))
        }
        return shares.shares(in: try GLPKInteriorPoint().solve(shares.programme))
    }
}
