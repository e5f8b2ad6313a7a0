import EventEngine
import Hardware
import JSONText
import ReinforcementLearning
import Scenario
import Serving
import Timing

extension VariantRun {
    func learning(_ index: Int) -> JSONValue {
        let plan = scenario.learning[index], engine = world.learning[index], outcome = learning[index]
        var workload: JSONObject = [
            "metrics": .object(metrics(outcome)),
            "definitions": .object(LearningDefinitions.all),
            "intervals": learningIntervals(index),
            "provenance": .object(provenance(plan)),
            "memory": .object(memory(engine, outcome)),
            "steps": .array(engine.stepRecords.map(json)),
            "running_seqs": json(engine.runningSequences),
            "link_bytes": .object(linkBytes(engine)),
            "links": .array(links),
            "checks": .array(outcome.checks.map(json)),
        ]
        if let sharing = sharing(learnedOnBy: index) { workload["sharing"] = sharing }
        return .object(workload)
    }

    /// The metrics of a reinforcement-learning workload under the names that scripts rely on.
    func metrics(_ outcome: ReinforcementLearningOutcome) -> JSONObject {
        let hasSteps = outcome.countedSteps > 0
        func real(_ value: Double) -> JSONValue { hasSteps ? .real(value) : .null }
        var metrics: JSONObject = [
            "steps": .init(outcome.steps), "counted_steps": .init(outcome.countedSteps),
            "feasible": .bool(outcome.isFeasible),
            "out_of_memory_phase": outcome.failure.map { .string($0.phase.name) } ?? .null,
            "failure": outcome.failure.map { .string($0.message) } ?? .null,
            "step_time_s": json(outcome.stepTime),
            "phases": .object(phases(outcome)),
            "devices": .init(outcome.devices), "train_devices": .init(outcome.trainDevices),
            "rollout_devices": .init(outcome.rolloutDevices),
            "cards": .real(outcome.cards),
            "tokens_per_s_per_device": real(outcome.tokensPerSecondPerDevice),
            "rollout_tokens_per_s_per_device": real(outcome.rolloutTokensPerSecondPerDevice),
            "update_tokens_per_s_per_device": real(outcome.updateTokensPerSecondPerDevice),
            "samples": .init(outcome.samples), "prompt_tokens": .integer(outcome.promptTokens),
            "response_tokens": .integer(outcome.responseTokens),
            "longest_response_tokens": .init(outcome.longestResponse),
            "train_mfu": real(outcome.trainUtilisation), "mfu": real(outcome.totalUtilisation),
            "e2e_mfu": real(outcome.totalUtilisation),
        ]
        addCards(outcome, real, &metrics)
        addIdleness(outcome, real, &metrics)
        addRollout(outcome, real, &metrics)
        metrics["weight_transfer_bytes"] = .integer(outcome.weightBytes)
        metrics["peak_device_bytes"] = .integer(max(outcome.peakTrainBytes, outcome.peakRolloutBytes))
        metrics["peak_host_bytes"] = .integer(outcome.hostPeaks.map(\.bytes).max() ?? 0)
        metrics["device_s_per_1k_samples"] = real(outcome.deviceSecondsPerThousandSamples)
        if let cost = outcome.costPerThousandSamples { metrics["cost_per_1k_samples"] = real(cost) }
        return metrics
    }

