import EventEngine
import JSONText
import ReinforcementLearning
import Scenario
import Testing

/// What must hold of reinforcement learning whatever the schedule.
@Suite struct LearningLawTests {
    static let schedules: [[String]] = [
        ["placement.mode=cocard", "placement.rollout_devices=null"],
        ["schedule.kind=sync"],
        ["schedule.kind=one-step-off"],
        ["schedule={\"kind\":\"async\",\"rule\":\"areal\",\"max_staleness\":1}"],
        ["schedule={\"kind\":\"async\",\"rule\":\"areal\",\"max_staleness\":2,\"kv_on_update\":\"keep\"}"],
        ["schedule={\"kind\":\"async\",\"rule\":\"verl\",\"staleness_fraction\":0.5,\"kv_on_update\":\"drain\"}",
         "algorithm.mini_batch_prompts=4"],
        ["schedule={\"kind\":\"async\",\"rule\":\"nemo-rl\",\"max_staleness\":1}"],
        ["schedule={\"kind\":\"async\",\"rule\":\"slime\",\"staleness_fraction\":1}"],
        ["schedule={\"partial_rollout\":{\"max_split\":3}}"],
        ["schedule={\"partial_rollout\":{\"stop_fraction\":0.7}}", "placement.mode=cocard",
         "placement.rollout_devices=null"],
        ["schedule={\"oversample\":{\"prompts\":1.5,\"samples\":1.5,\"defer_tail\":true}}"],
        ["schedule={\"oversample\":{\"samples\":2}}", "schedule.kind=one-step-off"],
        ["algorithm.dynamic_sampling={\"keep_rate\":0.5}"],
        ["algorithm.dynamic_sampling={\"keep_rate\":0.5}", "schedule={\"kind\":\"async\"}"],
        ["placement.mode=hybrid", "rollout.inflight_per_replica=2"],
        ["placement.mode=hybrid", "schedule.kind=one-step-off", "rollout.inflight_per_replica=2"],
        ["rollout={\"dispatch\":\"static\",\"migrate_tail\":true}"],
        ["algorithm.name=ppo", "placement.mode=cocard", "placement.rollout_devices=null"],
        ["tools={\"calls\":2,\"latency\":{\"kind\":\"exponential\",\"mean\":\"300 ms\"},\"result_tokens\":20}",
         "schedule={\"kind\":\"async\"}"],
        ["reward={\"kind\":\"rule\",\"time\":{\"kind\":\"lognormal\",\"mean\":\"100 ms\",\"sigma\":1},"
            + "\"timeout\":\"1 s\",\"workers\":2}",
         "schedule={\"kind\":\"async\"}"],
    ]

    private func document(_ settings: [String], seed: Int) throws -> ScenarioDocument {
        try LearningScenarios.small(settings.map { "workloads.grpo." + $0 } + ["seed=\(seed)"])
    }

    /// Phases sum to their steps; groups, tokens, KV blocks and memory are accounted for (in ``LearningScenarios``).
    @Test(arguments: schedules.indices)
    func everythingIsAccountedFor(_ index: Int) throws {
        for seed in 1...2 {
            let outcome = try LearningScenarios.run(document(Self.schedules[index], seed: seed))
            #expect(outcome.isFeasible, "\(outcome.failure.map { "\($0)" } ?? "")")
            #expect(outcome.checks.count >= 5)
            #expect(outcome.steps == 3)
            #expect(outcome.samples > 0)
            #expect(outcome.bubble >= 0 && outcome.bubble < 1)
            for shares in [outcome.train, outcome.rollout] {
                let sum = shares.busy + shares.dependency + shares.tail + shares.swap + shares.sync
                #expect(abs(sum - 1) < 0.02, "\(shares)")
            }
        }
    }

    /// Decode steps summed in a loop give what one event for each gives, to the nanosecond.
    @Test(arguments: schedules.indices)
    func fastForwardEqualsStepping(_ index: Int) throws {
        let checked = try document(Self.schedules[index], seed: 5).checked()
        var fast = checked.world(), stepped = checked.steppedWorld()
        fast.run()
        stepped.run()
        #expect(fast.now == stepped.now)
        #expect(fast.learning[0].stepRecords.map(\.end) == stepped.learning[0].stepRecords.map(\.end))
        #expect(fast.learning[0].stepRecords.map(\.phases) == stepped.learning[0].stepRecords.map(\.phases))
        #expect(stepped.events >= fast.events)
    }

