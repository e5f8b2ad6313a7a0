import EventEngine
import JSONText
import ReinforcementLearning
import Scenario
import Serving
import Testing

/// The shipped scenarios of reinforcement learning beside other work and of the fewest cards.
@Suite struct SharedFleetTests {
    private func world(_ name: String, variant: String = "base", _ settings: [String] = []) throws -> World {
        let document = try ScenarioDocument(contentsOf: packageFolder + "/Scenarios/\(name).json", settings: settings)
        var world = try document.checked(variant: variant).world()
        world.run()
        return world
    }

    private func outcome(_ world: World) -> ReinforcementLearningOutcome { world.learning[0].outcome(world.machine) }

    /// Serving and training on one fleet slow each other down where their bytes go the same way, and only there.
    @Test func serversAndTrainersShareTheSpine() throws {
        let settings = ["workloads.grpo.steps=6", "workloads.chat.traffic.generate.requests=400"]
        let both = try world("rl-and-serving-at-night", settings)
        let serving = try world("rl-and-serving-at-night", variant: "serving-alone", [settings[1]])
        let training = try world("rl-and-serving-at-night", variant: "training-alone", [settings[0]])
        let objective = ServiceLevelObjective()
        let shared = both.serving[0].outcome(objective: objective),
            alone = serving.serving[0].outcome(objective: objective)
        #expect(shared.completed == 400 && alone.completed == 400)
        let slow = try #require(shared.transfer), quick = try #require(alone.transfer)
        #expect(slow.mean > 1.2 * quick.mean)
        #expect(slow.p99 > 2 * quick.p99)
        let sync = StepPhase.weightSync.rawValue
        #expect(outcome(both).phases[sync] > outcome(training).phases[sync])
        #expect(outcome(both).steps == 6 && outcome(training).steps == 6)
        // What does not cross the spine takes as long as ever.
        let update = StepPhase.updateActor.rawValue
        #expect(abs(outcome(both).phases[update] / outcome(training).phases[update] - 1) < 1e-6)
        let spine = both.machine.network.linkStatistics(at: both.now).filter { $0.name == "leaf 0 up" }
        #expect(spine.map { $0.bytesCarried > 0 && $0.peakFlows > 1 } == [true])
    }

    /// On shared cards training takes serving's KV and both take each other's cores; a third workload meets them on
    /// links.
    @Test func cardsAreSharedToo() throws {
        let settings = [
            "workloads.grpo.steps=2", "workloads.chat.traffic.generate.requests=250",
            "workloads.assistant.traffic.generate.requests=600",
        ]
        let both = try world("rl-and-serving-on-shared-cards", settings)
        let serving = try world("rl-and-serving-on-shared-cards", variant: "serving-alone", Array(settings.dropFirst()))
        let training = try world("rl-and-serving-on-shared-cards", variant: "training-alone", [settings[0]])
        func served(_ world: World, _ index: Int) -> ServingOutcome {
            world.serving[index].outcome(objective: ServiceLevelObjective())
        }
        #expect(served(both, 1).completed == 600 && served(both, 0).completed == 250)
        // Memory: a twentieth of its KV is left at the least, and requests are preempted that were not before.
        let uses = both.sharing.uses[1]
        let all = both.serving[1].configuration.pools[0].blocks
        #expect(uses.allSatisfy { ($0.fewestBlocks ?? all) * 20 < all })
        #expect(served(both, 1).preemptions > 10 && served(serving, 1).preemptions == 0)
        // Cores: tokens take twice as long, and passes half as long again or more.
        let slow = try #require(served(both, 1).timePerOutputToken),
            quick = try #require(served(serving, 1).timePerOutputToken)
        #expect(slow.mean > 1.5 * quick.mean)
        let update = StepPhase.updateActor.rawValue
        #expect(outcome(both).phases[update] > 1.3 * outcome(training).phases[update])
        #expect(outcome(both).phases[update] < 2.001 * outcome(training).phases[update])
        // Links: prompts' caches and new weights.
        let crossed = try #require(served(both, 0).transfer), clear = try #require(served(serving, 0).transfer)
        #expect(crossed.mean > 1.05 * clear.mean)
        let reshard = StepPhase.reshardToInfer.rawValue
        #expect(outcome(both).phases[reshard] > 1.1 * outcome(training).phases[reshard])
        #expect(both.sharing.heldBytes == 0)
    }

    /// Eight H20 hold the step of Qwen2.5-32B, as verl's tuning guide says; eight dies of 64 GiB do not, twelve do.
    @Test(arguments: [
        ("h20", 4, 1, 4, false), ("h20", 4, 2, 8, true), ("a2", 4, 2, 8, false), ("a2", 4, 3, 12, true),
        ("a3", 8, 1, 8, false),
    ])
    func fewestCards(nodes: String, tensor: Int, pipeline: Int, devices: Int, fits: Bool) throws {
        let grpo = "workloads.grpo."
        let world = try world("rl-fewest-cards", [
            grpo + "placement.train_nodes=\(nodes)", grpo + "placement.train_devices=\(devices)",
            grpo + "placement.rollout_devices=\(devices)", grpo + "train.tensor_parallel=\(tensor)",
            grpo + "train.pipeline_parallel=\(pipeline)", grpo + "steps=2",
        ])
        #expect(outcome(world).isFeasible == fits)
        if !fits { #expect(outcome(world).failure?.message.contains("out of memory") == true) }
    }

    /// Images of 12 MB a sample: one buffer as a barrier costs a step some 9 % over text alone, eight shards most of
    /// that back, and streaming more than all of it.
    @Test func bytesOfImages() throws {
        func step(_ variant: String) throws -> Double {
            let world = try world("rl-multimodal-data-engine", variant: variant, ["workloads.grpo.steps=2"])
            return try #require(outcome(world).stepTime).mean
        }
        let barrier = try step("base"), text = try step("text-only")
        #expect(barrier / text > 1.05 && barrier / text < 1.15)
        let sharded = try step("eight-warehouses")
        #expect(sharded < barrier && sharded > text)
        // NICs of the nodes carry what eight shards deliver; slow ones do not.
        #expect(try abs(step("eight-on-nodes") - sharded) < 0.05)
        #expect(try step("eight-on-slow-nodes") > sharded + 2)
        #expect(try step("streamed") < text)
    }
}