    /// Rates per card, whose dies may be devices of their own, and what generation does not hide.
    private func addCards(
        _ outcome: ReinforcementLearningOutcome, _ real: (Double) -> JSONValue, _ metrics: inout JSONObject
    ) {
        func perCard(_ perDevice: Double, _ devices: Int, _ cards: Double) -> JSONValue {
            real(cards > 0 ? perDevice * Double(devices) / cards : 0)
        }
        metrics["tokens_per_s_per_card"] = perCard(outcome.tokensPerSecondPerDevice, outcome.devices, outcome.cards)
        metrics["rollout_tokens_per_s_per_card"] = perCard(
            outcome.rolloutTokensPerSecondPerDevice, outcome.rolloutDevices, outcome.rolloutCards)
        metrics["update_tokens_per_s_per_card"] = perCard(
            outcome.updateTokensPerSecondPerDevice, outcome.trainDevices, outcome.trainCards)
        metrics["longest_sample_tokens_per_s"] = real(outcome.longestTokensPerSecond)
        func exposed(_ pass: ComputePass) -> JSONValue {
            outcome.exposed.isEmpty ? .null : .real(outcome.exposed[pass.rawValue])
        }
        metrics["non_overlap_reference_s"] = exposed(.reference)
        metrics["non_overlap_reward_s"] = exposed(.reward)
        metrics["non_overlap_old_log_prob_s"] = exposed(.oldLogProbabilities)
    }

    /// Sequences that run, over time.
    private func json(_ history: SequenceHistory) -> JSONValue {
        [
            "resolution_s": .real(seconds(history.resolution)),
            "time_s": .array(history.samples.map { .real(seconds($0.time)) }),
            "running": .array(history.samples.map { .init($0.running) }),
            "most": .array(history.samples.map { .init($0.most) }),
        ]
    }

    /// Bytes of the workload's own transfers by phase and link.
    private func linkBytes(_ engine: ReinforcementLearningEngine) -> JSONObject {
        let names = world.machine.network.linkStatistics(at: world.now).map(\.name)
        var phases = JSONObject()
        for phase in StepPhase.allCases {
            let links = engine.linkBytes.links(in: phase)
            guard !links.isEmpty else { continue }
            phases[phase.name] = .object(JSONObject(links.map { (names[$0.link], .integer($0.bytes)) }))
        }
        let data = engine.linkBytes.dataLinks
        if !data.isEmpty { phases["data"] = .object(JSONObject(data.map { (names[$0.link], .integer($0.bytes)) })) }
        return phases
    }

    private func phases(_ outcome: ReinforcementLearningOutcome) -> JSONObject {
        JSONObject(StepPhase.allCases.map { phase -> (String, JSONValue) in
            (phase.name + "_s", outcome.countedSteps > 0 ? .real(outcome.phases[phase.rawValue]) : .null)
        })
    }

    private func addIdleness(
        _ outcome: ReinforcementLearningOutcome, _ real: (Double) -> JSONValue, _ metrics: inout JSONObject
    ) {
        func shares(_ shares: IdleShares) -> JSONValue {
            [
                "busy": real(shares.busy), "dependency": real(shares.dependency), "tail": real(shares.tail),
                "swap": real(shares.swap), "sync": real(shares.sync),
            ]
        }
        metrics["bubble_ratio"] = real(outcome.bubble)
        metrics["trainer_idle_ratio"] = real(outcome.train.bubble)
        metrics["rollouter_idle_ratio"] = real(outcome.rollout.bubble)
        metrics["train_shares"] = shares(outcome.train)
        metrics["rollout_shares"] = shares(outcome.rollout)
        metrics["pipeline_bubble_s"] = real(outcome.pipelineBubbleSeconds / Double(max(1, outcome.countedSteps)))
        metrics["generation_s"] = real(outcome.generationSeconds / Double(max(1, outcome.countedSteps)))
        metrics["tail_s"] = real(outcome.tailSeconds / Double(max(1, outcome.countedSteps)))
    }

