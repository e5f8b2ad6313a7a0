import JSONText
import ModelGraph
import ReinforcementLearning
import Serving
import Training

extension JSONType<ReinforcementLearningSpecification> {
    /// A workload of kind `rl`; its name is filled in by whoever knows the key.
    static func reinforcementLearning(nodeGroups: [String], folder: String) -> JSONType {
        .object { workload in
            _ = workload.required("kind", .choice(of: ["rl"]))
            let algorithm = workload.required("algorithm", .algorithm)
            let schedule = workload.optional("schedule", .schedule, default: ScheduleConfiguration())
            let placement = workload.required("placement", .placement(nodeGroups: nodeGroups))
            let fixed = workload.optional("fixed_phase_times", .fixedPhaseTimes)
            let specification = ReinforcementLearningSpecification(
                name: "", path: workload.path, model: workload.required("model", .model(folder: folder)),
                steps: workload.optional("steps", .integer(in: 1...1 << 20), default: 10),
                warmupSteps: workload.optional("warmup_steps", .integer(in: 0...1 << 20), default: 0),
                algorithm: algorithm, lengths: workload.required("lengths", .rolloutLengths(folder: folder)),
                reward: workload.optional("reward", .reward, default: RewardConfiguration()),
                tools: workload.optional("tools", .tools), placement: placement,
                train: workload.optional("train", .train(folder: folder), default: .standard),
                rollout: workload.optional("rollout", .rollout(folder: folder), default: .standard),
                transition: workload.optional("transition", .transition, default: .standard), schedule: schedule,
                dataEngine: workload.optional("data_engine", .dataEngine(nodeGroups: nodeGroups)), fixedTimes: fixed)
            if specification.warmupSteps >= specification.steps {
                workload.fail(
                    at: "warmup_steps", "\(specification.warmupSteps) of \(specification.steps) steps "
                        + "leave none to count")
            }
            checkTogether(specification, workload)
            return specification
        }
    }

    /// Settings that have no effect, or no meaning, beside others.
    private static func checkTogether(
        _ specification: ReinforcementLearningSpecification, _ workload: JSONObjectReader
    ) {
        let schedule = specification.schedule, mode = specification.placement.mode
        if mode == .cocard, schedule.kind != .sync {
            workload.fail(
                at: "schedule", "shared cards cannot generate while they train",
                remedy: "use the schedule sync, or the placement separated")
        }
        if mode == .hybrid, schedule.kind == .async {
            workload.fail(
                at: "schedule", "asynchronous training leaves no time in which cards could be lent",
                remedy: "use sync or one-step-off")
        }
        let isPartial = schedule.partialRollout.isOn
        let isOver = schedule.overSampling != OverSampling()
        if isPartial, specification.algorithm.dynamicSampling != nil || isOver || schedule.kind == .async {
            workload.fail(
                at: "schedule", "partial_rollout excludes dynamic_sampling, oversample and async",
                remedy: "keep one of them")
        }
        if isOver, specification.algorithm.dynamicSampling != nil || schedule.kind == .async {
            workload.fail(
                at: "schedule", "oversample excludes dynamic_sampling and async", remedy: "keep one of them")
        }
        let isShared = specification.placement.lease.isShared
        if isShared, mode != .cocard, specification.dataEngine.map({ !$0.streamedPasses.isEmpty }) ?? false {
            workload.fail(
                at: "data_engine",
                "streamed passes are timed in advance, and others on the same devices would change that",
                remedy: "lease the devices exclusively, or stream no stages")
        }
        if specification.fixedTimes != nil {
            if isShared {
                workload.fail(
                    at: "fixed_phase_times", "times that are given know nothing of others on the same devices",
                    remedy: "lease the devices exclusively")
            }
            for key in ["train", "rollout", "transition"] where workload.has(key) {
                workload.fail(at: key, "has no effect with fixed_phase_times", remedy: "leave it out")
            }
            if isPartial {
                workload.fail(at: "schedule", "partial_rollout needs computed rollout times",
                              remedy: "leave fixed_phase_times out")
            }
        }
    }
}

extension JSONType<AlgorithmConfiguration> {
    fileprivate static var algorithm: JSONType {
        .object { algorithm in
            let name = algorithm.required("name", .choice(AlgorithmName.self))
            let prompts = algorithm.required("prompts_per_step", .integer(in: 1...1 << 20))
            let mini = algorithm.optional("mini_batch_prompts", .integer(in: 1...1 << 20), default: prompts)
            if !prompts.isMultiple(of: mini) {
                algorithm.fail(
                    at: "mini_batch_prompts", "\(mini) does not divide prompts_per_step (\(prompts))")
            }
            let advantage = algorithm.optional("advantage_time", .duration(), default: 0)
            var result = AlgorithmConfiguration(
                name: name, promptsPerStep: prompts,
                rolloutsPerPrompt: algorithm.optional("rollouts_per_prompt", .integer(in: 1...1 << 16), default: 1),
                miniBatchPrompts: mini, epochs: algorithm.optional("epochs", .integer(in: 1...100), default: 1),
                hasReference: algorithm.optional("reference_model", .bool, default: name.usuallyHasReference),
                hasCritic: algorithm.optional("critic", .bool, default: name.usuallyHasCritic),
                dynamicSampling: algorithm.child("dynamic_sampling")?.object { sampling in
                    DynamicSampling(
                        keepRate: sampling.required("keep_rate", .number(in: 0.001...1)),
                        maximumBatches: sampling.optional(
                            "max_generation_batches", .integer(in: 1...1000), default: 10),
                        batchPrompts: sampling.optional("batch_prompts", .integer(in: 1...1 << 20), default: prompts))
                })
            result.advantageNanoseconds = advantage
            return result
        }
    }
}

