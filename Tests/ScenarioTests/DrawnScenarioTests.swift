import Hardware
import JSONText
import Timing
import Testing

@testable import Scenario

/// A scenario under drawn parameters: other durations, everything else the same.
@Suite struct DrawnScenarioTests {
    private let draw = ParameterDraw(seed: 1, index: 0)

    private func checked(_ variant: String = "base", _ text: String = SmallScenario.text) throws -> CheckedScenario {
        try SmallScenario.document(text).checked(variant: variant)
    }

    private func trail(_ scenario: CheckedScenario) -> [String] {
        var world = scenario.world()
        world.run()
        return world.serving.flatMap { $0.records.map { "\($0)" } }
    }

    @Test(arguments: ["base", "together"]) func onlyDurationsChange(_ variant: String) throws {
        let nominal = try checked(variant), drawn = nominal.drawn(draw)
        #expect(trail(drawn) != trail(nominal))
        for (one, other) in zip(nominal.plans[0].configuration.pools, drawn.plans[0].configuration.pools) {
            #expect(one.replicas == other.replicas)
            #expect(one.blocks == other.blocks)
            #expect(one.replicas.joined().allSatisfy { !drawn.machine.cluster.isAvailable($0) })
        }
        #expect(nominal.plans[0].pools.map(\.memory) == drawn.plans[0].pools.map(\.memory))
        #expect(nominal.traces[0].arrivalNanoseconds == drawn.traces[0].arrivalNanoseconds)
    }

    @Test func aDrawIsAFunctionOfItsSeedAndNumber() throws {
        let nominal = try checked()
        #expect(trail(nominal.drawn(draw)) == trail(nominal.drawn(draw)))
        #expect(trail(nominal.drawn(draw)) != trail(nominal.drawn(ParameterDraw(seed: 1, index: 1))))
        #expect(trail(nominal.drawn(draw)) != trail(nominal.drawn(ParameterDraw(seed: 2, index: 0))))
    }

    /// Variants that share a device share what is drawn for it.
    @Test func variantsShareTheDrawOfADevice() throws {
        let base = try checked().drawn(draw).plans[0].pools, other = try checked("together").drawn(draw).plans[0].pools
        let answers = try #require(base.first { $0.name == "answers" })
        #expect(answers.device == other[0].device)
        #expect(answers.profile == other[0].profile)
        #expect(try checked().plans[0].pools.last?.profile != answers.profile)
    }

    /// The network's defaults are published, 10 %; what a scenario sets is an assumption, 30 %.
    @Test func theNetworkIsDrawnByWhereItsFiguresComeFrom() throws {
        let published = try checked().drawn(draw).machine.cluster.specification
        let efficiency = 0.85 * draw.factor(of: "network.efficiency", logStandardDeviation: 0.10)
        #expect(published.networkEfficiency == min(1, efficiency))
        let setup = 1_840_000 * draw.factor(of: "network.transfer_setup", logStandardDeviation: 0.10)
        #expect(published.transferSetupNanoseconds == Int64(setup.rounded(.toNearestOrEven)))
        let text = SmallScenario.replacing(
            "\"kind\": \"leaf-spine\"",
            "\"kind\": \"leaf-spine\", \"network_efficiency\": 0.5, \"transfer_setup\": \"1 ms\"")
        let chosen = try checked("base", text).drawn(draw).machine.cluster.specification
        let factor = draw.factor(of: "network.efficiency", logStandardDeviation: 0.30)
        #expect(chosen.networkEfficiency == min(1, 0.5 * factor))
        #expect((0..<100).allSatisfy { index in
            let specification = try? checked().drawn(ParameterDraw(seed: 1, index: index)).machine.cluster.specification
            return specification.map { $0.networkEfficiency > 0 && $0.networkEfficiency <= 1 } ?? false
        })
    }

    @Test func fastForwardEqualsSteppingUnderADraw() throws {
        let drawn = try checked().drawn(draw)
        var stepped = drawn.steppedWorld()
        stepped.run()
        #expect(stepped.serving.flatMap { $0.records.map { "\($0)" } } == trail(drawn))
    }

    @Test func theSeedOfDrawsIsTheScenariosOwn() throws {
        #expect(try SmallScenario.document().drawSeed == 1)
        #expect(try SmallScenario.document(settings: ["seed=12"]).drawSeed == 12)
    }
}
