import CGLPK

/// GLPK's primal simplex: the answer is a corner of the feasible set, so that many of its variables are zero.
///
/// Pricing is by projected steepest edge with Harris' ratio test, from the basis of slack variables, without scaling,
/// presolving or a time limit: the path depends on nothing but the programme.
public struct GLPKSimplex: LinearProgrammeSolver {
    /// The solver; it has no settings.
    public init() {}

    /// See `LinearProgrammeSolver`.
    public func solve(_ programme: LinearProgramme) throws(LinearProgrammeFailure) -> LinearSolution {
        let problem = GLPKProblem(programme)
        var settings = glp_smcp()
        glp_init_smcp(&settings)
        settings.msg_lev = GLP_MSG_OFF
        glp_std_basis(problem.handle)
        let code = glp_simplex(problem.handle, &settings)
        guard code == 0 else { throw .numerical(code: Int(code)) }
        switch glp_get_status(problem.handle) {
        case GLP_OPT: break
        case GLP_NOFEAS, GLP_INFEAS: throw .infeasible
        case GLP_UNBND: throw .unbounded
        case let status: throw .numerical(code: Int(status))
        }
        return LinearSolution(
            objective: glp_get_obj_val(problem.handle),
            values: (0..<programme.variableCount).map { glp_get_col_prim(problem.handle, Int32($0 + 1)) },
            rowDuals: (0..<programme.rowCount).map { glp_get_row_dual(problem.handle, Int32($0 + 1)) })
    }
}
