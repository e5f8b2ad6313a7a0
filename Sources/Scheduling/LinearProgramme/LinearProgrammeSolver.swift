/// Solves linear programmes. A solver is deterministic: equal programmes have equal answers, bit for bit.
public protocol LinearProgrammeSolver: Sendable {
    /// A point of the maximum.
    /// - Throws: that there is none, or that the solver did not find it.
    func solve(_ programme: LinearProgramme) throws(LinearProgrammeFailure) -> LinearSolution
}

/// Why a linear programme has no answer.
public enum LinearProgrammeFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// No point fulfils all bounds.
    case infeasible
    /// The objective grows without bound.
    case unbounded
    /// The solver gave up; its own code says why.
    case numerical(code: Int)

    /// The failure in words.
    public var description: String {
        switch self {
        case .infeasible: "the linear programme has no feasible point"
        case .unbounded: "the linear programme has no finite maximum"
        case .numerical(let code): "the solver gave up on the linear programme (GLPK code \(code))"
        }
    }
}
