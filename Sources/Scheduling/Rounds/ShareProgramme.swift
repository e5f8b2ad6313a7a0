/// The linear programme that all divisions share: time shares that fit into the cluster.
///
/// Variables are the shares, job after job, kind after kind. Rows are one per job (its shares sum to at most 1) and one
/// per kind (the devices of the gangs that run there are at most what there is).
struct ShareProgramme {
    private(set) var programme = LinearProgramme()
    private let problem: DivisionProblem

    init(_ problem: DivisionProblem) {
        self.problem = problem
        for _ in 0..<problem.jobs.count * problem.kindCount { _ = programme.addVariable(upper: 1) }
        for job in problem.jobs.indices {
            programme.addRow((0..<problem.kindCount).map { (variable(job, $0), 1) }, upper: 1)
        }
        for kind in 0..<problem.kindCount {
            let terms = problem.jobs.indices.map { (variable($0, kind), Double(problem.gang[$0])) }
            programme.addRow(terms, upper: Double(problem.capacity[kind]))
        }
    }

    /// The variable of a job's share on a kind.
    func variable(_ job: Int, _ kind: Int) -> Int { job * problem.kindCount + kind }

    /// Adds a variable beside the shares.
    mutating func addVariable(objective: Double, lower: Double = 0) -> Int {
        programme.addVariable(objective: objective, lower: lower)
    }

    /// Demands that the job's throughput, in `unit` steps per second, is at least `multiple` of `variable` (where there
    /// is one) plus `constant`; returns the row.
    @discardableResult
    mutating func demand(
        job: Int, unit: Double, atLeast variable: (number: Int, multiple: Double)? = nil, plus constant: Double = 0
    ) -> Int {
        var terms = (0..<problem.kindCount).map { (self.variable(job, $0), problem.rate(job, $0) / unit) }
        if let variable { terms.append((variable.number, -variable.multiple)) }
        return programme.addRow(terms, lower: constant)
    }

    /// The shares in a solution, without what a solver's tolerance leaves of them beyond their bounds.
    ///
    /// They are multiples of 2^-32, so that the last bits of a solver, which may differ among processors, reach
    /// nothing.
    func shares(in solution: LinearSolution) -> TimeShares {
        var shares = TimeShares(jobs: problem.jobs.count, kindCount: problem.kindCount)
        let quantum = 0x1p-32
        for index in shares.values.indices {
            let value = min(max(solution.values[index], 0), 1)
            shares.values[index] = (value / quantum).rounded() * quantum
        }
        return shares
    }
}