    private func addRollout(
        _ outcome: ReinforcementLearningOutcome, _ real: (Double) -> JSONValue, _ metrics: inout JSONObject
    ) {
        let counts = outcome.counts
        metrics["rollout_utilization"] = real(outcome.slotUtilisation)
        metrics["kv_peak_share"] = .real(outcome.rolloutUse.peakKeyValueShare)
        metrics["preemptions"] = .init(outcome.rolloutUse.preemptions)
        metrics["recomputed_tokens"] = .integer(counts.recomputedTokens)
        metrics["staleness"] = [
            "samples": .array(outcome.staleness.samples.map { .integer($0) }),
            "tokens": .array(outcome.staleness.tokens.map { .integer($0) }),
            "mean_by_sample": real(outcome.staleness.meanBySample),
            "mean_by_token": real(outcome.staleness.meanByToken),
            "max": .init(outcome.staleness.maximum),
        ]
        metrics["partial_ratio"] = real(outcome.partialRatio)
        metrics["max_partial_span"] = .init(outcome.longestSpan)
        metrics["samples_started"] = .init(counts.startedSamples)
        metrics["samples_carried"] = .init(counts.carriedSamples)
        metrics["samples_migrated"] = .init(counts.migratedSamples)
        metrics["samples_surplus"] = .init(counts.droppedSamples)
        metrics["groups_dropped"] = .init(counts.droppedGroups)
        metrics["groups_filtered"] = .init(counts.filteredGroups)
        metrics["groups_stale"] = .init(counts.staleGroups)
        metrics["generated_tokens"] = .integer(counts.generatedTokens)
        metrics["discarded_tokens"] = .integer(counts.discardedTokens)
        metrics["filtered_tokens"] = .integer(counts.filteredTokens)
        metrics["tool_calls"] = .init(counts.toolCalls)
        metrics["reward_timeouts"] = .init(counts.rewardTimeouts)
    }

    private func json(_ record: StepRecord) -> JSONValue {
        [
            "start_s": .real(seconds(record.start)), "end_s": .real(seconds(record.end)),
            "samples": .init(record.samples), "tokens": .integer(record.tokens),
            "longest_response_tokens": .init(record.longestResponse),
            "phases": .object(JSONObject(StepPhase.allCases.filter { record.time(of: $0) > 0 }.map {
                phase -> (String, JSONValue) in (phase.name + "_s", .real(seconds(record.time(of: phase))))
            })),
        ]
    }

    private func provenance(_ plan: ReinforcementLearningPlan) -> JSONObject {
        var object: JSONObject = ["rollout": .object(provenance(plan.profile, on: plan.rolloutDevice))]
        guard let training = plan.training else {
            object["train"] = ["device": .string(plan.trainDevice.name), "times": "given by the scenario"]
            return object
        }
        var train: JSONObject = ["device": .string(plan.trainDevice.name)]
        train["peak_flop_per_s"] = .real(training.peakFlopPerSecond)
        switch training.speed {
        case .utilisation(let share):
            train["times"] = "share of the peak, stated by the scenario"
            train["utilisation"] = .real(share)
        case .operators: train["times"] = "operators timed one by one"
        }
        object["train"] = .object(train)
        return object
    }

    /// Memory of one device of each side, part by part, and of the hosts.
    private func memory(_ engine: ReinforcementLearningEngine, _ outcome: ReinforcementLearningOutcome) -> JSONObject {
        let layout = world.machine.cluster.layout
        let timelines = engine.memoryTimelines
        return [
            "train": json(timelines.train), "rollout": json(timelines.rollout),
            "hosts": .object(JSONObject(outcome.hostPeaks.map { peak -> (String, JSONValue) in
                (layout.name(of: NodeID(peak.node)), ["peak_bytes": .integer(peak.bytes)])
            })),
        ]
    }

    func json(_ ledger: MemoryLedger) -> JSONValue {
        let pools = ledger.poolStates
        return [
            "peak_bytes": .integer(ledger.peakBytes), "peak_at_s": .real(seconds(ledger.peakTime)),
            "pools": .object(JSONObject(pools.filter { $0.peakBytes > 0 }.map { pool -> (String, JSONValue) in
                (pool.name, ["peak_bytes": .integer(pool.peakBytes)])
            })),
            "timeline_resolution_s": .real(seconds(ledger.timeline.resolution)),
            "timeline": .array(ledger.timeline.samples.map {
                [
                    "time_s": .real(seconds($0.time)), "pool": .string(pools[$0.pool].name),
                    "bytes": .integer($0.bytes), "peak_bytes": .integer($0.peakBytes),
                ]
            }),
        ]
    }
}
