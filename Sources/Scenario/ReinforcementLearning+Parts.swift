import Hardware
import JSONText
import ModelGraph
import ReinforcementLearning
import Serving
import Timing
import Training

extension JSONType<PlacementSpecification> {
    static func placement(nodeGroups: [String]) -> JSONType {
        .object { placement in
            let mode = placement.required("mode", .choice(PlacementMode.self))
            let train = placement.required("train_devices", .integer(in: 1...1 << 20))
            let rollout = placement.optional("rollout_devices", .integer(in: 1...1 << 20))
            let nodes: JSONType<String> = nodeGroups.isEmpty ? .name : .choice(of: nodeGroups)
            let first = nodeGroups.first ?? ""
            let trainNodes = placement.optional("train_nodes", nodes, default: first)
            let rolloutNodes = placement.optional("rollout_nodes", nodes, default: trainNodes)
            if mode == .cocard {
                if let rollout, rollout != train {
                    placement.fail(
                        at: "rollout_devices", "shared cards are the same for both: \(rollout) is not \(train)",
                        remedy: "leave it out")
                }
                if placement.has("rollout_nodes"), rolloutNodes != trainNodes {
                    placement.fail(at: "rollout_nodes", "shared cards lie on train_nodes", remedy: "leave it out")
                }
            } else if rollout == nil {
                placement.fail("cards of their own need rollout_devices")
            }
            let lease = placement.lease()
            if lease.isShared, mode == .hybrid {
                placement.fail(
                    at: "lease", "devices that are lent inside the workload are not shared with others",
                    remedy: "use the mode cocard or separated")
            }
            return PlacementSpecification(
                mode: mode, trainNodes: trainNodes, rolloutNodes: rolloutNodes, trainDevices: train,
                rolloutDevices: rollout ?? train,
                deviceMemoryBytes: placement.optional("device_memory", .bytes(sign: .positive)),
                pricePerDeviceHour: placement.optional("price_per_device_hour", .number(in: 0...1e9)), lease: lease)
        }
    }
}

extension TrainSpecification {
    static let standard = TrainSpecification(
        tensor: 1, pipeline: 1, context: 1, expert: 1, sharding: .optimizer, gradientBytes: 4, recompute: .full,
        schedule: .oneForwardOneBackward, microBatchTokens: 8192, utilisation: nil, peakFlopPerSecond: nil, timing: nil)
}

extension JSONType<TrainSpecification> {
    static func train(folder: String) -> JSONType {
        .object { train in
            let degree = JSONType<Int>.integer(in: 1...1 << 16)
            let schedule = train.optional(
                "pipeline_schedule", .choice(of: ["1f1b", "interleaved", "zero-bubble"]), default: "1f1b")
            let chunks = train.optional("chunks", .integer(in: 1...64))
            if chunks != nil, schedule != "interleaved" {
                train.fail(at: "chunks", "has an effect only with the schedule interleaved", remedy: "leave it out")
            }
            let utilisation = train.optional("utilisation", .number(in: 0.001...1))
            let peak = train.optional("peak", .quantity(.compute, sign: .positive))
            let timing = train.optional("timing", .string).map { resolve($0, folder) }
            if utilisation == nil, peak != nil {
                train.fail(at: "peak", "has an effect only beside utilisation", remedy: "state utilisation too")
            }
            if utilisation != nil, timing != nil {
                train.fail(at: "timing", "has no effect beside utilisation", remedy: "keep one of them")
            }
            return TrainSpecification(
                tensor: train.optional("tensor_parallel", degree, default: 1),
                pipeline: train.optional("pipeline_parallel", degree, default: 1),
                context: train.optional("context_parallel", degree, default: 1),
                expert: train.optional("expert_parallel", degree, default: 1),
                sharding: StateSharding(
                    rawValue: train.optional("zero", .integer(in: 0...3), default: 1)) ?? .optimizer,
                gradientBytes: train.optional(
                    "gradient_dtype", .choice(of: ["fp32", "bf16"]), default: "fp32") == "bf16" ? 2 : 4,
                recompute: train.optional("recompute", .choice(), default: .full),
                schedule: schedule == "interleaved"
                    ? .interleaved(chunks: chunks ?? 2)
                    : schedule == "zero-bubble" ? .zeroBubble : .oneForwardOneBackward,
                microBatchTokens: train.optional("micro_batch_tokens", .integer(in: 1...1 << 24), default: 8192),
                utilisation: utilisation, peakFlopPerSecond: peak, timing: timing)
        }
    }
}

