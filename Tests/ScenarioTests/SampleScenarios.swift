import JSONText
import Scenario

/// Scenarios that the decoder and the schema accept; together they use every key of the schema.
enum SampleScenarios {
    static func value(_ text: String) -> JSONValue {
        do {
            return try JSONDocument(text: text).value
        } catch {
            fatalError("a sample is not valid JSON: \(error)")
        }
    }

    /// The scenario of the design, without the trace's path being there to read.
    static let separated = value(
        """
        {
          "schema": "simulate/1", "name": "separated", "description": "words", "seed": 7, "until": "10 min",
          "cluster": {
            "nodes": {
              "a2": { "type": "atlas-800t-a2", "count": 3, "device": "ascend-910b3", "devices_per_node": 8,
                      "nic_bandwidth": "200 Gbit/s", "scale_up_bandwidth": "28 GB/s", "host_memory": "1.5 TiB",
                      "pinned_bandwidth": "20 GB/s", "pageable_bandwidth": "4 GB/s", "cost_per_hour": 12.5 },
              "h20": { "type": "hgx-h20", "count": 1 }
            },
            "fabric": { "kind": "leaf-spine", "nodes_per_leaf": 8, "oversubscription": 1.5, "network_efficiency": 0.8,
                        "scale_up_efficiency": 0.85, "transfer_setup": "1 ms" }
          },
          "workloads": { "chat": {
            "kind": "serving", "model": "qwen2.5-32b", "max_context": 131072, "weights": { "dtype": "fp8" },
            "traffic": { "trace": "trace.jsonl", "format": "mooncake", "speed": 2.5, "spread_ticks": true,
                         "from": "1 s", "to": "1 h", "max_requests": 100, "concurrency": 8 },
            "pools": {
              "prefill": { "role": "prefill", "nodes": "a2", "tensor_parallel": 4, "expert_parallel": 1,
                           "replicas": 6, "max_batch_tokens": 4096, "max_sequences": 64,
                           "timing": "profiles/a2.json", "measured_kernels": "kernels/tp4", "kv_blocks": 9000 },
              "decode": { "role": "decode", "nodes": "h20", "tensor_parallel": 4, "replicas": 2 }
            },
            "engine": { "max_batch_tokens": 8192, "max_sequences": 256, "block_tokens": 16, "prefix_cache": true,
                        "chunked_prefill": false, "admit_whole_prompts": true, "execution": "graph-full", "memory_fraction": 0.85,
                        "reserved_memory": "2 GiB", "front_end": "5 ms" },
            "kv": { "dtype": "bf16", "transfer": "layerwise-push", "first_token": "prefill" },
            "router": { "prefill": "prefix-aware", "decode": "least-kv" },
            "slo": { "ttft": "2 s", "tpot": "50 ms", "itl": "0.2 s", "e2e": "1 min", "attainment": 0.95 }
          } },
          "events": [ { "at": "0 s", "kind": "device-fails", "target": "h20/0/3", "for": "120 s" } ],
          "sampling": { "steps": 32, "strata": 6, "layers": 1, "width": 0.25, "memory": "256 MiB", "seed": 5,
                        "samples": "samples.json" },
          "variants": { "h20-colocated": {
            "events": [], "sampling": { "steps": 16 },
            "schema": "simulate/1", "name": "colocated", "description": "other words", "seed": 8, "until": "5 min",
            "cluster": { "nodes": { "a2": null, "h20": { "count": 4 } } },
            "workloads": { "chat": { "pools": { "prefill": null, "decode": null,
              "mixed": { "role": "mixed", "nodes": "h20", "tensor_parallel": 4, "replicas": 8 } } } }
          } }
        }
        """)

    /// Generated traffic on mixed pools, the model written in place.
    static let generated = value(
        """
        {
          "schema": "simulate/1", "name": "generated",
          "cluster": { "nodes": { "h20": { "type": "hgx-h20", "count": 1 } } },
          "workloads": { "chat": {
            "kind": "serving",
            "model": {
              "name": "own", "hidden_size": 512, "query_heads": 8, "key_value_heads": 2, "head_size": 64,
              "intermediate_size": 1024, "vocabulary": 32000, "tied_embeddings": true, "maximum_context": 4096,
              "extended_context": 8192, "weight_type": "bf16", "expert_type": "fp8", "embedding_type": "bf16",
              "key_value_type": "fp8",
              "mixture_of_experts": { "experts": 8, "experts_per_token": 2, "shared_experts": 1,
                                      "expert_intermediate": 256 },
              "layer_groups": [ { "attention": "window", "window": 128, "feed_forward": "moe", "count": 2 },
                                { "attention": "full", "feed_forward": "dense", "count": 2 } ],
              "multi_token_prediction_layers": 1, "provenance": "assumed", "source": "a test",
              "assumed": ["hidden_size"]
            },
            "traffic": { "generate": {
              "requests": 40, "arrivals": { "kind": "gamma", "rate_per_s": 20, "coefficient_of_variation": 2 },
              "input_tokens": { "kind": "normal", "mean": 512, "stdev": 256, "min": 2, "max": 1500 },
              "output_tokens": { "kind": "lognormal", "median": 20, "p90": 60, "min": 1, "max": 200 },
              "tick": "10 ms", "prefix_block_tokens": 16, "system_prompt_tokens": 100, "max_input_tokens": 3000,
              "documents": { "count": 4, "tokens": { "kind": "constant", "value": 300 }, "share": 0.5,
                             "zipf_exponent": 1.2 },
              "sessions": { "turns": { "kind": "uniform", "min": 1, "max": 4 },
                            "think_time_ms": { "kind": "lognormal", "mean": 50, "stdev": 20, "min": 1, "max": 900 },
                            "new_tokens": { "kind": "constant", "value": 30 }, "rewrite_share": 0.25 }
            } },
            "pools": { "mixed": { "role": "mixed", "nodes": "h20", "tensor_parallel": 2, "expert_parallel": 2,
                                  "replicas": 4, "lease": "time-shared", "core_share": 0.4 } }
          } }
        }
        """)

