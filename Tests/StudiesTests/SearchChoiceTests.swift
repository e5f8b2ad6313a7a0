import EventEngine
import Testing

@testable import Studies

/// The choice of what to run, against running everything, on random monotone grids.
@Suite struct SearchChoiceTests {
    /// A grid of groups with two ordered dimensions, and a random answer for every candidate that is monotone in them.
    private struct Grid {
        var groups: [[Int]] = []
        var ease: [[Int]] = []
        var cost: [Double] = []
        var holds: [Bool] = []

        /// - Parameter flat: one ordered dimension, as under a load.
        init(seed: UInt64, groups count: Int, width: Int, height: Int) {
            var random = RandomStream(seed: seed, name: "grid")
            for _ in 0..<count {
                // A staircase: how much of the second dimension is needed at each step of the first.
                var need = [Int](), last = height + 1
                for _ in 0..<width {
                    last = min(last, Int(random.uniform() * Double(height + 2)))
                    need.append(last)
                }
                let price = (1 + random.uniform(), 1 + random.uniform())
                var members: [Int] = []
                for x in 0..<width {
                    for y in 0..<height {
                        members.append(ease.count)
                        ease.append([x, y])
                        cost.append(price.0 * Double(x + 1) + price.1 * Double(y + 1))
                        holds.append(y >= need[x])
                    }
                }
                groups.append(members)
            }
        }

        var cheapest: Double? { cost.indices.filter { holds[$0] }.map { cost[$0] }.min() }
    }

    private func search(_ choice: SearchChoice, _ holds: [Bool]) -> (best: Int?, run: [Int]) {
        var choice = choice, run: [Int] = []
        while true {
            let round = choice.next()
            if round.isEmpty { return (choice.best, run) }
            for candidate in round {
                run.append(candidate)
                choice.note(candidate, holds: holds[candidate])
            }
        }
    }

    @Test(arguments: 0..<200) func theCheapestThatHoldsIsFound(seed: UInt64) {
        let grid = Grid(seed: seed, groups: 1 + Int(seed % 5), width: 1 + Int(seed % 9), height: 8)
        let found = search(SearchChoice(groups: grid.groups, ease: grid.ease, worth: grid.cost.map { -$0 }), grid.holds)
        #expect(found.best.map { grid.cost[$0] } == grid.cheapest)
        #expect(found.best.map { grid.holds[$0] } ?? true)
        #expect(Set(found.run).count == found.run.count, "no candidate is run twice")
    }

    @Test func fewAreRun() {
        var run = 0, all = 0
        for seed in UInt64(0)..<50 {
            let grid = Grid(seed: seed, groups: 4, width: 12, height: 12)
            run += search(SearchChoice(groups: grid.groups, ease: grid.ease, worth: grid.cost.map { -$0 }), grid.holds)
                .run.count
            all += grid.cost.count
        }
        #expect(run * 12 < all, "\(run) of \(all)")
    }

    /// Many settings under a load: one is halved to its end, and each that is no better costs one run.
    @Test(arguments: 0..<50) func theLargestLoadIsFound(seed: UInt64) {
        var random = RandomStream(seed: seed, name: "loads")
        let rungs = 100, count = 20
        var groups: [[Int]] = [], ease: [[Int]] = [], worth: [Double] = [], holds: [Bool] = [], best = -1
        for _ in 0..<count {
            let limit = Int(random.uniform() * Double(rungs + 1)) - 1
            best = max(best, limit)
            groups.append(Array(ease.count..<(ease.count + rungs)))
            for rung in 0..<rungs {
                ease.append([-rung])
                worth.append(Double(rung))
                holds.append(rung <= limit)
            }
        }
        let found = search(SearchChoice(groups: groups, ease: ease, worth: worth), holds)
        #expect((found.best.map { Int(worth[$0]) } ?? -1) == best)
        #expect(found.run.count <= 80, "\(found.run.count) of \(rungs * count)")
    }

    @Test(arguments: 0..<20) func withoutAKnownWorthAllThatMayHoldIsRun(seed: UInt64) {
        let grid = Grid(seed: seed, groups: 3, width: 6, height: 6)
        let found = search(SearchChoice(groups: grid.groups, ease: grid.ease, worth: nil), grid.holds)
        let held = grid.holds.indices.filter { grid.holds[$0] }
        #expect(Set(held).isSubset(of: found.run))
        #expect(found.run.count < grid.cost.count || held.count == grid.cost.count)
    }

    @Test func aFailedRunSaysNothingOfOthers() {
        var choice = SearchChoice(groups: [[0, 1, 2]], ease: [[0], [1], [2]], worth: [-1, -2, -3])
        while let candidate = choice.next().first {
            if candidate == 2 { choice.note(2, holds: true) } else { choice.dismiss(candidate) }
        }
        #expect(choice.best == 2)
    }
}
