import ReinforcementLearning
import Scenario
import Testing

/// How old the weights are behind what is trained on.
@Suite struct StalenessTests {
    /// AReaL: nothing that is trained on is older than the rule allows, whatever is long and whatever overtakes it.
    @Test(arguments: [1, 2, 3, 4], [0, 1, 2, 3])
    func whatIsTrainedOnIsBounded(seed: Int, allowed: Int) throws {
        for (mini, every) in [(8, 1), (4, 1), (2, 2)] {
            let update = ["recompute", "keep"][seed % 2]
            let document = try LearningScenarios.small([
                "seed=\(seed)", "workloads.grpo.steps=10", "workloads.grpo.algorithm.mini_batch_prompts=\(mini)",
                "workloads.grpo.lengths.response_tokens.sigma=1.5", "workloads.grpo.train.utilisation=0.01",
                #"workloads.grpo.schedule={"kind":"async","rule":"areal","max_staleness":\#(allowed),"#
                    + #""sync_every_mini_batches":\#(every),"kv_on_update":"\#(update)"}"#,
            ])
            var world = try document.checked().world()
            world.run()
            let outcome = world.learning[0].outcome(world.machine)
            #expect(outcome.isFeasible)
            for check in outcome.checks { #expect(check.holds, "\(check)") }
            let bound = (allowed + 1) * (8 / mini) - 1 + every - 1
            #expect(world.learning[0].oldestVersions == bound)
            #expect(outcome.staleness.maximum <= bound, "\(mini), \(every): \(outcome.staleness.samples)")
        }
    }

    /// Lent devices generate with the weights that training has now: one step off, their tokens are on policy and the
    /// others one version old; nothing is counted twice.
    @Test func lentDevicesHaveTheNewestWeights() throws {
        let settings = [
            "workloads.grpo.steps=6", "workloads.grpo.placement.mode=hybrid",
            "workloads.grpo.schedule.kind=one-step-off", "workloads.grpo.rollout.inflight_per_replica=1",
        ]
        var world = try LearningScenarios.small(settings).checked().world()
        world.run()
        let outcome = world.learning[0].outcome(world.machine)
        #expect(outcome.isFeasible)
        let lent = world.learning[0].stepRecords.reduce(0) { $0 + $1.lentNanoseconds }
        #expect(lent > 0)
        #expect(outcome.staleness.maximum == 1)
        #expect(outcome.staleness.tokens.reduce(0, +) == outcome.responseTokens)
        #expect(outcome.staleness.tokens[1] > 0)
        // The first batch is generated with the first weights and trained on by them: more than it is on policy.
        let first = world.learning[0].stepRecords[0].responseTokens
        #expect(outcome.staleness.tokens[0] > first)
        for check in outcome.checks { #expect(check.holds, "\(check)") }
    }

    /// Without lending, one step off is one version old but for the first batch.
    @Test func oneStepOffIsOneVersionOld() throws {
        var world = try LearningScenarios.small(["workloads.grpo.steps=6", "workloads.grpo.schedule.kind=one-step-off"])
            .checked().world()
        world.run()
        let outcome = world.learning[0].outcome(world.machine)
        #expect(outcome.staleness.tokens == [
            world.learning[0].stepRecords[0].responseTokens,
            world.learning[0].stepRecords.dropFirst().reduce(0) { $0 + $1.responseTokens },
        ])
    }
}
