import CGLPK

/// GLPK's primal-dual interior-point method: where many points are optimal, the answer lies in their midst.
///
/// A policy that divides time wants that: jobs that are alike get alike shares, where a corner would favour some.
/// It does not tell an infeasible programme from one that it cannot solve, and it stops some 1e-8 away from the bounds.
public struct GLPKInteriorPoint: LinearProgrammeSolver {
    /// The solver; it has no settings.
    public init() {}

    /// See `LinearProgrammeSolver`. A programme on which the method does not converge is left to the simplex method.
    public func solve(_ programme: LinearProgramme) throws(LinearProgrammeFailure) -> LinearSolution {
        let problem = GLPKProblem(programme)
        var settings = glp_iptcp()
        glp_init_iptcp(&settings)
        settings.msg_lev = GLP_MSG_OFF
        settings.ord_alg = GLP_ORD_AMD
        guard programme.rowCount > 0, glp_interior(problem.handle, &settings) == 0,
            glp_ipt_status(problem.handle) == GLP_OPT
        else { return try GLPKSimplex().solve(programme) }
        return LinearSolution(
            objective: glp_ipt_obj_val(problem.handle),
            values: (0..<programme.variableCount).map { glp_ipt_col_prim(problem.handle, Int32($0 + 1)) },
            rowDuals: (0..<programme.rowCount).map { glp_ipt_row_dual(problem.handle, Int32($0 + 1)) })
    }
}
