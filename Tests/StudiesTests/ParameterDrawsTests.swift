import Hardware
import JSONText
import Scenario
import Serving
import Testing
import Timing

@testable import Studies

/// Intervals from parameter draws.
@Suite struct ParameterDrawsTests {
    static let scenario: JSONValue = [
        "schema": "simulate/1", "name": "draws",
        "cluster": ["nodes": ["h20": ["type": "hgx-h20", "count": 1], "a2": ["type": "atlas-800t-a2", "count": 1]]],
        "workloads": ["chat": [
            "kind": "serving", "model": "qwen3-8b", "max_context": 8192,
            "traffic": ["generate": [
                "requests": 20, "arrivals": ["kind": "constant", "rate_per_s": 1],
                "input_tokens": ["kind": "constant", "value": 1000],
                "output_tokens": ["kind": "constant", "value": 50],
            ]],
            "pools": [
                "p": ["role": "prefill", "nodes": "a2", "replicas": 1],
                "d": ["role": "decode", "nodes": "h20", "replicas": 1],
            ],
            "slo": ["ttft": "1 s", "tpot": "50 ms"],
        ]],
        "variants": ["same": ["description": "the base once more"]],
    ]

    private func checked(_ variant: String = "base") throws -> CheckedScenario {
        let document = try JSONDocument(bytes: JSONWriter.compact.bytes(of: Self.scenario), file: "draws.json")
        return try ScenarioDocument(document).checked(variant: variant)
    }

    private func nominal(_ scenario: CheckedScenario) -> ServingOutcome {
        var world = scenario.world()
        world.run()
        return world.serving[0].outcome(objective: scenario.plans[0].objective)
    }

    /// On an empty system every latency moves with the parameters, to both sides.
    @Test func theIntervalHoldsTheNominalValue() async throws {
        let scenario = try checked()
        let drawn = await ParameterDraws(seed: 1, count: 16).run([scenario], jobs: 2)[0]
        let nominal = nominal(scenario)
        for metric in HeadlineMetric.all {
            let interval = try #require(drawn.interval(of: metric, workload: 0), "\(metric.path)")
            let value = try #require(metric.value(of: nominal))
            #expect(interval.contains(value), "\(metric.path): \(value) in \(interval)")
            #expect(interval.values.count == 16)
        }
    }

    @Test func anyNumberOfJobsGivesTheSame() async throws {
        let scenarios = [try checked(), try checked("same")]
        let draws = ParameterDraws(seed: 3, count: 5)
        let one = await draws.run(scenarios, jobs: 1)
        for jobs in [2, 3, 100] {
            let other = await draws.run(scenarios, jobs: jobs)
            #expect(values(other) == values(one))
        }
    }

    /// Common random numbers: what is compared with itself gives the same value in every draw.
    @Test func aVariantAgainstItselfIsATie() async throws {
        let results = await ParameterDraws(seed: 1, count: 8).run([try checked(), try checked("same")], jobs: 2)
        for metric in HeadlineMetric.all {
            let one = try #require(results[0].interval(of: metric, workload: 0))
            let other = try #require(results[1].interval(of: metric, workload: 0))
            #expect(one == other)
            #expect(PairedProbability.ofFirst(
                one.values, over: other.values, largerIsBetter: metric.largerIsBetter) == 0.5)
        }
    }

    @Test func fewerDrawsAreTheFirstOfMore() async throws {
        let scenario = try checked()
        let few = await ParameterDraws(seed: 1, count: 3).run([scenario], jobs: 2)
        let many = await ParameterDraws(seed: 1, count: 6).run([scenario], jobs: 2)
        #expect(values(few)[0] == Array(values(many)[0].prefix(3)))
    }

    /// The less is known of a device, the wider the interval.
    @Test func aWiderProvenanceGivesAWiderInterval() async throws {
        let tiers: [Provenance] = [
            .measured, .fewshot(samples: 16), .sibling(of: "h100"), .published(source: ""), .datasheet, .assumed,
        ]
        let scenarios = try tiers.map { tier in
            var scenario = try checked()
            for pool in scenario.plans[0].pools.indices {
                scenario.plans[0].pools[pool].profile.setProvenance(tier)
            }
            return scenario
        }
        let results = await ParameterDraws(seed: 1, count: 16).run(scenarios, jobs: 2)
        for path in ["ttft_s.mean", "tpot_s.mean", "itl_s.p50", "e2e_s.p99"] {
            let metric = try #require(HeadlineMetric.named(path))
            let widths = try results.map { result in
                let interval = try #require(result.interval(of: metric, workload: 0))
                return interval.p95 - interval.p5
            }
            #expect(zip(widths, widths.dropFirst()).allSatisfy { $0 < $1 }, "\(path): \(widths)")
        }
    }

    private func values(_ results: [DrawnOutcomes]) -> [[[Double?]]] {
        results.map { result in
            result.outcomes.map { outcomes in HeadlineMetric.all.map { $0.value(of: outcomes[0]) } }
        }
    }
}

extension TimingProfile {
    /// Everything as well known as this.
    fileprivate mutating func setProvenance(_ provenance: Provenance) {
        func set(_ parameters: inout OperatorParameters) {
            parameters.computeEfficiency.provenance = provenance
            parameters.memoryEfficiency.provenance = provenance
            parameters.setupNanoseconds.provenance = provenance
        }
        set(&gemm)
        set(&groupedGemm)
        set(&prefillAttention)
        set(&decodeAttention)
        set(&elementwise)
        quantisedCacheEfficiency.provenance = provenance
        collective.bandwidthBytesPerSecond?.provenance = provenance
        collective.linkEfficiency.provenance = provenance
        collective.latencyNanoseconds.provenance = provenance
        for parameter: WritableKeyPath<HostParameters, Sourced<Double>> in [
            \.stepNanoseconds, \.perSequenceNanoseconds, \.perNewTokenNanoseconds, \.launchNanoseconds,
            \.launchesPerLayer, \.replayNanoseconds, \.pieceNanoseconds, \.dynamicLaunchNanoseconds,
            \.parameterUpdateNanoseconds,
        ] { host[keyPath: parameter].provenance = provenance }
    }
}
