import Foundation
import JSONText
import Scenario
import Serving
import Testing

/// The shipped scenarios on the real traces that theirs imitate: no request is lost, and the answer is of the same
/// kind.
@Suite struct RealTraceScenarioTests {
    private static let data = ProcessInfo.processInfo.environment["SIMULATE_DATA"] ?? packageFolder + "/../shared/data"
    private static let mooncake = data + "/requests/mooncake/conversation_trace.jsonl"
    private static let azure = data + "/requests/azure2023/AzureLLMInferenceTrace_conv.csv"

    @Test(
        .enabled(if: FileManager.default.fileExists(atPath: mooncake), "real data not found: set SIMULATE_DATA"),
        arguments: ["base", "h20-colocated"])
    func everyRequestOfTheConversationTraceIsAccountedFor(variant: String) throws {
        let outcome = try run("pd-separation", trace: Self.mooncake, settings: ["traffic.format=mooncake"], variant)
        #expect(outcome.arrived == 12_031)
        #expect(outcome.completed + outcome.rejectedCount + outcome.unfinished == 12_031)
        #expect(outcome.completed == 12_031)
        #expect(outcome.inputTokens == 144_793_823)
        #expect(outcome.outputTokens == 4_122_048)
        #expect(outcome.checks.allSatisfy { $0.holds })
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: azure), "real data not found: set SIMULATE_DATA"))
    func everyRequestOfTheAzureTraceIsAccountedFor() throws {
        let outcome = try run("pd-separation-azure", trace: Self.azure, settings: ["traffic.format=azure"], "base")
        #expect(outcome.completed == 19_366)
        #expect(outcome.checks.allSatisfy { $0.holds })
    }

    private func run(_ name: String, trace: String, settings: [String], _ variant: String) throws -> ServingOutcome {
        let document = try ScenarioDocument(
            contentsOf: packageFolder + "/Scenarios/\(name).json",
            settings: (["traffic.trace=" + trace] + settings).map { "workloads.chat." + $0 })
        let checked = try document.checked(variant: variant)
        var world = checked.world()
        world.run()
        return world.serving[0].outcome(objective: checked.plans[0].objective)
    }
}