extension JSONType<ScheduleConfiguration> {
    fileprivate static var schedule: JSONType {
        .object { schedule in
            let standard = ScheduleConfiguration()
            let kind = schedule.optional("kind", .choice(), default: standard.kind)
            var result = standard
            result.kind = kind
            let asyncKeys = ["rule", "max_staleness", "staleness_fraction", "sync_every_mini_batches", "kv_on_update"]
            result.rule = schedule.optional("rule", .choice(), default: standard.rule)
            result.maximumStaleness = schedule.optional(
                "max_staleness", .integer(in: 0...1000), default: standard.maximumStaleness)
            result.stalenessFraction = schedule.optional("staleness_fraction", .number(in: 0...100), default: 0)
            result.syncEveryMiniBatches = schedule.optional(
                "sync_every_mini_batches", .integer(in: 1...1000), default: 1)
            result.onUpdate = schedule.optional("kv_on_update", .choice(), default: standard.onUpdate)
            if kind != .async {
                for key in asyncKeys where schedule.has(key) {
                    schedule.fail(at: key, "has an effect only with the kind async", remedy: "leave it out")
                }
            } else {
                checkRule(result.rule, schedule)
            }
            schedule.child("partial_rollout")?.object { partial in
                result.partialRollout = PartialRollout(
                    maximumSplit: partial.optional("max_split", .integer(in: 1...1000), default: 1),
                    stopFraction: partial.optional("stop_fraction", .number(in: 0.01...1), default: 1))
            }
            schedule.child("oversample")?.object { over in
                result.overSampling = OverSampling(
                    prompts: over.optional("prompts", .number(in: 1...100), default: 1),
                    samples: over.optional("samples", .number(in: 1...100), default: 1),
                    defersTail: over.optional("defer_tail", .bool, default: false))
            }
            return result
        }
    }

    private static func checkRule(_ rule: StalenessRule, _ schedule: JSONObjectReader) {
        let counts = rule == .areal || rule == .nemoRL
        let other = counts ? "staleness_fraction" : "max_staleness"
        if schedule.has(other) {
            schedule.fail(
                at: other, "has no effect with the rule \(rule.rawValue)",
                remedy: "use \(counts ? "max_staleness" : "staleness_fraction")")
        }
    }
}

extension JSONType<RolloutLengthsSpecification> {
    fileprivate static func rolloutLengths(folder: String) -> JSONType {
        .object { lengths in
            if lengths.has("trace") {
                return .trace(file: resolve(lengths.required("trace", .name), folder))
            }
            return .generated(
                prompts: lengths.required("prompt_tokens", .promptLengths),
                responses: lengths.required("response_tokens", .responseLengths))
        }
    }
}

extension JSONType<PromptLengths> {
    fileprivate static var promptLengths: JSONType {
        .object { prompt in
            guard prompt.required("kind", .choice(of: ["constant", "lognormal"])) == "lognormal" else {
                let value = prompt.required("value", .integer(in: 1...1 << 24))
                return PromptLengths(mean: Double(value), cap: value)
            }
            return PromptLengths(
                mean: prompt.required("mean", .number(in: 1...1e7)),
                sigma: prompt.required("sigma", .number(in: 0...5)),
                cap: prompt.required("max", .integer(in: 1...1 << 24)))
        }
    }
}

extension JSONType<ResponseLengths> {
    fileprivate static var responseLengths: JSONType {
        .object { response in
            guard response.required("kind", .choice(of: ["constant", "lognormal"])) == "lognormal" else {
                let value = response.required("value", .integer(in: 1...1 << 24))
                return ResponseLengths(mean: Double(value), cap: value)
            }
            let curve = response.optional("drift", .array(of: .driftPoint, count: 1...), default: [])
            if !curve.isEmpty, response.has("drift_per_step") {
                response.fail(at: "drift_per_step", "has no effect beside drift", remedy: "keep one of them")
            }
            return ResponseLengths(
                mean: response.required("mean", .number(in: 1...1e7)),
                sigma: response.required("sigma", .number(in: 0...5)),
                groupCorrelation: response.optional("group_correlation", .number(in: 0...1), default: 0),
                cap: response.required("max", .integer(in: 1...1 << 24)),
                driftPerStep: response.optional("drift_per_step", .number(in: -1e6...1e6), default: 0),
                drift: LengthDrift(curve: curve))
        }
    }
}

extension JSONType<(step: Int, mean: Double)> {
    fileprivate static var driftPoint: JSONType {
        .object { point in
            (step: point.required("step", .integer(in: 0...)), mean: point.required("mean", .number(in: 1...1e7)))
        }
    }
}