    /// Batch jobs of a trace file, with everything that a workload of jobs may state.
    static let jobs = value(
        """
        {
          "schema": "simulate/1", "name": "jobs",
          "cluster": { "nodes": { "a": { "type": "generic", "devices_per_node": 4, "count": 2 },
                                  "b": { "type": "hgx-h20", "count": 1 } } },
          "workloads": { "batch": {
            "kind": "jobs", "nodes": ["a", "b"],
            "traffic": { "trace": "jobs.csv", "format": "philly", "max_jobs": 10, "speed": 2 },
            "policy": { "queue": "2d-las", "when_blocked": "skip", "preempt": { "queues": ["1 h", "2 h"], "tick": "1 s" },
                        "placement": "pack", "restart_cost": { "single": "1 s", "few": "2 s", "many": "3 s" },
                        "compatibility": "tiresias-demotion" },
            "tenants": { "t": { "quota_devices": 4, "borrow": true, "reclaim": true, "weight": 2, "nodes": "b" },
                         "s": { "virtual_cluster": "w" },
                         "g": { "cells": { "a": { "leaf": 1, "node": 1, "package": 1, "device": 2 } } } },
            "submit": [ { "at": "0 s", "devices": 2, "duration": "1 h", "name": "first", "tenant": "t",
                          "estimate": "2 h", "priority": 3, "deadline": "5 h", "device_type": "a", "within": "node", "preemptible": false },
                        { "at": "1 s", "bundles": [ { "devices": 2, "count": 2, "device_type": "a", "actor": true },
                                                    { "devices": 4 } ],
                          "strategy": "SPREAD", "tasks": { "count": 9, "devices": 2, "duration": "1 min" } } ],
            "bundles": { "devices": 2, "strategy": "STRICT_SPREAD" },
            "autoscale": { "nodes": { "a": { "min": 1, "max": 2, "boot_time": "2 min", "idle_timeout": "5 min" } },
                           "upscaling_speed": 2, "max_concurrent_launches": 3, "interval": "10 s" },
            "events": [
              { "kind": "vc.create", "at": "0 s", "name": "v", "replica_sets": { "a": 2 }, "divisible": true },
              { "kind": "vc.create", "at": "1 s", "name": "w", "replica_sets": { "a": 1 }, "parent": "v" },
              { "kind": "vc.update", "at": "1 h", "name": "w", "revision": 1, "replica_sets": { "a": 2 } },
              { "kind": "vc.remove-nodes", "at": "2 h", "name": "w", "node_names": ["a/0"] },
              { "kind": "vc.remove", "at": "3 h", "name": "w" },
              { "kind": "drain", "at": "4 h", "target": "b/0", "for": "1 h", "preempt_after": "10 min" } ],
            "checkpoint": { "interval": "10 min", "cost": "5 s" },
            "failures": { "node_mtbf": "100 h", "repair": "1 h" },
            "nodes_per_super_node": 8, "within": "leaf",
            "slowdown": { "across_packages": 1.01, "across_super_nodes": 1.3, "across_nodes": 1.05,
                          "across_leaves": 1.2 }, "speeds": { "a": 0.5 },
            "host": { "cpus_per_node": 96, "memory_per_node": "1 TiB" }
          } }
        }
        """)

    /// The same with generated jobs under a policy that looks at durations.
    static let generatedJobs = jobs.applying(mergePatch: ["workloads": ["batch": [
        "traffic": ["trace": .null, "format": .null, "max_jobs": .null, "speed": .null, "generate": [
            "jobs": 20, "arrivals": ["kind": "poisson", "rate_per_s": 0.01], "devices": ["1": 0.5, "4": 0.5],
            "duration": ["median": "10 min", "p90": "1 h", "max": "1 d"], "tenants": ["t": 1, "u": 2]]],
        "policy": ["queue": "sjf", "when_blocked": "reserve-head", "preempt": false, "restart_cost": "none",
                   "durations": ["lognormal_sigma": 1], "compatibility": .null],
    ]]])

