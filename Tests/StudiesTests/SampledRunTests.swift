import JSONText
import Scenario
import Testing

@testable import Studies

/// What samples may change of a run, and what not.
@Suite struct SampledRunTests {
    private static func scenario(model: String, node: String, pool: JSONValue) throws -> ScenarioDocument {
        let value: JSONValue = [
            "schema": "simulate/1", "name": "sampled",
            "cluster": ["nodes": ["n": ["type": .string(node), "count": 1]]],
            "workloads": ["chat": [
                "kind": "serving", "model": .string(model), "max_context": 512,
                "traffic": ["generate": [
                    "requests": 6, "arrivals": ["kind": "constant", "rate_per_s": 40],
                    "input_tokens": ["kind": "uniform", "min": 10, "max": 90],
                    "output_tokens": ["kind": "uniform", "min": 2, "max": 12]]],
                "pools": [
                    "mixed": JSONValue.object(["role": "mixed", "nodes": "n", "replicas": 1]).applying(mergePatch: pool)
                ],
            ]],
            "sampling": ["steps": 8, "layers": 1, "width": 0.02, "memory": "8 MiB"],
        ]
        return try ScenarioDocument(JSONDocument(bytes: JSONWriter.compact.bytes(of: value)))
    }

    private static func samples(_ document: ScenarioDocument) throws -> SamplesFile {
        let checked = try document.checked()
        return SamplesFile(
            scale: StepScale(checked.sampling), seed: 1,
            variants: [try StepSampler(checked).sample(variant: "base", hash: document.sampledHash(variant: "base"))])
    }

    /// The samples as a host of another speed would have measured them.
    private static func scaled(_ file: SamplesFile, by factor: Double) -> SamplesFile {
        var scaled = file
        scaled.variants[0].workloads[0].pools[0].samples.steps = file.variants[0].workloads[0].pools[0].samples.steps
            .map { step in
                var step = step
                for index in step.operators.indices {
                    step.operators[index].seconds = step.operators[index].seconds.map { $0 * factor }
                }
                return step
            }
        return scaled
    }

    private static func run(
        _ document: ScenarioDocument, _ file: SamplesFile
    ) throws -> (records: [String], outcome: SampledOutcome) {
        let scenario = file.applied(to: try document.checked(), variant: "base")
        var world = scenario.world()
        world.keepSteps()
        world.run()
        return (
            world.serving[0].records.map { "\($0)" }, SampledOutcome(file, variant: "base", scenario, world))
    }

    /// A host that is three times as fast changes nothing of an accelerator, neither does having no samples.
    @Test func theHostsEfficiencyNeverChangesAnAcceleratorsTime() throws {
        let document = try Self.scenario(model: "qwen3-0.6b", node: "hgx-h100", pool: [:])
        var plain = try document.checked().world()
        plain.run()
        let file = try Self.samples(document)
        for factor in [1.0, 1.0 / 3, 100] {
            let run = try Self.run(document, Self.scaled(file, by: factor))
            #expect(run.records == plain.serving[0].records.map { "\($0)" })
            #expect(run.outcome.workloads[0][0].time == nil)
        }
    }

    /// Measured load of experts is the one thing that may, and the host's speed is no part of it.
    @Test func onlyMeasuredExpertLoadChangesAnAcceleratorsTime() throws {
        let pool: JSONValue = ["tensor_parallel": 4, "expert_parallel": 4]
        let document = try Self.scenario(model: "qwen3-30b-a3b", node: "hgx-h100", pool: pool)
        var plain = try document.checked().world()
        plain.run()
        let file = try Self.samples(document)
        let slow = try Self.run(document, Self.scaled(file, by: 5)), fast = try Self.run(document, file)
        #expect(slow.records == fast.records)
        #expect(fast.records != plain.serving[0].records.map { "\($0)" })
        #expect(fast.outcome.workloads[0][0].usesExpertLoad)
    }

    /// On the host itself a machine of half the speed is found to be one.
    @Test func theHostsTimeIsExtrapolatedOnTheHost() throws {
        let document = try Self.scenario(model: "qwen3-0.6b", node: "host-1", pool: [:])
        let file = try Self.samples(document)
        let one = try #require(try Self.run(document, file).outcome.workloads[0][0].time)
        let two = try #require(try Self.run(document, Self.scaled(file, by: 2)).outcome.workloads[0][0].time)
        #expect(abs(two.ratio / one.ratio - 2) < 1e-9)
        #expect(one.interval.contains(one.ratio) && !one.interval.contains(two.ratio))
    }

    @Test func samplesOfAnotherScenarioAreRefused() throws {
        let document = try Self.scenario(model: "qwen3-0.6b", node: "hgx-h100", pool: [:])
        let file = try Self.samples(document)
        #expect(file.mismatch(variant: "base", of: document) == nil)
        #expect(try #require(file.mismatch(variant: "more", of: document)).contains("only of base"))
        let other = try Self.scenario(model: "qwen3-0.6b", node: "hgx-h100", pool: ["replicas": 2])
        #expect(try #require(file.mismatch(variant: "base", of: other)).contains("has changed"))
        // Naming the samples file in the scenario is no change.
        var value = document.value
        try value.set(["sampling", "samples"], to: "samples.json")
        let named = try ScenarioDocument(JSONDocument(bytes: JSONWriter.compact.bytes(of: value)))
        #expect(file.mismatch(variant: "base", of: named) == nil)
    }
}
