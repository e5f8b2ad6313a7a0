import JSONText
import Report
import Scenario
import Studies

/// Small scenarios that run in a moment.
enum SampleRuns {
    /// Two pools with transfers between them, an objective, and a variant without either.
    static let text = """
        {
          "schema": "simulate/1", "name": "sample", "seed": 3,
          "cluster": { "nodes": { "h20": { "type": "hgx-h20", "count": 1 },
                                  "a2": { "type": "atlas-800t-a2", "count": 1 } } },
          "workloads": { "chat": {
            "kind": "serving", "model": "qwen3-8b", "max_context": 4096,
            "traffic": { "generate": {
              "requests": 30, "arrivals": { "kind": "poisson", "rate_per_s": 20 },
              "input_tokens": { "kind": "uniform", "min": 50, "max": 500 },
              "output_tokens": { "kind": "uniform", "min": 1, "max": 40 },
              "prefix_block_tokens": 16, "system_prompt_tokens": 64
            } },
            "pools": { "prompts": { "role": "prefill", "nodes": "a2", "tensor_parallel": 2, "replicas": 2 },
                       "answers": { "role": "decode", "nodes": "h20", "replicas": 2 } },
            "engine": { "block_tokens": 16 },
            "slo": { "ttft": "1 s", "tpot": "50 ms" }
          } },
          "variants": { "together": { "workloads": { "chat": { "pools": {
            "prompts": null, "answers": null,
            "all": { "role": "mixed", "nodes": "h20", "tensor_parallel": 2, "replicas": 2 } } } } } }
        }
        """

    static func document(_ patch: JSONValue = [:]) throws -> ScenarioDocument {
        let value = try JSONDocument(text: text).value.applying(mergePatch: patch)
        return try ScenarioDocument(JSONDocument(bytes: JSONWriter.pretty.bytes(of: value)))
    }

    /// The runs of all variants.
    static func runs(_ document: ScenarioDocument) throws -> [VariantRun] {
        try document.variantNames.map { name in
            let checked = try document.checked(variant: name)
            var world = checked.world()
            world.run()
            return VariantRun(name: name, scenario: checked, world: world)
        }
    }

    static func runs(_ patch: JSONValue = [:]) throws -> [VariantRun] { try runs(document(patch)) }

    static func result(_ patch: JSONValue = [:]) throws -> JSONValue {
        let document = try document(patch)
        return try ResultDocument(scenario: document.value, variants: runs(document)).value
    }

    /// A result with three draws of the timing parameters.
    static func drawnResult(_ patch: JSONValue = [:]) async throws -> JSONValue {
        let document = try document(patch)
        var runs = try runs(document)
        let drawn = await ParameterDraws(seed: 1, count: 3).run(runs.map(\.scenario), jobs: 1)
        for index in runs.indices { runs[index].drawn = drawn[index] }
        return ResultDocument(scenario: document.value, variants: runs).value
    }

    /// Two variants of reinforcement learning, of other numbers of devices.
    static let learning: JSONValue = [
        "workloads": ["chat": .null, "grpo": [
            "kind": "rl", "model": "qwen3-0.6b", "steps": 2,
            "algorithm": ["name": "grpo", "prompts_per_step": 2, "rollouts_per_prompt": 2],
            "lengths": ["prompt_tokens": ["kind": "constant", "value": 64],
                        "response_tokens": ["kind": "constant", "value": 32]],
            "placement": ["mode": "cocard", "train_devices": 2, "train_nodes": "h20"]]],
        "variants": ["together": .null, "four": ["workloads": ["grpo": ["placement": ["train_devices": 4]]]]]]

    /// A result that took samples: experts spread over ranks on one pool, one pool on the host itself.
    static func sampledResult() throws -> JSONValue {
        let document = try document([
            "cluster": ["nodes": ["host": ["type": "host-1", "count": 1], "a2": .null]],
            "sampling": ["steps": 8, "layers": 1, "width": 0.02], "variants": .null,
            "workloads": [
                "chat": [
                    "model": "qwen3-30b-a3b", "slo": .null, "traffic": ["generate": ["requests": 4]],
                    "pools": [
                        "prompts": .null, "answers": .null,
                        "all": [
                            "role": "mixed", "nodes": "h20", "tensor_parallel": 2, "expert_parallel": 2,
                            "replicas": 1]]],
                "small": [
                    "kind": "serving", "model": "qwen3-0.6b", "max_context": 256,
                    "traffic": ["generate": [
                        "requests": 3, "arrivals": ["kind": "constant", "rate_per_s": 3],
                        "input_tokens": ["kind": "constant", "value": 64],
                        "output_tokens": ["kind": "constant", "value": 8]]],
                    "pools": ["own": ["role": "mixed", "nodes": "host", "replicas": 1]]]]])
        let checked = try document.checked()
        let file = SamplesFile(
            scale: StepScale(checked.sampling), seed: checked.sampling.seed,
            variants: [try StepSampler(checked).sample(variant: "base", hash: document.sampledHash(variant: "base"))])
        let scenario = file.applied(to: checked, variant: "base")
        var world = scenario.world()
        world.keepSteps()
        world.run()
        var run = VariantRun(name: "base", scenario: scenario, world: world)
        run.sampled = SampledOutcome(file, variant: "base", scenario, world)
        return ResultDocument(scenario: document.value, variants: [run]).value
    }

