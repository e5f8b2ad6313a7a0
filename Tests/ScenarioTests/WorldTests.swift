import JSONText
import Serving
import Testing

@testable import Scenario

/// A world is a pure function of what is handed to it.
@Suite struct WorldTests {
    private func run(
        _ text: String = SmallScenario.text, variant: String = "base", stepped: Bool = false
    ) throws -> World {
        let checked = try SmallScenario.document(text).checked(variant: variant)
        var world = stepped ? checked.steppedWorld() : checked.world()
        world.run()
        return world
    }

    private func trail(_ world: World) -> [String] { world.serving.flatMap { $0.records.map { "\($0)" } } }

    @Test(arguments: ["base", "together"])
    func twoRunsAreTheSame(_ variant: String) throws {
        let one = try run(variant: variant), other = try run(variant: variant)
        #expect(trail(one) == trail(other))
        #expect(one.events == other.events)
        #expect(one.now == other.now)
    }

    @Test(arguments: ["base", "together"])
    func fastForwardEqualsStepping(_ variant: String) throws {
        let fast = try run(variant: variant), stepped = try run(variant: variant, stepped: true)
        #expect(trail(fast) == trail(stepped))
        #expect(fast.events < stepped.events)
    }

    @Test func everyRequestEndsWithoutALimit() throws {
        let world = try run()
        #expect(world.serving[0].records.allSatisfy { $0.stage == .completed })
    }

    /// The time limit cuts a run: what happened before it is as it was.
    @Test func aLimitLeavesRequestsUnfinished() throws {
        let whole = try run()
        for limit in [1, 300_000, 700_000, 1_200_000] {
            let text = SmallScenario.replacing("\"name\": \"small\"", "\"name\": \"small\", \"until\": \"\(limit) us\"")
            let cut = try run(text)
            #expect(cut.now <= Int64(limit) * 1000)
            let outcome = cut.serving[0].outcome(objective: ServiceLevelObjective())
            #expect(outcome.arrived == outcome.completed + outcome.rejectedCount + outcome.unfinished)
            #expect(outcome.unfinished > 0 || outcome.arrived < 20)
            #expect(outcome.checks.filter { !$0.holds }.isEmpty)
            for (early, late) in zip(cut.serving[0].records, whole.serving[0].records) where early.stage == .completed {
                #expect("\(early)" == "\(late)")
            }
            let done = whole.serving[0].records.count {
                $0.endToEnd.map { time in time <= Int64(limit) * 1000 } ?? false
            }
            #expect(outcome.completed <= done)
        }
    }

    /// Two workloads on one cluster have requests of their own and share its clock.
    @Test func workloadsKeepApart() throws {
        let value = try SmallScenario.document().value
        let chat = value.applying(mergePatch: ["variants": .null])
        let other = try #require(chat["workloads"]?["chat"]?.applying(mergePatch: [
            "pools": ["prompts": .null, "answers": .null,
                      "own": ["role": "mixed", "nodes": "h20", "tensor_parallel": 1, "replicas": 2]],
        ]))
        let both = chat.setting(["workloads", "other"], to: other)
        let checked = try both.scenario().checked()
        var world = checked.world()
        world.run()
        let leases = checked.plans.flatMap { $0.configuration.pools.flatMap { $0.replicas.flatMap { $0 } } }
        #expect(Set(leases.map { "\($0)" }).count == leases.count)
        #expect(world.serving.count == 2)
        #expect(world.serving.allSatisfy { $0.records.allSatisfy { $0.stage == .completed } })
        // The mixed pool moves nothing, so that the pair is as it is alone.
        #expect(world.serving[0].records.map { "\($0)" } == trail(try run()))
    }
}
