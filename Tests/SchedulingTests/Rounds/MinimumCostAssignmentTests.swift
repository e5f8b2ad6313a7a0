import EventEngine
import Testing

@testable import Scheduling

@Suite struct MinimumCostAssignmentTests {
    @Test func noOtherAssignmentIsCheaper() {
        var random = RandomStream(seed: 1, name: "assignments")
        for _ in 0..<200 {
            let rows = 1 + random.uniform(below: 5)
            let columns = rows + random.uniform(below: 2)
            let costs = (0..<rows).map { _ in (0..<columns).map { _ in Double(random.uniform(below: 20)) } }
            let found = MinimumCostAssignment.solve(rows: rows, columns: columns) { costs[$0][$1] }
            #expect(Set(found).count == rows && found.allSatisfy { (0..<columns).contains($0) })
            let cost = found.enumerated().reduce(0) { $0 + costs[$1.offset][$1.element] }
            #expect(cost == Self.cheapest(costs, row: 0, used: []))
        }
    }

    /// By trying all.
    private static func cheapest(_ costs: [[Double]], row: Int, used: Set<Int>) -> Double {
        guard row < costs.count else { return 0 }
        return costs[row].indices.filter { !used.contains($0) }
            .map { costs[row][$0] + cheapest(costs, row: row + 1, used: used.union([$0])) }.min() ?? .infinity
    }

    @Test func alloXRunsTheShortestFirstAndKeepsIt() {
        // Three jobs on one device, 30, 10 and 20 s long: the shortest delays the others least.
        var policy = AlloX()
        var example = problem(capacity: [1], gang: [1, 1, 1], rates: [1, 1, 1])
        example.stepsLeft = [30, 10, 20]
        #expect(policy.divide(example).values == [0, 1, 0])
        example.stepsLeft = [5, 10, 20]
        #expect(policy.divide(example).values == [0, 1, 0])
        example = problem(capacity: [1], gang: [1, 1], rates: [1, 1])
        example.jobs = [0, 2]
        example.stepsLeft = [30, 20]
        #expect(policy.divide(example).values == [0, 1])
    }

    @Test func alloXMatchesJobsWithKinds() {
        // Each is fast on its own kind.
        var policy = AlloX()
        #expect(policy.divide(problem(capacity: [1, 1], gang: [1, 1], rates: [1, 10, 10, 1])).values == [0, 1, 1, 0])
        // A job never goes where it does not fit.
        var other = AlloX()
        #expect(other.divide(problem(capacity: [1, 1], gang: [1, 1], rates: [0, 1, 10, 9])).values == [0, 1, 1, 0])
    }
}
