import JSONText

extension SampleScenarios {
    /// Reinforcement-learning workloads that together use every key of theirs.
    static let learning: [JSONValue] = [shared, asynchronous, streamed, given, balanced]

    private static func scenario(_ workload: String) -> JSONValue {
        value(
            """
            { "schema": "simulate/1", "name": "learning",
              "cluster": { "nodes": { "a3": { "type": "atlas-800t-a3", "count": 4 }, "h20": { "type": "hgx-h20", "count": 1 } } },
              "workloads": { "grpo": \(workload) } }
            """)
    }

    /// Shared cards with all that happens between generating and training.
    private static let shared = scenario(
        """
        { "kind": "rl", "model": "qwen2.5-32b", "steps": 12, "warmup_steps": 2,
          "algorithm": { "name": "grpo", "prompts_per_step": 64, "rollouts_per_prompt": 16, "mini_batch_prompts": 32,
                         "epochs": 2, "advantage_time": "100 us", "reference_model": true, "critic": false },
          "lengths": { "prompt_tokens": { "kind": "constant", "value": 200 },
                       "response_tokens": { "kind": "lognormal", "mean": 850, "sigma": 0.6, "group_correlation": 0.7,
                                            "max": 2048, "drift_per_step": 1.5 } },
          "reward": { "kind": "rule", "time": { "kind": "lognormal", "mean": "20 ms", "sigma": 1.0 },
                      "timeout": "30 s", "workers": 32 },
          "tools": { "calls": 2, "latency": { "kind": "constant", "value": "2 s" }, "result_tokens": 50 },
          "placement": { "mode": "cocard", "train_devices": 32, "train_nodes": "a3", "device_memory": "60.96 GiB",
                         "price_per_device_hour": 1.5, "lease": "time-shared", "core_share": 0.6 },
          "train": { "tensor_parallel": 4, "pipeline_parallel": 4, "context_parallel": 1, "expert_parallel": 1,
                     "zero": 1, "gradient_dtype": "fp32", "recompute": "full", "pipeline_schedule": "interleaved",
                     "chunks": 2, "micro_batch_tokens": 8192, "utilisation": 0.4, "peak": "376 TFLOP/s" },
          "rollout": { "tensor_parallel": 4, "memory_utilisation": 0.85, "reserved_memory": "2 GiB",
                       "max_sequences": 256, "max_batch_tokens": 8192, "block_tokens": 128, "prefix_cache": true,
                       "preemption": "recompute", "execution": "graph-full", "kv_dtype": "bf16",
                       "timing": "profiles/a3.json", "dispatch": "pull", "inflight_per_replica": 64,
                       "migrate_tail": false },
          "transition": { "offload": { "parameters": true, "gradients": "discard", "optimizer": true, "pinned": true },
                          "residue": "1 GiB", "reshard": "all-gather-swap", "wake_order": ["weights", "kv_cache"],
                          "bucket": "512 MiB", "switch_time": "1 s" },
          "schedule": { "kind": "sync", "partial_rollout": { "max_split": 2, "stop_fraction": 0.9 } },
          "data_engine": { "kind": "streaming", "stream_stages": ["reference", "old_log_prob"], "warehouses": 4,
                           "controllers": 2, "chunk_samples": 32, "bytes_per_token": 60, "payload": "1 MB",
                           "store_bandwidth": "2.5 GB/s", "request_time": "500 us", "nodes": "a3" } }
        """)

    /// Asynchronous training with filtered groups and lengths that follow a curve.
    private static let asynchronous = scenario(
        """
        { "kind": "rl", "model": "qwen2.5-32b",
          "algorithm": { "name": "dapo", "prompts_per_step": 64, "rollouts_per_prompt": 8,
                         "dynamic_sampling": { "keep_rate": 0.6, "max_generation_batches": 5, "batch_prompts": 96 } },
          "lengths": { "prompt_tokens": { "kind": "lognormal", "mean": 300, "sigma": 0.5, "max": 1024 },
                       "response_tokens": { "kind": "lognormal", "mean": 850, "sigma": 0.6, "group_correlation": 0.5,
                                            "max": 2048,
                                            "drift": [ { "step": 0, "mean": 250 }, { "step": 200, "mean": 1000 } ] } },
          "reward": { "kind": "model" },
          "placement": { "mode": "separated", "train_devices": 32, "rollout_devices": 8, "rollout_nodes": "h20" },
          "train": { "tensor_parallel": 4, "timing": "profiles/a3.json" },
          "schedule": { "kind": "async", "rule": "areal", "max_staleness": 2, "sync_every_mini_batches": 2,
                        "kv_on_update": "keep" },
          "data_engine": { "kind": "barrier", "warehouses": 1, "controllers": 1, "chunk_samples": 64,
                           "bytes_per_token": 60, "payload": "0 B", "store_bandwidth": "2.5 GB/s",
                           "request_time": "500 us", "nodes": "h20" } }
        """)

    /// Recorded lengths.
    private static let streamed = scenario(
        """
        { "kind": "rl", "model": "qwen2.5-32b",
          "algorithm": { "name": "reinforce", "prompts_per_step": 64 },
          "lengths": { "trace": "lengths.csv" },
          "placement": { "mode": "separated", "train_devices": 32, "rollout_devices": 32 },
          "schedule": { "kind": "async", "rule": "verl", "staleness_fraction": 0.5 } }
        """)

    /// Phase times that are given.
    private static let given = scenario(
        """
        { "kind": "rl", "model": "qwen2.5-7b",
          "algorithm": { "name": "ppo", "prompts_per_step": 64 },
          "lengths": { "prompt_tokens": { "kind": "constant", "value": 200 },
                       "response_tokens": { "kind": "constant", "value": 1000 } },
          "placement": { "mode": "separated", "train_devices": 12, "rollout_devices": 4 },
          "schedule": { "kind": "one-step-off" },
          "fixed_phase_times": { "rollout": "321 s", "reference": "1 s", "reward": "2 s", "values": "3 s",
                                 "old_log_prob": "88 s", "update_critic": "4 s", "update": "286 s",
                                 "weight_sync": "5 s", "reshard_to_infer": "1 s", "reshard_to_train": "1 s",
                                 "train_devices": 16, "rollout_devices": 16 } }
        """)

    /// More is started than needed.
    private static let balanced = scenario(
        """
        { "kind": "rl", "model": "qwen2.5-7b",
          "algorithm": { "name": "grpo", "prompts_per_step": 64, "rollouts_per_prompt": 8 },
          "lengths": { "prompt_tokens": { "kind": "constant", "value": 200 },
                       "response_tokens": { "kind": "constant", "value": 1000 } },
          "reward": { "kind": "rule", "time": { "kind": "exponential", "mean": "1 s" } },
          "placement": { "mode": "hybrid", "train_devices": 16, "rollout_devices": 16 },
          "schedule": { "oversample": { "prompts": 1.25, "samples": 1.25, "defer_tail": true } } }
        """)
}
