import JSONText
import Testing
import Training

@testable import Scenario

/// Training as a scenario states it: bound to devices, run in a world, and what is said of mistakes.
@Suite struct TrainingScenarioTests {
    private static let text = """
        {
          "schema": "simulate/1", "name": "train",
          "cluster": { "nodes": { "a3": { "type": "atlas-800t-a3", "count": 2 } } },
          "workloads": { "pretrain": {
            "kind": "training", "model": "qwen2.5-32b", "devices": 32, "steps": 4,
            "batch": { "sequences": 64, "sequence_tokens": 2048 },
            "train": { "tensor_parallel": 4, "pipeline_parallel": 4, "utilisation": 0.4 },
            "checkpoint": { "every_steps": 2 }
          } }
        }
        """

    private func world(_ settings: [String], events: String = "") throws -> World {
        let text = Self.text.replacing("\"workloads\"", with: events + "\"workloads\"")
        let document = try ScenarioDocument(
            JSONDocument(text: text), folder: "", settings: settings.map { "workloads.pretrain." + $0 })
        var world = try document.checked().world()
        world.run()
        return world
    }

    /// A step is the closed form, and nothing is lost.
    @Test func stepsOfAScenario() throws {
        let world = try world(["checkpoint=null"])
        let outcome = world.training[0].outcome
        #expect(world.training[0].state == .finished)
        #expect(outcome.steps == 4 && outcome.tokens == 4 * 64 * 2048)
        #expect(world.now == 4 * outcome.step.totalNanoseconds)
        #expect(world.machine.cluster.memory.devices.allSatisfy { $0.usedBytes == 0 })
    }

    /// A failure in the third step costs it and nothing before the checkpoint.
    @Test func aFailureCostsWhatWasNotSaved() throws {
        let step = Int(try world(["checkpoint=null"]).training[0].outcome.step.totalNanoseconds)
        let event = "\"events\": [ { \"at\": \"\(step * 5 / 2 / 1_000_000) ms\", \"kind\": \"device-fails\", "
            + "\"target\": \"a3/0/3\", \"for\": \"100 s\" } ],\n"
        let world = try world([], events: event)
        let outcome = world.training[0].outcome
        #expect(outcome.steps == 4 && outcome.restarts == 1 && outcome.lostSteps == 0)
        #expect(world.now > Int64(4 * step) + 100_000_000_000)
    }

    /// Two workloads cannot hold the same devices, and what cannot be cut says why.
    @Test(arguments: [
        ("devices=40", "tensor x pipeline"), ("devices=48", "do not fit"),
        ("train.tensor_parallel=32", "do not fit one node"),
        ("train.expert_parallel=2", "no experts"), ("batch.sequence_tokens=2000000", "longest context"),
        ("batch.sequences=1", "without work"), ("nodes=\"a2\"", "one of"),
        ("train.pipeline_parallel=0", "expected an integer"),
        ("chekpoint=1", "unknown key"),
    ])
    func mistakes(setting: String, words: String) throws {
        let problem = #expect(throws: JSONProblems.self) { try world([setting]) }
        #expect(try #require(problem).description.contains(words), "\(problem.map(\.description) ?? "")")
    }
}

extension String {
    /// The text with the first occurrence of a piece replaced.
    fileprivate func replacing(_ piece: String, with new: String) -> String {
        let parts = components(separatedBy: piece)
        return parts[0] + new + parts.dropFirst().joined(separator: piece)
    }
}
