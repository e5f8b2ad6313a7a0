import JSONText

extension SampleScenarios {
    /// Training with every key of its own.
    static let training = value(
        """
        { "schema": "simulate/1", "name": "training",
          "cluster": { "nodes": { "a3": { "type": "atlas-800t-a3", "count": 2 } } },
          "workloads": { "pretrain": {
            "kind": "training", "model": "qwen2.5-7b", "nodes": "a3", "devices": 16, "steps": 4,
            "batch": { "sequences": 32, "sequence_tokens": 4096 },
            "train": { "tensor_parallel": 4, "pipeline_parallel": 2 },
            "checkpoint": { "every_steps": 2, "pinned": false, "asynchronous": true }, "start_time": "30 s" } } }
        """)

    /// Training that a job starts.
    static let submitted = value(
        """
        { "schema": "simulate/1", "name": "submitted",
          "cluster": { "nodes": { "a3": { "type": "atlas-800t-a3", "count": 2 } } },
          "workloads": {
            "pretrain": { "kind": "training", "model": "qwen2.5-7b", "nodes": "a3", "devices": 16, "steps": 4,
              "batch": { "sequences": 32, "sequence_tokens": 4096 } },
            "batch": { "kind": "jobs", "compare_alone": true, "tenants": { "t": { "quota_devices": 32 } },
              "submit": [ { "at": "10 s", "workload": "pretrain", "devices": 16, "name": "first", "tenant": "t",
                            "estimate": "2 h", "priority": 3, "deadline": "5 h", "preemptible": false } ] } } }
        """)
}