    /// The further generation may run ahead, the staler what is trained on, and the fewer the waits.
    @Test func stalenessGrowsWithWhatIsAllowed() throws {
        let outcomes = try [0, 1, 2, 4].map { allowed in
            try LearningScenarios.run(document([
                "schedule={\"kind\":\"async\",\"rule\":\"areal\",\"max_staleness\":\(allowed)}", "steps=8",
            ], seed: 1))
        }
        #expect(outcomes[0].staleness.maximum == 0)
        for (less, more) in zip(outcomes, outcomes.dropFirst()) {
            #expect(more.staleness.meanByToken >= less.staleness.meanByToken)
            // More in flight makes decode steps a little slower once nothing waits any more.
            #expect(more.seconds <= less.seconds * 1.05)
        }
        // A rule on what is started bounds the mean; single responses can be overtaken by others.
        for (outcome, allowed) in zip(outcomes, [0.0, 1, 2, 4]) {
            #expect(outcome.staleness.meanByToken <= allowed + 0.5)
        }
        #expect(outcomes[3].staleness.meanByToken > outcomes[0].staleness.meanByToken)
    }

    /// verl: without a fraction ahead generation is on policy, with a whole one it is one step off.
    @Test func aFractionAheadLiesBetweenOnPolicyAndOneStepOff() throws {
        let times = try [0.0, 0.5, 1].map { fraction in
            try LearningScenarios.run(document([
                "schedule={\"kind\":\"async\",\"rule\":\"verl\",\"staleness_fraction\":\(fraction)}", "steps=8",
            ], seed: 1)).seconds
        }
        #expect(times[1] < times[0] && times[2] <= times[1])
    }

    /// Slower rewards are waited for, up to their time-out.
    @Test func slowRewardsShowUntilTheyTimeOut() throws {
        func reward(_ time: String) throws -> ReinforcementLearningOutcome {
            try LearningScenarios.run(document([
                "reward={\"kind\":\"rule\",\"time\":{\"kind\":\"constant\",\"value\":\"\(time)\"},"
                    + "\"timeout\":\"30 s\",\"workers\":32}",
            ], seed: 1))
        }
        let none = try reward("0 s"), slow = try reward("5 s"), hanging = try reward("1 h")
        let index = StepPhase.reward.rawValue
        #expect(none.phases[index] == 0)
        // The reference model is computed meanwhile.
        #expect(abs(slow.phases[index] - 5) < 0.1 && slow.phases[index] < 5)
        #expect(abs(hanging.phases[index] - 30) < 0.1)
        #expect(hanging.counts.rewardTimeouts == 3 * 32)
    }

    /// A tool's time lengthens a rollout by no more than its calls in a row, and does not occupy a replica.
    @Test func toolsAreWaitedForOutsideTheReplicas() throws {
        let without = try LearningScenarios.run(document([], seed: 1))
        let with = try LearningScenarios.run(document([
            "tools={\"calls\":3,\"latency\":{\"kind\":\"constant\",\"value\":\"10 s\"},\"result_tokens\":0}",
        ], seed: 1))
        #expect(with.counts.toolCalls == 3 * 3 * 32)
        let longer = with.phases[StepPhase.rollout.rawValue] - without.phases[StepPhase.rollout.rawValue]
        #expect(longer > 29 && longer < 32, "\(longer)")
        #expect(with.responseTokens == without.responseTokens)
    }

    /// Filtering makes more batches of prompts, and training still gets its groups.
    @Test func dynamicSamplingGeneratesUntilThereIsEnough() throws {
        let all = try LearningScenarios.run(document(["algorithm.dynamic_sampling={\"keep_rate\":1}"], seed: 1))
        let half = try LearningScenarios.run(document(["algorithm.dynamic_sampling={\"keep_rate\":0.4}"], seed: 1))
        #expect(all.counts.filteredGroups == 0 && half.counts.filteredGroups > 0)
        #expect(all.samples == 96 && half.samples == 96)
        #expect(half.phases[StepPhase.rollout.rawValue] > 1.2 * all.phases[StepPhase.rollout.rawValue])
    }

    /// Lent training devices shorten a rollout that is bound by replicas.
    @Test func lentDevicesShortenGeneration() throws {
        let settings = ["rollout.inflight_per_replica=2"]
        let own = try LearningScenarios.run(document(settings, seed: 1))
        let lent = try LearningScenarios.run(document(settings + ["placement.mode=hybrid"], seed: 1))
        #expect(lent.phases[StepPhase.rollout.rawValue] < 0.8 * own.phases[StepPhase.rollout.rawValue])
    }

    /// A device that fails delays the run and loses nothing.
    @Test(arguments: ["h20/0/0", "h20/0/4"])
    func aFailedDeviceDelaysTheRun(_ device: String) throws {
        let plain = try LearningScenarios.run(document(["schedule.kind=one-step-off"], seed: 1))
        var document = try self.document(["schedule.kind=one-step-off"], seed: 1)
        document = try LearningScenarios.adding(
            "[{\"at\":\"4 s\",\"kind\":\"device-fails\",\"target\":\"\(device)\",\"for\":\"60 s\"}]", to: document)
        let failed = try LearningScenarios.run(document)
        #expect(failed.isFeasible)
        #expect(failed.samples == plain.samples && failed.responseTokens == plain.responseTokens)
        // Without a replica the others take over its responses; training waits for its device.
        if device == "h20/0/0" { #expect(failed.seconds > plain.seconds + 50) }
    }
}
