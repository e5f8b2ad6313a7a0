import EventEngine
import Testing

@testable import Scheduling

@Suite struct LinearProgrammeTests {
    /// A small programme with its twin's numbers.
    private struct Case {
        var objective: [Int]
        var rows: [[Int]]
        var bounds: [Int]

        init(_ random: inout RandomStream) {
            let (variables, count) = (1 + random.uniform(below: 4), 1 + random.uniform(below: 4))
            objective = (0..<variables).map { _ in random.uniform(below: 6) - 1 }
            rows = (0..<count).map { _ in (0..<variables).map { _ in random.uniform(below: 5) - 1 } }
            bounds = rows.map { _ in random.uniform(below: 9) }
        }

        var programme: LinearProgramme {
            var programme = LinearProgramme()
            for coefficient in objective { _ = programme.addVariable(objective: Double(coefficient)) }
            for (row, bound) in zip(rows, bounds) {
                programme.addRow(row.enumerated().map { ($0, Double($1)) }, upper: Double(bound))
            }
            return programme
        }
    }

    @Test func solversAgreeWithTheExactTwin() throws {
        var random = RandomStream(seed: 3, name: "programmes")
        var (bounded, unbounded) = (0, 0)
        for _ in 0..<400 {
            let example = Case(&random)
            var twin = ExactSimplex(objective: example.objective, rows: example.rows, bounds: example.bounds)
            guard let maximum = twin.maximum()?.value else {
                unbounded += 1
                #expect(throws: LinearProgrammeFailure.unbounded) { try GLPKSimplex().solve(example.programme) }
                continue
            }
            bounded += 1
            for solver in [GLPKSimplex(), GLPKInteriorPoint()] as [any LinearProgrammeSolver] {
                let solution = try solver.solve(example.programme)
                #expect(abs(solution.objective - maximum) < 1e-5)
                for (row, bound) in zip(example.rows, example.bounds) {
                    let value = zip(row, solution.values).reduce(0.0) { $0 + Double($1.0) * $1.1 }
                    #expect(value <= Double(bound) + 1e-6)
                }
                #expect(solution.values.allSatisfy { $0 >= -1e-6 })
            }
        }
        #expect(bounded > 100 && unbounded > 20)
    }

    @Test func theSimplexPricesRows() throws {
        // max 3x + 2y with x + y <= 4 and x <= 3: x = 3, y = 1; a unit of the first row is worth 2, of the second 1.
        var programme = LinearProgramme()
        let (x, y) = (programme.addVariable(objective: 3), programme.addVariable(objective: 2))
        programme.addRow([(x, 1), (y, 1)], upper: 4)
        programme.addRow([(x, 1)], upper: 3)
        let solution = try GLPKSimplex().solve(programme)
        #expect(solution.objective == 11)
        #expect(solution.values == [3, 1])
        #expect(solution.rowDuals == [2, 1])
    }

    @Test func aCornerAndTheMidstDiffer() throws {
        // All of x + y = 1 is optimal: a corner has a zero, the midst shares evenly.
        var programme = LinearProgramme()
        let (x, y) = (programme.addVariable(objective: 1), programme.addVariable(objective: 1))
        programme.addRow([(x, 1), (y, 1)], upper: 1)
        #expect(try GLPKSimplex().solve(programme).values.contains(0))
        let midst = try GLPKInteriorPoint().solve(programme)
        #expect(midst.values.allSatisfy { abs($0 - 0.5) < 1e-6 })
    }

    @Test func whatCannotBeIsSaid() throws {
        var programme = LinearProgramme()
        let x = programme.addVariable(objective: 1, upper: 1)
        programme.addRow([(x, 1)], lower: 2)
        for solver in [GLPKSimplex(), GLPKInteriorPoint()] as [any LinearProgrammeSolver] {
            #expect(throws: LinearProgrammeFailure.infeasible) { try solver.solve(programme) }
        }
    }
}
