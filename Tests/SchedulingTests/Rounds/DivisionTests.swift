import EventEngine
import Testing

@testable import Scheduling

/// What the policies give, on cases that can be worked out by hand and on random ones.
@Suite struct DivisionTests {
    /// One fast and one slow device; the first job runs 4 steps a second on the fast one, 1 on the slow one, the
    /// second 1 and 2.
    private let handmade = problem(capacity: [1, 1], gang: [1, 1], rates: [4, 1, 1, 2])

    @Test func anEqualShareIsTheUnitOfThroughput() throws {
        let shares = LeastAttainedDivision().divide(handmade)
        let units = MaxMinFairness.units(of: handmade)
        #expect(shares.values == [0.5, 0.5, 0.5, 0.5])
        #expect((0...1).map { shares.throughput($0, of: handmade) / units[$0] } == [1, 1])
    }

    @Test func maxMinFairnessPutsEachJobWhereItIsFast() throws {
        let units = MaxMinFairness.units(of: handmade)
        let shares = try MaxMinFairness(fillsWater: true).divide(handmade)
        let normalised = (0...1).map { shares.throughput($0, of: handmade) / units[$0] }
        #expect(abs(normalised[0] - 1.6) < 1e-6 && abs(normalised[1] - 4.0 / 3) < 1e-6)
        // The first level alone fixes the smaller one only.
        let first = try MaxMinFairness().divide(handmade)
        #expect(abs((0...1).map { first.throughput($0, of: handmade) / units[$0] }.min()! - 4.0 / 3) < 1e-6)
    }

    @Test func leastAttainedServiceIsBlindToKindsAndExact() throws {
        // 12 devices for gangs of 1, 2, 8, 8: 1 and 2 are full, the others share the rest evenly.
        let shares = LeastAttainedDivision().divide(
            problem(capacity: [8, 4], gang: [1, 2, 8, 8], rates: [Double](repeating: 1, count: 8)))
        let devices = (0..<4).map { job in (shares[job, 0] + shares[job, 1]) * [1, 2, 8, 8][job] }
        #expect(devices == [1, 2, 4.5, 4.5])
        #expect((0..<4).allSatisfy { shares[$0, 0] == 2 * shares[$0, 1] })
        // A job that counts three times gets three times as much.
        var weighted = problem(capacity: [8], gang: [8, 8], rates: [1, 1])
        weighted.weight = [3, 1]
        #expect(LeastAttainedDivision().divide(weighted).values == [0.75, 0.25])
    }

    @Test func anIsolatedShareIsAPartOfEveryKind() {
        let shares = IsolatedShare().divide(problem(capacity: [8, 4], gang: [2, 4], rates: [1, 1, 1, 1]))
        // Each job has 4 and 2 devices; the first needs two thirds of its time on the one kind, a third on the other.
        #expect(abs(shares[0, 0] - 2.0 / 3) < 1e-12 && abs(shares[0, 1] - 1.0 / 3) < 1e-12)
        #expect(shares[1, 0] == 2.0 / 3 && abs(shares[1, 1] - 1.0 / 3) < 1e-12)
    }

    @Test func finishTimeFairnessHelpsWhoIsLate() throws {
        // Two like jobs on one device; the older one has waited 100 s, so that it needs more than half from now on.
        var late = problem(capacity: [1], gang: [1, 1], rates: [1, 1])
        late.stepsLeft = [100, 100]
        late.age = [100, 0]
        var policy = FinishTimeFairness(knowsKinds: true)
        let shares = try policy.divide(late)
        // rho is the same for both: (100 + 100 / x) / 200 = (100 / (1 - x)) / 200.
        let rho = (0...1).map { (late.age[$0] + 100 / shares[$0, 0]) / 200 }
        #expect(abs(rho[0] - rho[1]) < 1e-3)
        #expect(abs(shares[0, 0] - 0.618) < 1e-3)
    }

    @Test func noThroughputOfAWaterFillingCanBeRaisedAtTheExpenseOfLargerOnesAlone() throws {
        var random = RandomStream(seed: 5, name: "divisions")
        for _ in 0..<40 {
            let example = Self.randomProblem(&random)
            let units = MaxMinFairness.units(of: example)
            let shares = try MaxMinFairness(fillsWater: true).divide(example)
            Self.checkCapacity(shares, example)
            let levels = example.jobs.indices.map { shares.throughput($0, of: example) / units[$0] }
            for job in example.jobs.indices {
                // The most that this job can have while the jobs with no more than it keep theirs.
                var other = ShareProgramme(example)
                let more = other.addVariable(objective: 1)
                other.demand(job: job, unit: units[job], atLeast: (more, 1))
                for poorer in example.jobs.indices where poorer != job && levels[poorer] <= levels[job] + 1e-4 {
                    other.demand(job: poorer, unit: units[poorer], plus: levels[poorer] - 1e-7)
                }
                let most = try GLPKSimplex().solve(other.programme).objective
                #expect(most <= levels[job] + 1e-3)
            }
        }
    }

