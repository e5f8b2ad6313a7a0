/// Minimises the largest rho, the time a job takes over the time it would take on its isolated share
/// (Themis, Mahajan et al., NSDI 2020; as a linear programme: Gavel, OSDI 2020, section 4.2).
///
/// For a given rho each job needs a throughput, so that rho is found by bisection over linear programmes.
public struct FinishTimeFairness: DivisionPolicy {
    /// See `DivisionPolicy`.
    public let knowsKinds: Bool
    /// Isolated seconds that each job's past work is worth, by its number, with the steps it had left then and the
    /// isolated steps per second of then.
    private var past: [Int: (seconds: Double, stepsLeft: Double, rate: Double)] = [:]

    /// A policy; one that does not know the kinds takes a job for equally fast on all, as fast as on its fastest.
    public init(knowsKinds: Bool) {
        self.knowsKinds = knowsKinds
    }

    /// See `DivisionPolicy`.
    public mutating func divide(_ problem: DivisionProblem) throws(LinearProgrammeFailure) -> TimeShares {
        let problem = knowsKinds ? problem : Self.fastest(problem)
        let isolated = IsolatedShare().divide(problem)
        var demands: [Demand] = []
        var remembered: [Int: (seconds: Double, stepsLeft: Double, rate: Double)] = [:]
        for (index, job) in problem.jobs.enumerated() {
            let rate = isolated.throughput(index, of: problem)
            guard rate > 0 else { continue }
            var seconds = 0.0
            if let before = past[job] {
                seconds = before.seconds + max(0, before.stepsLeft - problem.stepsLeft[index]) / before.rate
            }
            remembered[job] = (seconds, problem.stepsLeft[index], rate)
            demands.append(
                Demand(
                    index: index, age: problem.age[index], stepsLeft: problem.stepsLeft[index],
                    isolatedSeconds: seconds + problem.stepsLeft[index] / rate))
        }
        past = remembered
        guard !demands.isEmpty else { return isolated }
        return try Self.bisect(problem, demands)
    }

    /// What one job asks for: with rho, `stepsLeft` within `rho * isolatedSeconds - age`.
    private struct Demand {
        var index: Int
        var age: Double
        var stepsLeft: Double
        var isolatedSeconds: Double

        /// The steps per second that bring the job home within `rho`; nil where nothing does.
        func rate(_ rho: Double) -> Double? {
            let left = rho * isolatedSeconds - age
            return left > 0 ? stepsLeft / left : nil
        }
    }

    /// Shares for the smallest rho, to a relative 2^-20 or so.
    private static func bisect(
        _ problem: DivisionProblem, _ demands: [Demand]
    ) throws(LinearProgrammeFailure) -> TimeShares {
        var low = demands.map { $0.age / $0.isolatedSeconds }.max() ?? 0
        var high = max(2 * low, 1)
        while try !isWithin(problem, demands, rho: high) {
            low = high
            high *= 2
            guard high < 1e12 else { throw .infeasible }
        }
        for _ in 0..<20 {
            let middle = (low + high) / 2
            if try isWithin(problem, demands, rho: middle) { high = middle } else { low = middle }
        }
        let shares = programme(problem, demands, rho: high)
        return shares.shares(in: try GLPKInteriorPoint().solve(shares.programme))
    }

    private static func isWithin(
        _ problem: DivisionProblem, _ demands: [Demand], rho: Double
    ) throws(LinearProgrammeFailure) -> Bool {
        guard demands.allSatisfy({ $0.rate(rho) != nil }) else { return false }
        return try GLPKSimplex().solve(programme(problem, demands, rho: rho).programme).objective >= 1
    }

    /// Maximises the part of its demanded rate that every job gets; rho is within reach where that is 1 or more.
    private static func programme(_ problem: DivisionProblem, _ demands: [Demand], rho: Double) -> ShareProgramme {
        var shares = ShareProgramme(problem)
        let part = shares.addVariable(objective: 1)
        for demand in demands {
            if let rate = demand.rate(rho), rate > 0 {
                shares.demand(job: demand.index, unit: rate, atLeast: (part, 1))
            }
        }
        return shares
    }

    private static func fastest(_ problem: DivisionProblem) -> DivisionProblem {
        var copy = problem
        for job in problem.jobs.indices {
            let rates = job * problem.kindCount..<(job + 1) * problem.kindCount
            let best = problem.stepsPerSecond[rates].max() ?? 0
            for index in rates { copy.stepsPerSecond[index] = best }
        }
        return copy
    }
}
