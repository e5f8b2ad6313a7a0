import EventEngine
import JSONText
import Scenario
import Serving
import Testing

@testable import ReinforcementLearning

/// Serving and reinforcement learning under time-shared leases: laws of memory and cores.
@Suite struct DeviceSharingTests {
    /// Four H20 that train Qwen3-0.6B by turns with its rollout, and four replicas of the same model that serve there.
    static func document(_ settings: [String] = []) throws -> ScenarioDocument {
        let text = """
            { "schema": "simulate/1", "name": "shared", "seed": 5,
              "cluster": { "nodes": { "h20": { "type": "hgx-h20", "count": 1 } } },
              "workloads": {
                "chat": {
                  "kind": "serving", "model": "qwen3-0.6b", "max_context": 2048,
                  "traffic": { "generate": {
                    "requests": 400, "arrivals": { "kind": "poisson", "rate_per_s": 100 },
                    "input_tokens": { "kind": "uniform", "min": 50, "max": 900 },
                    "output_tokens": { "kind": "uniform", "min": 2, "max": 600 } } },
                  "pools": { "mixed": { "role": "mixed", "nodes": "h20", "replicas": 4, "lease": "time-shared" } } },
                "grpo": {
                  "kind": "rl", "model": "qwen3-0.6b", "steps": 3,
                  "algorithm": { "name": "grpo", "prompts_per_step": 8, "rollouts_per_prompt": 8 },
                  "lengths": { "prompt_tokens": { "kind": "constant", "value": 100 },
                    "response_tokens": { "kind": "lognormal", "mean": 200, "sigma": 0.8, "group_correlation": 0.7, "max": 600 } },
                  "placement": { "mode": "cocard", "train_devices": 4, "lease": "time-shared" },
                  "rollout": { "memory_utilisation": 0.94 } } },
              "variants": {
                "serving-alone": { "workloads": { "grpo": null } },
                "training-alone": { "workloads": { "chat": null } } } }
            """
        return try ScenarioDocument(JSONDocument(text: text, file: "shared.json"), settings: settings)
    }

    private func world(_ settings: [String] = [], variant: String = "base", isStepped: Bool = false) throws -> World {
        let checked = try Self.document(settings).checked(variant: variant)
        var world = isStepped ? checked.steppedWorld() : checked.world()
        world.run()
        return world
    }

    private func outcome(_ world: World) -> ServingOutcome {
        world.serving[0].outcome(objective: ServiceLevelObjective())
    }

    private func completions(_ world: World) -> [[Int64?]] {
        world.serving[0].records.map { [$0.timeToFirstToken, $0.endToEnd, $0.longestInterval, Int64($0.preemptions)] }
    }

    private func steps(_ world: World) -> [[Int64]] {
        world.learning[0].stepRecords.map { [$0.start, $0.end] + $0.phases }
    }

    private static let serve = "workloads.chat.", train = "workloads.grpo."