    /// Patches that exercise what a result may hold.
    static let patches: [(name: String, patch: JSONValue)] = [
        ("as it is", [:]),
        ("without variants", ["variants": .null]),
        ("without an objective", ["workloads": ["chat": ["slo": .null]]]),
        ("cut before anything is done", ["until": "1 us"]),
        ("cut in the middle", ["until": "700 ms"]),
        ("requests too long", ["workloads": ["chat": ["max_context": 300]]]),
        ("without blocks", ["workloads": ["chat": ["traffic": ["generate": [
            "prefix_block_tokens": .null, "system_prompt_tokens": .null]]]]]),
        ("closed loop", ["workloads": ["chat": ["traffic": ["generate": ["arrivals": [
            "kind": "closed-loop", "rate_per_s": .null, "concurrency": 4]]]]]]),
        ("pushed layer by layer", ["workloads": ["chat": ["kv": ["transfer": "layerwise-push"]]]]),
        ("batch jobs beside", ["workloads": ["batch": [
            "kind": "jobs", "nodes": ["h20"],
            "traffic": ["generate": [
                "jobs": 40, "arrivals": ["kind": "poisson", "rate_per_s": 0.1], "devices": ["1": 2, "2": 1],
                "duration": ["median": "10 s", "p90": "1 min"], "tenants": ["t": 1, "u": 1]]],
            "policy": ["queue": "sjf"], "tenants": ["t": ["quota_devices": 2]]]]]),
        ("batch jobs on virtual clusters", ["workloads": ["batch": [
            "kind": "jobs", "nodes": ["h20"], "tenants": ["t": ["virtual_cluster": "v"]],
            "submit": [["at": "1 s", "devices": 1, "duration": "20 s", "tenant": "t"]],
            "events": [
                ["at": "2 s", "kind": "vc.create", "name": "v", "replica_sets": ["h20": 9]],
                ["at": "3 s", "kind": "vc.create", "name": "v", "replica_sets": ["h20": 0]],
                ["at": "4 s", "kind": "drain", "target": "h20/0", "preempt_after": "3 s"]]]]]),
        ("batch jobs on nodes that come and go", [
            "cluster": ["nodes": ["spare": ["type": "hgx-h20", "count": 2, "cost_per_hour": 10]]],
            "workloads": ["batch": [
                "kind": "jobs", "nodes": ["spare"], "submit": [["at": "1 s", "devices": 9, "duration": "20 s"]],
                "autoscale": ["nodes": ["spare": ["boot_time": "10 s"]]]]]]),
        ("batch jobs cut at once", ["until": "1 us", "workloads": ["batch": [
            "kind": "jobs", "nodes": ["h20"], "submit": [["at": "1 h", "devices": 1, "duration": "1 s"]]]]]),
        ("serving as a job of a tenant", ["workloads": ["batch": [
            "kind": "jobs", "compare_alone": true, "submit": [
                ["at": "100 ms", "workload": "chat", "tenant": "t"],
                ["at": "0 s", "devices": 5, "duration": "1 s", "tenant": "u"]]]]]),
        ("jobs in rounds beside", ["workloads": ["batch": [
            "kind": "jobs", "policy": ["rounds": ["divide": "las", "round": "1 s"]],
            "submit": [["at": "0 s", "steps": 10, "devices": 2, "steps_per_s": ["h20": 5]],
                       ["at": "1 s", "steps": 10, "devices": 1, "steps_per_s": ["a2": 4, "h20": 1]]]]]]),
        ("elastic jobs beside", ["workloads": ["batch": [
            "kind": "jobs", "policy": ["elastic": ["divide": "goodput", "interval": "1 s"]],
            "submit": [["at": "0 s", "units": 10, "units_per_s": [1, 1.5]]]]]]),
        ("parts of devices beside", ["workloads": ["batch": [
            "kind": "jobs", "policy": ["fractions": ["placement": "best-fit"]],
            "submit": [["at": "0 s", "duration": "10 s", "device_share": 0.25]]]]]),
        ("reinforcement learning beside it", ["variants": ["more": ["workloads": ["grpo": [
            "kind": "rl", "model": "qwen3-0.6b", "steps": 2,
            "algorithm": ["name": "grpo", "prompts_per_step": 2, "rollouts_per_prompt": 2],
            "lengths": ["prompt_tokens": ["kind": "constant", "value": 64],
                        "response_tokens": ["kind": "constant", "value": 32]],
            "placement": ["mode": "cocard", "train_devices": 2, "train_nodes": "h20",
                          "price_per_device_hour": 2]]]]]]),
        ("devices shared with reinforcement learning", ["variants": .null, "workloads": [
            "chat": ["pools": ["prompts": .null, "answers": .null,
                               "all": ["role": "mixed", "nodes": "h20", "replicas": 2, "lease": "time-shared"]]],
            "grpo": [
                "kind": "rl", "model": "qwen3-0.6b", "steps": 2,
                "algorithm": ["name": "grpo", "prompts_per_step": 2, "rollouts_per_prompt": 2],
                "lengths": ["prompt_tokens": ["kind": "constant", "value": 64],
                            "response_tokens": ["kind": "constant", "value": 32]],
                "placement": ["mode": "cocard", "train_devices": 2, "train_nodes": "h20", "lease": "time-shared"],
                "rollout": ["memory_utilisation": 0.5]]]]),
        ("training beside it", ["variants": ["more": ["workloads": ["tune": [
            "kind": "training", "model": "qwen3-0.6b", "nodes": "a2", "devices": 4, "steps": 2,
            "batch": ["sequences": 8, "sequence_tokens": 256], "checkpoint": ["every_steps": 1]]]]]]),
        ("a workload more in a variant", ["variants": ["more": ["workloads": ["other": [
            "kind": "serving", "model": "qwen3-0.6b",
            "traffic": ["generate": [
                "requests": 5, "arrivals": ["kind": "constant", "rate_per_s": 3],
                "input_tokens": ["kind": "constant", "value": 64], "output_tokens": ["kind": "constant", "value": 8]]],
            "pools": ["own": ["role": "mixed", "nodes": "h20", "replicas": 1]]]]]]]),
    ]
}
