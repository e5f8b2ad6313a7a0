import EventEngine
import JSONText
import ReinforcementLearning
import Scenario
import Testing
import Timing

@testable import Studies

/// Parameter draws, equal step times and the series of reinforcement learning.
@Suite struct LearningDrawsTests {
    private func checked(_ settings: [String] = []) throws -> CheckedScenario {
        try LearningScenarios.small(settings).checked()
    }

    private func run(_ scenario: CheckedScenario) -> ReinforcementLearningOutcome {
        var world = scenario.world()
        world.run()
        return world.learning[0].outcome(world.machine)
    }

    /// Draws move times to both sides of the nominal one, and nothing else: the same samples, memory and devices.
    @Test func drawsMoveTimesOnly() async throws {
        let scenario = try checked()
        let drawn = await ParameterDraws(seed: 1, count: 16).run([scenario], jobs: 2)[0]
        let nominal = run(scenario)
        let interval = try #require(drawn.interval(of: LearningMetric.all[0], learning: 0))
        #expect(interval.contains(try #require(nominal.stepTime?.mean)))
        #expect(interval.p95 > 1.02 * interval.p5)
        for outcomes in drawn.learning {
            #expect(outcomes[0].responseTokens == nominal.responseTokens && outcomes[0].samples == nominal.samples)
            #expect(outcomes[0].peakTrainBytes == nominal.peakTrainBytes)
            #expect(outcomes[0].checks.allSatisfy { $0.holds })
        }
        let again = await ParameterDraws(seed: 1, count: 16).run([scenario], jobs: 1)[0]
        #expect(again.interval(of: LearningMetric.all[0], learning: 0) == interval)
    }

