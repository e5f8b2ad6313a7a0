import CGLPK

/// A linear programme in GLPK's hands, freed with the value.
///
/// GLPK keeps its settings per thread, so solvers of several worlds do not meet.
struct GLPKProblem: ~Copyable {
    let handle: OpaquePointer

    /// Copies the programme; GLPK numbers rows and columns from 1.
    init(_ programme: LinearProgramme) {
        glp_term_out(GLP_OFF)
        handle = glp_create_prob()
        glp_set_obj_dir(handle, GLP_MAX)
        addColumns(programme)
        addRows(programme)
    }

    deinit {
        glp_delete_prob(handle)
    }

    private func addColumns(_ programme: LinearProgramme) {
        guard programme.variableCount > 0 else { return }
        glp_add_cols(handle, Int32(programme.variableCount))
        for (index, variable) in programme.variables.enumerated() {
            let column = Int32(index + 1)
            let bounds = Self.bounds(lower: variable.lower, upper: variable.upper)
            glp_set_col_bnds(handle, column, bounds.kind, bounds.lower, bounds.upper)
            glp_set_obj_coef(handle, column, variable.objective)
        }
    }

    private func addRows(_ programme: LinearProgramme) {
        guard programme.rowCount > 0 else { return }
        glp_add_rows(handle, Int32(programme.rowCount))
        var columns: [Int32] = []
        var coefficients: [Double] = []
        for (index, row) in programme.rows.enumerated() {
            let bounds = Self.bounds(lower: row.lower, upper: row.upper)
            glp_set_row_bnds(handle, Int32(index + 1), bounds.kind, bounds.lower, bounds.upper)
            // The element at 0 is not read.
            columns.removeAll(keepingCapacity: true)
            coefficients.removeAll(keepingCapacity: true)
            columns.append(0)
            coefficients.append(0)
            for entry in row.entries {
                columns.append(Int32(programme.entryVariables[entry] + 1))
                coefficients.append(programme.entryCoefficients[entry])
            }
            glp_set_mat_row(handle, Int32(index + 1), Int32(columns.count - 1), columns, coefficients)
        }
    }

    private static func bounds(lower: Double, upper: Double) -> (kind: Int32, lower: Double, upper: Double) {
        switch (lower.isFinite, upper.isFinite) {
        case (false, false): (GLP_FR, 0, 0)
        case (true, false): (GLP_LO, lower, 0)
        case (false, true): (GLP_UP, 0, upper)
        case (true, true): lower == upper ? (GLP_FX, lower, upper) : (GLP_DB, lower, upper)
        }
    }
}
