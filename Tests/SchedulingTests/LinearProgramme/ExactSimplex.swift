/// A fraction of two integers, exact while they fit into 64 bits.
struct Fraction: Comparable {
    var over: Int
    var under: Int

    init(_ over: Int, _ under: Int = 1) {
        var (a, b) = (abs(over), abs(under))
        while b != 0 { (a, b) = (b, a % b) }
        let sign = under < 0 ? -1 : 1
        self.over = sign * over / max(a, 1)
        self.under = sign * under / max(a, 1)
    }

    var value: Double { Double(over) / Double(under) }
    static func + (left: Fraction, right: Fraction) -> Fraction {
        Fraction(left.over * right.under + right.over * left.under, left.under * right.under)
    }
    static func - (left: Fraction, right: Fraction) -> Fraction {
        Fraction(left.over * right.under - right.over * left.under, left.under * right.under)
    }
    static func * (left: Fraction, right: Fraction) -> Fraction {
        Fraction(left.over * right.over, left.under * right.under)
    }
    static func / (left: Fraction, right: Fraction) -> Fraction {
        Fraction(left.over * right.under, left.under * right.over)
    }
    static func < (left: Fraction, right: Fraction) -> Bool {
        left.over * right.under < right.over * left.under
    }
}

/// The plain twin of the solvers: the simplex method on a dictionary of fractions with Bland's rule.
///
/// Maximises `objective · x` over `x ≥ 0` with `rows · x ≤ bounds`, for bounds of at least 0, so that 0 is feasible.
struct ExactSimplex {
    private var tableau: [[Fraction]]
    private var basis: [Int]
    private let variables: Int

    init(objective: [Int], rows: [[Int]], bounds: [Int]) {
        variables = objective.count
        let zero = Fraction(0)
        tableau = rows.indices.map { row in
            rows[row].map { Fraction($0) } + rows.indices.map { Fraction($0 == row ? 1 : 0) } + [Fraction(bounds[row])]
        }
        tableau.append(objective.map { zero - Fraction($0) } + rows.map { _ in zero } + [zero])
        basis = rows.indices.map { objective.count + $0 }
    }

    /// The maximum; nil where there is none.
    mutating func maximum() -> Fraction? {
        let last = tableau.count - 1
        let width = tableau[last].count - 1
        while let column = (0..<width).first(where: { tableau[last][$0] < Fraction(0) }) {
            var leaving: Int?
            for row in 0..<last where tableau[row][column] > Fraction(0) {
                let ratio = tableau[row][width] / tableau[row][column]
                guard let best = leaving else {
                    leaving = row
                    continue
                }
                let least = tableau[best][width] / tableau[best][column]
                if ratio < least || (ratio == least && basis[row] < basis[best]) { leaving = row }
            }
            guard let row = leaving else { return nil }
            pivot(row, column)
        }
        return tableau[last][width]
    }

    private mutating func pivot(_ row: Int, _ column: Int) {
        let pivot = tableau[row][column]
        tableau[row] = tableau[row].map { $0 / pivot }
        for other in tableau.indices where other != row {
            let factor = tableau[other][column]
            for index in tableau[other].indices {
                tableau[other][index] = tableau[other][index] - factor * tableau[row][index]
            }
        }
        basis[row] = column
    }
}