extension RolloutSpecification {
    static let standard = RolloutSpecification(
        tensor: 1, memoryUtilisation: 0.85, reservedBytes: 2 << 30, engine: EngineConfiguration(blockTokens: 128),
        execution: .graphFull, keyValueType: nil, timing: nil, dispatch: .pull, inFlightPerReplica: nil,
        migratesTail: false)
}

extension JSONType<RolloutSpecification> {
    static func rollout(folder: String) -> JSONType {
        .object { rollout in
            let standard = RolloutSpecification.standard
            var result = standard
            result.tensor = rollout.optional("tensor_parallel", .integer(in: 1...1 << 16), default: 1)
            result.memoryUtilisation = rollout.optional(
                "memory_utilisation", .number(in: 0.01...1), default: standard.memoryUtilisation)
            result.reservedBytes = rollout.optional("reserved_memory", .bytes(), default: standard.reservedBytes)
            result.engine.maximumSequences = rollout.optional("max_sequences", .integer(in: 1...1 << 20), default: 256)
            result.engine.maximumBatchTokens = rollout.optional(
                "max_batch_tokens", .integer(in: 1...1 << 20), default: 8192)
            checkBatch(result.engine.maximumBatchTokens, result.engine.maximumSequences, rollout)
            result.engine.blockTokens = rollout.optional("block_tokens", .integer(in: 1...4096), default: 128)
            result.engine.prefixCache = rollout.optional("prefix_cache", .bool, default: true)
            _ = rollout.optional("preemption", .choice(of: ["recompute"]), default: "recompute")
            result.execution = rollout.optional("execution", .choice(), default: .graphFull)
            result.keyValueType = rollout.optional(
                "kv_dtype", .choice(among: [DataType.bf16, .fp16, .fp8, .int8].map { ($0.rawValue, $0) }))
            result.timing = rollout.optional("timing", .string).map { resolve($0, folder) }
            result.dispatch = rollout.optional("dispatch", .choice(), default: .pull)
            result.inFlightPerReplica = rollout.optional("inflight_per_replica", .integer(in: 1...1 << 20))
            if result.dispatch == .fixed, result.inFlightPerReplica != nil {
                rollout.fail(
                    at: "inflight_per_replica", "has no effect on static dispatch", remedy: "leave it out or use pull")
            }
            result.migratesTail = rollout.optional("migrate_tail", .bool, default: false)
            return result
        }
    }
}

extension TransitionSpecification {
    static let standard = TransitionSpecification(
        configuration: TransitionConfiguration(), residueBytes: 0, reshard: nil, bucketBytes: 512 << 20)
}

extension JSONType<TransitionSpecification> {
    static var transition: JSONType {
        .object { transition in
            var result = TransitionSpecification.standard
            transition.child("offload")?.object { offload in
                result.configuration.offloadsParameters = offload.optional("parameters", .bool, default: true)
                result.configuration.offloadsOptimizer = offload.optional("optimizer", .bool, default: true)
                result.configuration.keepsGradients =
                    offload.optional("gradients", .choice(of: ["discard", "keep"]), default: "discard") == "keep"
                result.configuration.isPinned = offload.optional("pinned", .bool, default: true)
            }
            result.residueBytes = transition.optional("residue", .bytes(), default: 0)
            result.reshard = transition.optional("reshard", .choice())
            result.bucketBytes = transition.optional("bucket", .bytes(sign: .positive), default: 512 << 20)
            result.configuration.switchNanoseconds = transition.optional("switch_time", .duration(), default: 0)
            let tags = transition.optional(
                "wake_order", .array(of: .choice(of: ["weights", "kv_cache"])), default: ["weights", "kv_cache"])
            if tags.count != 2 || tags[0] == tags[1] {
                transition.fail(at: "wake_order", "is not weights and kv_cache in either order")
            } else if tags[0] == "kv_cache" {
                result.configuration.wakeOrder = .together
            }
            return result
        }
    }
}

