import EventEngine
import Testing
import TraceFormats

@testable import Serving

/// Summing undisturbed decode steps in a loop gives what one event per step gives, to the nanosecond.
@Suite struct FastForwardLawTests {
    private func expectEqual(_ example: ServingCase, _ fast: ServingRun, _ seed: UInt64) throws {
        let stepped = try example.finished(fastForward: false)
        let one = fast.report, other = stepped.report
        let first = zip(one, other).first { $0 != $1 }
        #expect(one.count == other.count && first == nil, "seed \(seed): \(first?.0 ?? "")\nstepped: \(first?.1 ?? "")")
        #expect(fast.events <= stepped.events)
    }

    @Test func randomWorkloads() throws {
        for sample in SampleRuns.all { try expectEqual(sample.example, sample.run, sample.seed) }
    }

    /// Seeds of rare cases: replicas that decide in one instant, an eviction that lets the head of a queue in.
    @Test(arguments: [258, 339, 549, 586, 901] as [UInt64])
    func rareCases(_ seed: UInt64) throws {
        let example = RandomServing.example(seed: seed)
        try expectEqual(example, try example.finished(), seed)
    }

    /// The law would say nothing of runs that are stepped anyway.
    @Test func fastForwardSavesEvents() throws {
        let example = ServingCase(trace: RequestTrace(count: 8, input: 100, output: 400))
        let fast = try example.finished(), stepped = try example.finished(fastForward: false)
        try expectEqual(example, fast, 0)
        #expect(stepped.events > 20 * fast.events)
    }

    /// Arrivals at the very instants at which steps end.
    @Test func coincidences() throws {
        for seed in UInt64(1000)..<1012 {
            let example = try RandomServing.coinciding(seed: seed)
            try expectEqual(example, try example.finished(), seed)
        }
    }

    /// Times at which steps of a replica end, in order.
    private func stepEnds(of replica: Int, _ example: ServingCase) throws -> [Nanoseconds] {
        var run = try example.run(fastForward: false)
        var ends: [Nanoseconds] = []
        run.run { engine, time in
            if engine.replicas[replica].planEnds.last == time, ends.last != time { ends.append(time) }
        }
        return ends
    }

    /// A replica whose step ends as requests arrive decides with the others of that instant, not after them.
    @Test func arrivalsAsAStepEnds() throws {
        var example = ServingCase(pools: ServingCase.separated(prefill: 2, decode: 2))
        (example.prefillRouter, example.decodeRouter) = (.roundRobin, .roundRobin)
        example.transfer = .layerwisePush
        example.trace = RequestTrace([(0, 50, 40)])
        let end = try stepEnds(of: 2, example)[20]
        example.trace = RequestTrace([(0, 50, 40), (end, 60, 5), (end, 700, 5), (end, 90, 5)])
        try expectEqual(example, try example.finished(), 0)
    }

    /// A router counts the tokens of steps that end as a request arrives, whether or not they are summed: of two
    /// replicas that differ by one token it matters.
    @Test func routersSeeStepsThatEndNow() throws {
        var example = ServingCase(pools: [ServingCase.Pool(name: "mixed", role: .mixed, replicas: 2)])
        example.prefillRouter = .leastKeyValue
        for difference in -8...8 {
            let both = [(0, 100, 60), (9_000_000, 100 + difference, 60)] as [(arrival: Int64, input: Int, output: Int)]
            example.trace = RequestTrace(both)
            let end = try stepEnds(of: 0, example)[30]
            example.trace = RequestTrace(both + [(end, 50, 4)])
            try expectEqual(example, try example.finished(), UInt64(difference + 8))
        }
    }

    /// A run that is cut in the middle of a plan.
    @Test func cutRuns() throws {
        for seed in UInt64(2000)..<2020 {
            let example = try RandomServing.cut(seed: seed)
            try expectEqual(example, try example.finished(), seed)
        }
    }

    @Test func failingDevices() throws {
        for seed in UInt64(3000)..<3020 {
            let example = try RandomServing.failing(seed: seed)
            let run = try example.finished()
            try expectEqual(example, run, seed)
            #expect(run.outcome.checks.filter { !$0.holds }.isEmpty, "seed \(seed)")
        }
    }
}
