import Foundation
import JSONText
import ReinforcementLearning
import Scenario
import Testing

/// The shipped scenario of MindSpeed-RL's layouts against the throughput that the project publishes.
@Suite struct MindSpeedRowsTests {
    private static let data = ProcessInfo.processInfo.environment["SIMULATE_DATA"] ?? packageFolder + "/../shared/data"
    private static let table = data + "/derived/ascend_rl_mindspeed.csv"

    /// Tokens a second and card of a row: prompt and response, over the whole step.
    private func published(_ algorithm: String, _ model: String, _ machine: String) throws -> Double {
        let lines = try String(contentsOfFile: Self.table, encoding: .utf8).split(separator: "\n").dropFirst()
        for line in lines {
            let cells = line.split(separator: ",").map(String.init)
            if cells[1] == algorithm, cells[2] == model, cells[3].contains(machine) {
                return try #require(Double(cells[8]))
            }
        }
        throw CocoaError(.fileReadCorruptFile)
    }

    /// The simulated figure; a package of A3 has two dies, and the table counts packages.
    private func simulated(_ variant: String, diesPerCard: Double) throws -> Double {
        let document = try ScenarioDocument(contentsOf: packageFolder + "/Scenarios/rl-mindspeed.json", settings: [])
        var world = try document.checked(variant: variant).world()
        world.run()
        let outcome = world.learning[0].outcome(world.machine)
        #expect(outcome.isFeasible)
        #expect(outcome.checks.allSatisfy { $0.holds })
        return outcome.tokensPerSecondPerDevice * diesPerCard
    }

    /// GRPO of Qwen2.5-32B, whose layouts and lengths are known: within 25 % with 0.13 of the peak on both devices.
    @Test(
        .enabled(if: FileManager.default.fileExists(atPath: table), "real data not found: set SIMULATE_DATA"),
        arguments: [("base", "A3", 2.0), ("grpo-32b-a2", "A2", 1.0)])
    func groupRelativePolicyOptimizationOf32B(variant: String, machine: String, dies: Double) throws {
        let measured = try published("GRPO", "Qwen2.5-32B", machine)
        let predicted = try simulated(variant, diesPerCard: dies)
        #expect(abs(predicted / measured - 1) < 0.25, "\(predicted) against \(measured)")
    }

    /// Rows whose lengths nobody published: no more than the order of magnitude can be asked of them.
    @Test(
        .enabled(if: FileManager.default.fileExists(atPath: table), "real data not found: set SIMULATE_DATA"),
        arguments: [("grpo-7b-a3", "GRPO", "Qwen2.5-7B"), ("grpo-8b-a3", "GRPO", "Qwen3-8B")])
    func rowsOfUnknownLengths(variant: String, algorithm: String, model: String) throws {
        let measured = try published(algorithm, model, "A3")
        let predicted = try simulated(variant, diesPerCard: 2)
        #expect(predicted / measured > 0.5 && predicted / measured < 2, "\(predicted) against \(measured)")
    }
}