    @Test func theFirstLevelIsThatOfTheExactTwin() throws {
        var random = RandomStream(seed: 6, name: "levels")
        for _ in 0..<60 {
            let jobs = 1 + random.uniform(below: 3)
            let gang = (0..<jobs).map { _ in 1 + random.uniform(below: 2) }
            let rates = (0..<jobs * 2).map { _ in Double(1 + random.uniform(below: 4)) }
            let example = problem(capacity: [1, 1], gang: gang, rates: rates)
            // max z with z * unit <= throughput; the unit is (r0 + r1) / 2 / gang, so 2 gang r x >= z (r0 + r1).
            var rows: [[Int]] = []
            for job in 0..<jobs {
                var row = [Int](repeating: 0, count: 2 * jobs + 1)
                for kind in 0...1 { row[2 * job + kind] = -2 * gang[job] * Int(rates[2 * job + kind]) }
                row[2 * jobs] = Int(rates[2 * job] + rates[2 * job + 1])
                rows.append(row)
                rows.append((0...2 * jobs).map { $0 / 2 == job && $0 < 2 * jobs ? 1 : 0 })
            }
            for kind in 0...1 { rows.append((0...2 * jobs).map { $0 < 2 * jobs && $0 % 2 == kind ? gang[$0 / 2] : 0 }) }
            let bounds = (0..<jobs).flatMap { _ in [0, 1] } + [1, 1]
            var twin = ExactSimplex(
                objective: (0...2 * jobs).map { $0 == 2 * jobs ? 1 : 0 }, rows: rows, bounds: bounds)
            let maximum = twin.maximum()
            let expected = try #require(maximum).value
            let units = MaxMinFairness.units(of: example)
            for fills in [false, true] {
                let shares = try MaxMinFairness(fillsWater: fills).divide(example)
                let level = (0..<jobs).map { shares.throughput($0, of: example) / units[$0] }.min() ?? 0
                #expect(abs(level - expected) < 1e-5)
            }
        }
    }

    @Test func everyPolicyStaysWithinTheCluster() throws {
        var random = RandomStream(seed: 7, name: "capacity")
        for _ in 0..<40 {
            let example = Self.randomProblem(&random)
            var policies: [any DivisionPolicy] = [
                LeastAttainedDivision(), MaxMinFairness(), FinishTimeFairness(knowsKinds: true),
                FinishTimeFairness(knowsKinds: false), IsolatedShare(),
                FirstInFirstOutDivision(knowsKinds: true, random: random), AlloX(),
            ]
            for index in policies.indices { Self.checkCapacity(try policies[index].divide(example), example) }
        }
    }

    private static func checkCapacity(_ shares: TimeShares, _ problem: DivisionProblem) {
        for job in problem.jobs.indices {
            #expect((0..<problem.kindCount).reduce(0.0) { $0 + shares[job, $1] } <= 1 + 1e-6)
        }
        for kind in 0..<problem.kindCount {
            let devices = problem.jobs.indices.reduce(0.0) { $0 + shares[$1, kind] * Double(problem.gang[$1]) }
            #expect(devices <= Double(problem.capacity[kind]) + 1e-5)
        }
    }

    private static func randomProblem(_ random: inout RandomStream) -> DivisionProblem {
        let jobs = 1 + random.uniform(below: 8)
        var example = problem(
            capacity: (0..<3).map { _ in 4 + random.uniform(below: 5) },
            gang: (0..<jobs).map { _ in [1, 1, 2, 4][random.uniform(below: 4)] },
            rates: (0..<3 * jobs).map { _ in 0.5 + random.uniform() * 4 })
        example.stepsLeft = (0..<jobs).map { _ in 100 + random.uniform() * 1000 }
        example.age = (0..<jobs).map { _ in random.uniform() * 500 }.sorted(by: >)
        return example
    }
}

/// A problem of jobs that have just arrived, numbered from 0.
func problem(capacity: [Int], gang: [Int], rates: [Double]) -> DivisionProblem {
    DivisionProblem(
        capacity: capacity, jobs: Array(gang.indices), gang: gang, weight: gang.map { _ in 1 }, stepsPerSecond: rates,
        stepsLeft: gang.map { _ in 100 }, age: gang.map { _ in 0 })
}
