extension MaxMinFairness {
    /// Raises the level of all jobs until some cannot rise any more, freezes those, and goes on with the others.
    ///
    /// A job is frozen when its row has a price: at every optimum of the level's programme it is then at the level.
    static func filled(
        _ problem: DivisionProblem, units: [Double]
    ) throws(LinearProgrammeFailure) -> TimeShares {
        let simplex = GLPKSimplex()
        var frozen = units.map { $0 > 0 ? nil : 0.0 }
        while frozen.contains(where: { $0 == nil }) {
            var shares = ShareProgramme(problem)
            let level = shares.addVariable(objective: 1)
            var rows: [(job: Int, row: Int)] = []
            for job in problem.jobs.indices where units[job] > 0 {
                if let reached = frozen[job] {
                    shares.demand(job: job, unit: units[job], plus: reached)
                } else {
                    rows.append((job, shares.demand(job: job, unit: units[job], atLeast: (level, 1))))
                }
            }
            let solution = try simplex.solve(shares.programme)
            // The tolerance keeps the next level feasible although this one was rounded.
            let reached = max(solution.objective * (1 - 1e-9) - 1e-12, 0)
            let prices = rows.map { abs(solution.rowDuals[$0.row]) }
            guard let highest = prices.max() else { break }
            for (index, entry) in rows.enumerated() where prices[index] > 1e-9 || prices[index] == highest {
                frozen[entry.job] = reached
            }
        }
        return try midst(problem, units: units, levels: frozen.map { $0 ?? 0 })
    }

    /// Shares in the midst of those that give every job its level.
    private static func midst(
        _ problem: DivisionProblem, units: [Double], levels: [Double]
    ) throws(LinearProgrammeFailure) -> TimeShares {
        var shares = ShareProgramme(problem)
        // What is slack after rounding is shared evenly, which gives the interior-point method something to maximise.
        let slack = shares.addVariable(objective: 1)
        for job in problem.jobs.indices where units[job] > 0 {
            shares.demand(job: job, unit: units[job], atLeast: (slack, 1), plus: levels[job])
        }
        return shares.shares(in: try GLPKInteriorPoint().solve(shares.programme))
    }
}