    /// Capacity holds, everything ends and everything is given back, whatever memory training asks for.
    @Test(arguments: [1, 2, 3, 4, 5, 6])
    func memoryIsNeverMoreThanThereIs(seed: Int) throws {
        let world = try world([
            "seed=\(seed)", Self.train + "rollout.memory_utilisation=\(0.9 + 0.008 * Double(seed))",
            Self.serve + "engine.prefix_cache=\(seed % 2 == 0)",
        ])
        for ledger in world.machine.cluster.memory.devices { #expect(ledger.peakBytes <= ledger.capacityBytes) }
        #expect(world.sharing.heldBytes == 0)
        let served = outcome(world)
        #expect(served.completed == 400)
        for check in served.checks { #expect(check.holds, "\(check)") }
        let learned = world.learning[0].outcome(world.machine)
        #expect(learned.isFeasible)
        for check in learned.checks { #expect(check.holds, "\(check)") }
        #expect(world.sharing.uses[0].allSatisfy { $0.shrinks >= 3 && $0.lostBlockSeconds > 0 })
        #expect(world.serving[0].replicaCount == 4)
        for replica in 0..<4 {
            #expect(world.serving[0].keyValueBlocks(of: replica) == world.serving[0].configuration.pools[0].blocks)
        }
    }

    /// KV is taken from requests that run, and they are computed again.
    @Test func requestsLoseTheirBlocks() throws {
        let world = try world([Self.train + "rollout.memory_utilisation=0.948"])
        let taken = world.sharing.uses[0].reduce(0) { $0 + $1.preemptions }
        #expect(taken > 0)
        #expect(outcome(world).preemptions >= taken)
        #expect(outcome(world).completed == 400)
    }

    /// Steps summed in a loop are those taken one by one, to the nanosecond, though shares change under them.
    @Test(arguments: [0.5, 0.93, 0.948])
    func fastForwardIsStepping(utilisation: Double) throws {
        let settings = [
            Self.train + "rollout.memory_utilisation=\(utilisation)", Self.serve + "pools.mixed.core_share=0.3",
        ]
        let fast = try world(settings), stepped = try world(settings, isStepped: true)
        #expect(completions(fast) == completions(stepped))
        #expect(steps(fast) == steps(stepped))
        #expect(fast.sharing.uses == stepped.sharing.uses)
        #expect(outcome(fast).interTokenLatency == outcome(stepped).interTokenLatency)
    }

    /// Alone under a time-shared lease each is what it is on devices of its own.
    @Test func aloneIsAlone() throws {
        let own = [Self.serve + "pools.mixed.lease=exclusive"]
        #expect(
            completions(try world(variant: "serving-alone")) == completions(try world(own, variant: "serving-alone")))
        let exclusive = [Self.train + "placement.lease=exclusive"]
        let shared = try world(variant: "training-alone")
        #expect(steps(shared) == steps(try world(exclusive, variant: "training-alone")))
        #expect(shared.sharing.isEmpty)
    }

    /// One after the other on the same devices, neither costs the other any time.
    @Test func turnsCostNothing() throws {
        let late = [Self.serve + "traffic.generate.requests=20", Self.serve + "engine.front_end=60 s"]
        let alone = try world(late, variant: "serving-alone"), both = try world(late)
        #expect(steps(both) == steps(try world(variant: "training-alone")))
        #expect(both.learning[0].lastActivity < 60_000_000_000)
        #expect(completions(both) == completions(alone))
    }

    /// Against serving that never rests, training passes take their time divided by their share of the cores.
    @Test(arguments: [0.25, 0.5, 0.8])
    func passesHaveTheirShare(share: Double) throws {
        let busy = [
            Self.serve + #"traffic.generate.arrivals={"kind":"closed-loop","concurrency":64}"#,
            Self.serve + "traffic.generate.requests=6000", Self.serve + "pools.mixed.core_share=0.2",
            Self.train + "placement.core_share=\(share)", Self.train + "steps=1",
        ]
        let both = try world(busy)
        let alone = try world([Self.train + "steps=1"], variant: "training-alone")
        #expect(both.serving[0].lastActivity > both.learning[0].lastActivity)
        func update(_ world: World) -> Double { Double(world.learning[0].stepRecords[0].updateNanoseconds) }
        #expect(abs(update(both) / update(alone) * share - 1) < 0.01)
    }

    /// The pace of a pass under way changes at once: a literal.
    @Test func paceOfAPass() {
        var pass = PassProgress()
        #expect(pass.begin(1000, at: 100) == 1000)
        #expect(pass.change(to: 0.5, at: 300) == 1600)
        #expect(pass.change(to: 1, at: 700) == 600)
        #expect(pass.change(to: 0.25, at: 1000) == 1200)
        #expect(pass.begin(1000, at: 5000) == 4000)
    }

    /// A request alone is never faster for less memory or fewer cores.
    @Test func lessIsNeverBetter() throws {
        func latency(_ settings: [String]) throws -> Int64 {
            let one = [
                Self.serve + "traffic.generate.requests=1", Self.serve + "traffic.generate.arrivals.rate_per_s=10000",
            ]
            return try #require(try world(one + settings).serving[0].records[0].endToEnd)
        }
        var last: Int64 = 0
        for share in [0.9, 0.5, 0.2, 0.1] {
            let time = try latency(
                [Self.serve + "pools.mixed.core_share=\(share)", Self.train + "placement.core_share=0.1"])
            #expect(time >= last)
            last = time
        }
        last = 0
        var fewest = Int.max
        for utilisation in [0.5, 0.8, 0.93, 0.948] {
            let setting = [Self.train + "rollout.memory_utilisation=\(utilisation)"]
            let time = try latency(setting)
            #expect(time >= last)
            last = time
            let least = try #require(try world(setting).sharing.uses[0].compactMap(\.fewestBlocks).min())
            #expect(least <= fewest)
            fewest = least
        }
    }

    /// Where a phase does not fit beside serving's weights and its last KV, the run says who asked and who held.
    @Test func runningOut() throws {
        let world = try world([Self.train + "rollout.memory_utilisation=0.97"])
        let failure = try #require(world.learning[0].failure)
        #expect(failure.phase == .reshardToInfer)
        #expect(failure.message.hasPrefix("out of memory on h20/0/0: grpo/kv_cache asked for "))
        #expect(failure.message.contains("chat/weights") && failure.message.contains("chat/kv_cache"))
        // Serving has its devices to itself from then on.
        #expect(outcome(world).completed == 400)
        #expect(world.sharing.heldBytes == 0)
    }

    /// A device that fails takes both down and neither's books out of balance.
    @Test func aSharedDeviceFails() throws {
        let events = #"events=[{"at":"2 s","kind":"device-fails","target":"h20/0/1","for":"3 s"}]"#
        let world = try world([events])
        let served = outcome(world)
        #expect(served.completed == 400 && served.restarts > 0)
        for check in served.checks { #expect(check.holds, "\(check)") }
        #expect(world.learning[0].outcome(world.machine).isFeasible)
        #expect(world.sharing.heldBytes == 0)
    }

    @Test(arguments: [
        (
            ["workloads.chat.pools.mixed.lease=exclusive", "workloads.chat.pools.mixed.core_share=0.5"],
            "has no effect on devices of one's own"),
        (["workloads.chat.pools.mixed.core_share=0.7"], "0.5 and the 0.7 of chat are more than all cores of h20/0/0"),
        (
            ["workloads.grpo.placement.mode=hybrid", "workloads.grpo.placement.rollout_devices=4"],
            "lent inside the workload"),
        (
            [
                "workloads.chat.pools.mixed.role=prefill",
                #"workloads.chat.pools.d={"role":"decode","nodes":"h20","replicas":1}"#,
            ],
            "a prefill pool shares no devices"),
        (["workloads.chat.pools.mixed.lease=shared"], "time-shared"),
    ])
    func mistakes(settings: [String], says: String) throws {
        let problems = #expect(throws: JSONProblems.self) { _ = try Self.document(settings).checked() }
        #expect(problems.map { "\($0)".contains(says) } == true, "\(String(describing: problems))")
    }

    /// Serving pools share with training, not with each other.
    @Test func serversKeepApart() throws {
        let other = #"workloads.other={"kind":"serving","model":"qwen3-0.6b","traffic":{"generate":{"requests":5,"#
            + #""arrivals":{"kind":"constant","rate_per_s":3},"input_tokens":{"kind":"constant","value":64},"#
            + #""output_tokens":{"kind":"constant","value":8}}},"pools":{"own":"#
            + #"{"role":"mixed","nodes":"h20","replicas":4,"lease":"time-shared"}}}"#
        let checked = try Self.document([other]).checked()
        let devices = checked.plans.map { $0.configuration.pools.flatMap(\.replicas).flatMap { $0 } }
        #expect(Set(devices[0]).isDisjoint(with: devices[1]))
        var world = checked.world()
        world.run()
        #expect(world.sharing.devices(servedBy: 0).count == 4 && world.sharing.devices(servedBy: 1).isEmpty)
    }
}
