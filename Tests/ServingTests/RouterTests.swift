import EventEngine
import Testing
import TraceFormats

@testable import Serving

/// How replicas are chosen.
@Suite struct RouterTests {
    private func load(outstanding: Int = 0, share: Double = 0, queued: Double = 0, own: Double = 0) -> ReplicaLoad {
        ReplicaLoad(outstanding: outstanding, keyValueShare: share, queuedPrefill: queued, ownPrefill: own)
    }

    private func choices(_ policy: RoutingPolicy, _ loads: [ReplicaLoad], count: Int, name: String = "r") -> [Int] {
        var router = Router(policy: policy, seed: 1, name: name)
        return (0..<count).map { _ in router.choose(among: loads.count) { loads[$0] } }
    }

    @Test func roundRobinTakesTurns() {
        #expect(choices(.roundRobin, [load(outstanding: 9), load(), load()], count: 7) == [0, 1, 2, 0, 1, 2, 0])
    }

    @Test func eachPolicyLooksAtItsOwnMeasure() {
        let loads = [load(outstanding: 1, share: 0.9, queued: 5, own: 5),
                     load(outstanding: 2, share: 0.1, queued: 9, own: 9),
                     load(outstanding: 3, share: 0.5, queued: 9, own: 0)]
        #expect(choices(.leastLoaded, loads, count: 2) == [0, 0])
        #expect(choices(.leastKeyValue, loads, count: 2) == [1, 1])
        #expect(choices(.prefixAware, loads, count: 2) == [2, 2])
    }

    /// Ties go to the next in turn, so that equal replicas share a trickle.
    @Test(arguments: [RoutingPolicy.leastLoaded, .leastKeyValue, .prefixAware])
    func tiesTakeTurns(_ policy: RoutingPolicy) {
        #expect(choices(policy, [load(), load(), load()], count: 5) == [0, 1, 2, 0, 1])
    }

    @Test func powerOfTwoNeverChoosesTheWorstOfThree() {
        let loads = [load(outstanding: 1), load(outstanding: 3), load(outstanding: 2)]
        let chosen = choices(.powerOfTwo, loads, count: 300)
        #expect(Set(chosen) == [0, 2])
        // Two of the three pairs have the best in them.
        let best = chosen.count { $0 == 0 }
        #expect((150...250).contains(best))
        #expect(choices(.powerOfTwo, [load(outstanding: 8)], count: 3) == [0, 0, 0])
    }

    /// Draws are named after the router: what another one draws moves nothing.
    @Test func routersDrawFromStreamsOfTheirOwn() {
        let loads = (0..<16).map { _ in load() }
        #expect(choices(.powerOfTwo, loads, count: 30) == choices(.powerOfTwo, loads, count: 30))
        #expect(choices(.powerOfTwo, loads, count: 30) != choices(.powerOfTwo, loads, count: 30, name: "other"))
        var example = ServingCase(pools: ServingCase.separated(prefill: 4, decode: 4))
        example.decodeRouter = .powerOfTwo
        example.trace = RequestTrace(count: 24, gap: 1_000_000_000, input: 40, output: 3)
        let decode = { (example: ServingCase) in try example.finished().engine.records.map(\.decodeReplica) }
        var other = example
        other.prefillRouter = .powerOfTwo
        #expect((try? decode(example)) == (try? decode(other)))
    }

    // MARK: Equal replicas get equal work

    @Test func roundRobinIsEvenInEachPoolOnItsOwn() throws {
        for run in SampleRuns.all where run.example.concurrency == nil {
            for pool in run.outcome.pools {
                let router = pool.role == .decode ? run.example.decodeRouter : run.example.prefillRouter
                guard router == .roundRobin else { continue }
                let least = pool.requestsPerReplica.min() ?? 0, most = pool.requestsPerReplica.max() ?? 0
                #expect(most - least <= 1, "seed \(run.seed), \(pool.name)")
            }
        }
    }

    @Test func noReplicaIdlesWhileOthersWork() throws {
        var example = ServingCase(pools: ServingCase.separated(prefill: 4, decode: 3))
        (example.prefillRouter, example.decodeRouter) = (.roundRobin, .roundRobin)
        example.trace = RequestTrace(count: 24, input: 100, output: 20)
        let run = try example.finished()
        #expect(run.outcome.pools.map(\.requestsPerReplica) == [[6, 6, 6, 6], [8, 8, 8]])
        #expect(Set(run.engine.replicas[0..<4].map(\.busyNanoseconds)).count == 1)
        #expect(Set(run.engine.replicas[4..<7].map(\.busyNanoseconds)).count == 1)
    }
}