extension JSONType<RewardConfiguration> {
    static var reward: JSONType {
        .object { reward in
            let kind = reward.required("kind", .choice(RewardKind.self))
            if kind != .rule {
                for key in ["time", "timeout", "workers"] where reward.has(key) {
                    reward.fail(at: key, "has an effect only with the kind rule", remedy: "leave it out")
                }
                return RewardConfiguration(kind: kind)
            }
            return RewardConfiguration(
                kind: kind, time: reward.required("time", .timeDistribution),
                timeout: reward.optional("timeout", .duration(sign: .positive), default: .max),
                workers: reward.optional("workers", .integer(in: 1...1 << 16), default: 1))
        }
    }
}

extension JSONType<TimeDistribution> {
    static var timeDistribution: JSONType {
        .object { time in
            switch time.required("kind", .choice(of: ["constant", "lognormal", "exponential"])) {
            case "lognormal":
                return .lognormal(
                    mean: Double(time.required("mean", .duration(sign: .positive))),
                    sigma: time.required("sigma", .number(in: 0...5)))
            case "exponential": return .exponential(mean: Double(time.required("mean", .duration(sign: .positive))))
            default: return .constant(time.required("value", .duration()))
            }
        }
    }
}

extension JSONType<ToolCalls> {
    static var tools: JSONType {
        .object { tools in
            ToolCalls(
                calls: tools.required("calls", .integer(in: 1...1000)),
                latency: tools.required("latency", .timeDistribution),
                resultTokens: tools.optional("result_tokens", .integer(in: 0...1 << 20), default: 0))
        }
    }
}

extension JSONType<DataEngineSpecification> {
    static func dataEngine(nodeGroups: [String]) -> JSONType {
        .object { engine in
            let standard = DataEngineConfiguration()
            let kind = engine.optional("kind", .choice(), default: standard.kind)
            let stages: [(name: String, value: ComputePass)] = [
                ("reference", .reference), ("reward", .reward), ("old_log_prob", .oldLogProbabilities),
            ]
            let streamed = engine.optional("stream_stages", .array(of: .choice(among: stages)))
            if streamed != nil, kind == .barrier {
                engine.fail(at: "stream_stages", "has no effect behind a barrier", remedy: "use the kind streaming")
            }
            let nodes = engine.optional("nodes", nodeGroups.isEmpty ? .name : .choice(of: nodeGroups))
            return DataEngineSpecification(
                configuration: DataEngineConfiguration(
                    kind: kind,
                    warehouses: engine.optional("warehouses", .integer(in: 1...4096), default: standard.warehouses),
                    controllers: engine.optional("controllers", .integer(in: 1...4096), default: standard.controllers),
                    chunkSamples: engine.optional(
                        "chunk_samples", .integer(in: 1...1 << 20), default: standard.chunkSamples),
                    bytesPerToken: engine.optional(
                        "bytes_per_token", .integer(in: 0...1 << 30), default: standard.bytesPerToken),
                    payloadBytesPerSample: engine.optional("payload", .bytes(), default: 0),
                    storeBytesPerSecond: engine.optional(
                        "store_bandwidth", .quantity(.bandwidth, sign: .positive),
                        default: standard.storeBytesPerSecond),
                    requestNanoseconds: engine.optional(
                        "request_time", .duration(), default: standard.requestNanoseconds)),
                streamedPasses: kind == .streaming ? streamed ?? stages.map(\.value) : [],
                nodes: nodes)
        }
    }
}

extension JSONType<FixedPhaseTimes> {
    static var fixedPhaseTimes: JSONType {
        .object { fixed in
            let time = JSONType<Int64>.duration()
            let passes: [(String, ComputePass)] = [
                ("reference", .reference), ("reward", .reward), ("values", .values),
                ("old_log_prob", .oldLogProbabilities), ("update_critic", .updateCritic), ("update", .updateActor),
            ]
            var times = Array(repeating: Int64(0), count: ComputePass.allCases.count)
            for (key, pass) in passes { times[pass.rawValue] = fixed.optional(key, time, default: 0) }
            return FixedPhaseTimes(
                rollout: fixed.required("rollout", time), passes: times,
                weightSync: fixed.optional("weight_sync", time, default: 0),
                reshardToInfer: fixed.optional("reshard_to_infer", time, default: 0),
                reshardToTrain: fixed.optional("reshard_to_train", time, default: 0),
                passDevices: fixed.optional("train_devices", .integer(in: 1...1 << 20), default: 0),
                rolloutDevices: fixed.optional("rollout_devices", .integer(in: 1...1 << 20), default: 0))
        }
    }
}
