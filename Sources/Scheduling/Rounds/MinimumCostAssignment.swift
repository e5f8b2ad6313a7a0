/// Gives each row of a cost matrix a column of its own so that the costs sum to the least: the Hungarian method with
/// potentials, which adds one row at a time along a shortest augmenting path (Kuhn 1955, Jonker and Volgenant 1987).
enum MinimumCostAssignment {
    /// The column of each row. Ties go to the lower column.
    /// - Parameters:
    ///   - rows: how many rows there are, at most `columns`.
    ///   - cost: of a row and a column, finite.
    static func solve(rows: Int, columns: Int, cost: (Int, Int) -> Double) -> [Int] {
        precondition(rows <= columns, "each row needs a column of its own")
        // Column 0 stands for the row that is being added; columns and rows count from 1 here.
        var rowPotential = [Double](repeating: 0, count: rows + 1)
        var columnPotential = [Double](repeating: 0, count: columns + 1)
        var rowOfColumn = [Int](repeating: 0, count: columns + 1)
        var before = [Int](repeating: 0, count: columns + 1)
        var distance = [Double](repeating: 0, count: columns + 1)
        var isReached = [Bool](repeating: false, count: columns + 1)
        for row in stride(from: 1, through: rows, by: 1) {
            rowOfColumn[0] = row
            var column = 0
            for index in 0...columns {
                distance[index] = .infinity
                isReached[index] = false
            }
            repeat {
                isReached[column] = true
                let from = rowOfColumn[column]
                var (nearest, step) = (0, Double.infinity)
                for index in stride(from: 1, through: columns, by: 1) where !isReached[index] {
                    let reduced = cost(from - 1, index - 1) - rowPotential[from] - columnPotential[index]
                    if reduced < distance[index] {
                        distance[index] = reduced
                        before[index] = column
                    }
                    if distance[index] < step { (nearest, step) = (index, distance[index]) }
                }
                for index in 0...columns {
                    if isReached[index] {
                        rowPotential[rowOfColumn[index]] += step
                        columnPotential[index] -= step
                    } else {
                        distance[index] -= step
                    }
                }
                column = nearest
            } while rowOfColumn[column] != 0
            while column != 0 {
                rowOfColumn[column] = rowOfColumn[before[column]]
                column = before[column]
            }
        }
        var result = [Int](repeating: 0, count: rows)
        for column in stride(from: 1, through: columns, by: 1) where rowOfColumn[column] > 0 {
            result[rowOfColumn[column] - 1] = column - 1
        }
        return result
    }
}
