/// A linear programme: maximise `objective · x` over the `x` within their bounds whose rows lie within theirs.
///
/// Variables and rows are numbered from 0 in the order in which they are added. To minimise, negate the objective.
public struct LinearProgramme: Sendable {
    /// Coefficient and bounds of one variable.
    struct Variable: Sendable {
        var objective: Double
        var lower: Double
        var upper: Double
    }

    /// One row: `lower ≤ Σ coefficient · x ≤ upper`, with its entries at `entries` of the programme.
    struct Row: Sendable {
        var lower: Double
        var upper: Double
        var entries: Range<Int>
    }

    private(set) var variables: [Variable] = []
    private(set) var rows: [Row] = []
    /// The variables of all rows' entries, row after row.
    private(set) var entryVariables: [Int] = []
    /// The coefficients of all rows' entries, row after row.
    private(set) var entryCoefficients: [Double] = []

    /// A programme without variables and rows.
    public init() {}

    /// How many variables there are.
    public var variableCount: Int { variables.count }
    /// How many rows there are.
    public var rowCount: Int { rows.count }

    /// Adds a variable and returns its number; a bound that does not exist is infinite.
    public mutating func addVariable(objective: Double = 0, lower: Double = 0, upper: Double = .infinity) -> Int {
        precondition(objective.isFinite && lower <= upper, "a variable needs a finite coefficient and ordered bounds")
        variables.append(Variable(objective: objective, lower: lower, upper: upper))
        return variables.count - 1
    }

    /// Adds a row and returns its number; a bound that does not exist is infinite, equal bounds make an equation.
    /// - Parameter terms: variable and coefficient; each variable at most once.
    @discardableResult
    public mutating func addRow(
        _ terms: [(variable: Int, coefficient: Double)], lower: Double = -.infinity, upper: Double = .infinity
    ) -> Int {
        precondition(lower <= upper, "a row needs ordered bounds")
        let start = entryVariables.count
        for term in terms where term.coefficient != 0 {
            precondition(variables.indices.contains(term.variable), "a row names a variable that was added")
            entryVariables.append(term.variable)
            entryCoefficients.append(term.coefficient)
        }
        rows.append(Row(lower: lower, upper: upper, entries: start..<entryVariables.count))
        return rows.count - 1
    }
}

/// A point where a linear programme has its maximum.
public struct LinearSolution: Sendable {
    /// `objective · x` at the point.
    public var objective: Double
    /// The values of the variables.
    public var values: [Double]
    /// By how much the maximum grows per unit by which the bound of a row is relaxed; zero where the row is slack.
    public var rowDuals: [Double]
}