    /// Jobs in rounds, elastic jobs and tasks on parts of devices, with everything that such workloads may state.
    static let dividedJobs = [
        """
        { "kind": "jobs",
          "policy": { "rounds": { "divide": "allox", "round": "2 min", "ends_early": false, "divide_every": "1000 s",
                                  "restart": "20 s", "match_fraction": 0.2 } },
          "traffic": { "trace": "jobs.trace", "format": "gavel", "throughputs": "table.json", "max_jobs": 5 },
          "submit": [ { "at": "0 s", "name": "one", "steps": 100, "devices": 2, "weight": 2, "steps_per_s": { "a": 1.5 } } ] }
        """,
        """
        { "kind": "jobs",
          "policy": { "elastic": { "divide": "deadline", "interval": "1 min", "restart": "10 s" } },
          "traffic": { "trace": "workload.csv", "format": "pollux", "steps": "traces", "noise_scale": 5, "max_jobs": 5 },
          "submit": [ { "at": "0 s", "name": "one", "units": 10, "units_per_s": [1, 1.5], "deadline": "1 h" } ] }
        """,
        """
        { "kind": "jobs",
          "policy": { "fractions": { "placement": "fgd", "when_blocked": "block",
                                     "host": { "a": { "cpus_per_node": 96, "memory_per_node": "1 TiB" } } } },
          "traffic": { "trace": "pods.csv", "format": "openb", "max_jobs": 5 },
          "submit": [ { "at": "0 s", "name": "one", "duration": "1 h", "devices": 1, "device_share": 0.5, "cpus": 4,
                        "memory": "8 GiB", "nodes": ["a"] } ] }
        """,
    ].map { workload in
        value(
            """
            { "schema": "simulate/1", "name": "divided",
              "cluster": { "nodes": { "a": { "type": "generic", "devices_per_node": 4, "count": 2 } } },
              "workloads": { "batch": \(workload) } }
            """)
    }

    /// The same with jobs like those of real clusters.
    static let profiledJobs = generatedJobs.setting(
        ["workloads", "batch", "traffic", "generate"],
        to: ["profile": "acme", "jobs": 20, "speed": 2, "max_devices": 4, "tenants": ["t": 1]])

    /// All samples: those above and what excludes parts of them.
    static let all: [JSONValue] = [separated, generated, preset, jobs, generatedJobs, profiledJobs] + dividedJobs
        + patches.map { generated.applying(mergePatch: $0) } + learning + [training, submitted]

    private static let preset = generated.setting(
        ["workloads", "chat", "traffic", "generate"], to: ["preset": "conversation", "requests": 5])

    private static func generate(_ changes: JSONValue) -> JSONValue {
        ["workloads": ["chat": ["traffic": ["generate": changes]]]]
    }

    private static let patches: [JSONValue] = [
        generate(["sessions": .null, "arrivals": ["kind": "weibull", "shape": 0.7, "coefficient_of_variation": .null]]),
        generate(["sessions": .null, "arrivals": ["kind": "poisson", "coefficient_of_variation": .null]]),
        generate([
            "sessions": .null,
            "arrivals": ["kind": "closed-loop", "rate_per_s": .null, "coefficient_of_variation": .null,
                         "concurrency": 4],
        ]),
        generate([
            "input_tokens": ["kind": "empirical", "trace": "other.csv", "format": "azure", "mean": .null,
                             "stdev": .null, "min": .null, "max": .null]
        ]),
        ["workloads": ["chat": ["model": [
            "head_size": .null, "key_value_heads": .null, "intermediate_size": .null,
            "layer_groups": [["attention": "mla", "feed_forward": "moe", "count": 2]],
            "latent_attention": ["query_rank": 0, "key_value_rank": 64, "nope_head_size": 32, "rope_head_size": 16,
                                 "value_head_size": 32],
        ]]]],
    ]
}

extension JSONValue {
    /// The value as a scenario without a file.
    func scenario(settings: [String] = []) throws -> ScenarioDocument {
        try ScenarioDocument(JSONDocument(bytes: JSONWriter.pretty.bytes(of: self)), settings: settings)
    }

    /// Every problem of every variant's text.
    var problems: [JSONProblem] {
        do {
            let document = try scenario()
            return document.variantNames.flatMap { document.problems(variant: $0) }
        } catch let error as JSONProblems {
            return error.problems
        } catch {
            return [JSONProblem(message: "\(error)")]
        }
    }

    /// The value with another one at a path; nil removes it.
    func setting(_ path: JSONPath, to new: JSONValue?) -> JSONValue {
        guard let first = path.components.first else { return new ?? .null }
        let rest = JSONPath(Array(path.components.dropFirst()))
        switch (first, self) {
        case (.key(let key), .object(var object)):
            object[key] = rest.isRoot ? new : (object[key] ?? [:]).setting(rest, to: new)
            return .object(object)
        case (.index(let index), .array(var elements)):
            if let new = rest.isRoot ? new : elements[index].setting(rest, to: new) {
                elements[index] = new
            } else {
                elements.remove(at: index)
            }
            return .array(elements)
        default: return self
        }
    }
}

extension ScenarioDocument {
    /// What is wrong with the text of a variant.
    func problems(variant: String = baseName) -> [JSONProblem] {
        do {
            _ = try specification(variant: variant)
            return []
        } catch {
            return error.problems
        }
    }
}
