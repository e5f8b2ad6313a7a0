import EventEngine
import Hardware
import JSONText
import ReinforcementLearning
import Scenario
import Testing

/// Runs of reinforcement-learning scenarios.
enum LearningScenarios {
    /// The shipped comparison of shared and separate cards.
    static let shipped = packageFolder + "/Scenarios/rl-cocard-qwen2.5-32b.json"

    static func run(
        _ file: String = shipped, variant: String = ScenarioDocument.baseName, _ settings: [String] = []
    ) throws -> ReinforcementLearningOutcome {
        // Fewer steps than the scenario's, which differ by their lengths only.
        let fewer = settings + ["workloads.grpo.steps=3"]
        return try run(ScenarioDocument(contentsOf: file, settings: fewer), variant: variant)
    }

    static func run(
        _ document: ScenarioDocument, variant: String = ScenarioDocument.baseName
    ) throws -> ReinforcementLearningOutcome {
        let checked = try document.checked(variant: variant)
        var world = checked.world()
        world.run()
        let outcome = world.learning[0].outcome(world.machine)
        for check in outcome.checks { #expect(check.holds, "\(check)") }
        return outcome
    }

    /// The scenario with events.
    static func adding(_ events: String, to document: ScenarioDocument) throws -> ScenarioDocument {
        let text = JSONWriter.compact.text(of: document.value)
        return try ScenarioDocument(JSONDocument(text: text, file: "small.json"), settings: ["events=" + events])
    }

    /// A small workload on one node of H20, to be changed by settings.
    static func small(_ settings: [String] = []) throws -> ScenarioDocument {
        let text = """
            { "schema": "simulate/1", "name": "small", "seed": 3,
              "cluster": { "nodes": { "h20": { "type": "hgx-h20", "count": 2 } } },
              "workloads": { "grpo": {
                "kind": "rl", "model": "qwen3-0.6b", "steps": 3,
                "algorithm": { "name": "grpo", "prompts_per_step": 8, "rollouts_per_prompt": 4 },
                "lengths": { "prompt_tokens": { "kind": "constant", "value": 100 },
                  "response_tokens": { "kind": "lognormal", "mean": 300, "sigma": 0.8, "group_correlation": 0.7, "max": 1500 } },
                "placement": { "mode": "separated", "train_devices": 4, "rollout_devices": 4 } } } }
            """
        return try ScenarioDocument(JSONDocument(text: text, file: "small.json"), settings: settings)
    }
}