    /// A stated share of the peak is drawn as the assumption that it is, in all variants alike; given times are not.
    @Test func statedFiguresAreDrawnAsWhatTheyAre() throws {
        let draw = ParameterDraw(seed: 3, index: 1)
        let stated = try checked(["workloads.grpo.train.utilisation=0.2"])
        let factor = draw.factor(of: "h20-96.train.utilisation", logStandardDeviation: 0.3)
        guard case .utilisation(let share) = stated.drawn(draw).learning[0].training?.speed else {
            Issue.record("no share")
            return
        }
        #expect(share == 0.2 * factor)
        let given = try checked([#"workloads.grpo.fixed_phase_times={"rollout":"10 s","update":"5 s"}"#])
        #expect(run(given.drawn(draw)).stepTime?.mean == run(given).stepTime?.mean)
    }

    /// With shared draws a placement is compared with itself at even odds, and the swap-free one wins when it must.
    @Test func pairedProbability() async throws {
        let one = try checked(),
            slow = try checked(["workloads.grpo.steps=3", "workloads.grpo.train.utilisation=0.001"])
        let drawn = await ParameterDraws(seed: 1, count: 8).run([one, one, slow], jobs: 2)
        let metric = try #require(LearningMetric.named("tokens_per_s_per_device"))
        let values = drawn.map { $0.learning.map { metric.value(of: $0[0]) } }
        #expect(PairedProbability.ofFirst(values[0], over: values[1], largerIsBetter: true) == 0.5)
        #expect(PairedProbability.ofFirst(values[0], over: values[2], largerIsBetter: true) == 1)
    }

    // MARK: Equal step time

    @Test func cardsForEqualStepTime() {
        func devices(_ runs: [(Int, Double)], _ seconds: Double) -> Double? {
            EqualStepTime.devices(of: runs.map { .init(devices: $0.0, stepSeconds: $0.1) }, reaching: seconds)
        }
        // Halved by twice the devices: between them it falls as one over the devices.
        #expect(abs((devices([(32, 200), (64, 100)], 150) ?? 0) - 128.0 / 3) < 1e-9)
        #expect(devices([(64, 100), (32, 200)], 100) == 64)
        #expect(devices([(32, 200), (64, 100)], 99) == nil)
        #expect(devices([(32, 200), (64, 100)], 201) == nil)
        #expect(devices([(32, 200)], 150) == nil)
        // More devices that are slower than fewer enclose nothing.
        #expect(devices([(32, 100), (64, 200)], 150) == nil)
    }

    /// Of the shipped comparison: separate cards need twice as many for the step time of shared ones, within 5 %.
    @Test func separateCardsNeedTwice() throws {
        func step(_ variant: String) throws -> Double {
            try #require(LearningScenarios.run(variant: variant).stepTime).mean
        }
        let runs = [
            EqualStepTime.Run(devices: 64, stepSeconds: try step("separated-32+32")),
            EqualStepTime.Run(devices: 32, stepSeconds: try step("separated-16+16")),
        ]
        let devices = try #require(EqualStepTime.devices(of: runs, reaching: try step("base")))
        #expect(devices > 60.8 && devices <= 64)
    }

    // MARK: Series

    /// Bytes by phase and link are all that the network carried, where nobody else is on it.
    @Test(arguments: ["separated", "cocard"]) func bytesByPhaseAreAllBytes(mode: String) throws {
        var settings = ["workloads.grpo.placement.mode=\(mode)", "workloads.grpo.placement.train_devices=4"]
        if mode == "separated" { settings.append("workloads.grpo.placement.rollout_devices=4") }
        var world = try checked(settings).world()
        world.run()
        let statistics = world.machine.network.linkStatistics(at: world.now)
        var total: Int64 = 0
        for (link, known) in statistics.enumerated() {
            #expect(world.learning[0].linkBytes.total(link: link) == known.bytesCarried)
            total += known.bytesCarried
        }
        #expect(total > 0)
    }

    /// Sequences that run: never more than are in flight, all at some time, none at the end, times rising.
    @Test func runningSequences() throws {
        var world = try checked().world()
        world.run()
        let samples = world.learning[0].runningSequences.samples
        let most = samples.map(\.most).max()
        #expect(most == 32)
        #expect(samples.last?.running == 0)
        #expect(samples.count <= 256)
        #expect(zip(samples, samples.dropFirst()).allSatisfy { $0.time < $1.time })
        #expect(samples.allSatisfy { $0.running <= $0.most })
    }

    /// Advantages take their time per sample in a phase of their own; without it the step is as it was.
    @Test func advantagesHaveAPhase() throws {
        let with = run(try checked(["workloads.grpo.algorithm.advantage_time=10 ms"])), without = run(try checked())
        let phase = StepPhase.advantages.rawValue
        #expect(abs(with.phases[phase] - 0.32) < 1e-9 && without.phases[phase] == 0)
        let longer = try #require(with.stepTime).mean - (without.stepTime?.mean ?? 0)
        #expect(abs(longer - 0.32) < 1e-6)
    }

    /// What is streamed beside generation is exposed for less than it takes; behind a barrier for all of it.
    @Test func exposedTimes() throws {
        let barrier = run(try checked())
        let pass = ComputePass.reference.rawValue
        #expect(abs(barrier.exposed[pass] - barrier.phases[StepPhase.reference.rawValue]) < 1e-9)
        let streamed = run(try checked([
            #"workloads.grpo.data_engine={"kind":"streaming","stream_stages":"#
                + #"["reference","old_log_prob"],"chunk_samples":4}"#,
        ]))
        #expect(streamed.exposed[pass] < 0.9 * barrier.exposed[pass])
        #expect(streamed.exposed[pass] >= 0)
        #expect(barrier.longestTokensPerSecond > 0)
    }

    /// Two dies of a package are one card.
    @Test func cardsOfDies() throws {
        let outcome = try LearningScenarios.run()
        #expect(outcome.devices == 32 && outcome.cards == 16)
        let h20 = run(try checked())
        #expect(h20.cards == Double(h20.devices))
    }
}
