import EventEngine
import Hardware
import JSONText
import ReinforcementLearning
import Scheduling
import Serving
import Testing
import Timing

@testable import Scenario

/// Workloads that jobs start, simulated on the devices that the scheduler gives them.
@Suite struct SubmittedWorkloadTests {
    private static let chat = """
        "chat": { "kind": "serving", "model": "qwen3-8b", "max_context": 8192,
          "traffic": { "generate": { "requests": 40, "arrivals": { "kind": "poisson", "rate_per_s": 4 },
            "input_tokens": { "kind": "uniform", "min": 500, "max": 4000 },
            "output_tokens": { "kind": "constant", "value": 20 } } },
          "pools": { "prompts": { "role": "prefill", "nodes": "a2", "tensor_parallel": 2, "replicas": 4 },
                     "answers": { "role": "decode", "nodes": "h20", "tensor_parallel": 4, "replicas": 2 } } }
        """
    private static let grpo = """
        "grpo": { "kind": "rl", "model": "qwen2.5-7b", "steps": 2,
          "algorithm": { "name": "grpo", "prompts_per_step": 8, "rollouts_per_prompt": 4 },
          "lengths": { "prompt_tokens": { "kind": "constant", "value": 200 },
                       "response_tokens": { "kind": "lognormal", "mean": 400, "sigma": 0.5, "max": 1024 } },
          "placement": { "mode": "separated", "train_nodes": "a2", "train_devices": 4,
                         "rollout_nodes": "h20", "rollout_devices": 4 },
          "train": { "tensor_parallel": 2 }, "rollout": { "tensor_parallel": 2, "memory_utilisation": 0.8 } }
        """
    private static let pretrain = """
        "pretrain": { "kind": "training", "model": "qwen2.5-7b", "nodes": "a2", "devices": 8, "steps": 4,
          "batch": { "sequences": 16, "sequence_tokens": 4096 }, "train": { "tensor_parallel": 2, "zero": 3 } }
        """

    /// A scenario of workloads on two servers of each kind; what is not submitted has devices of its own.
    static func text(
        _ workloads: [String] = [chat], submit: String?, extra: String = "", top: String = "", nodes: Int = 2,
        perLeaf: Int = 8
    ) -> String {
        let batch = submit.map { ", \"batch\": { \"kind\": \"jobs\", \"submit\": [ \($0) ] \(extra) }" } ?? ""
        return """
            { "schema": "simulate/1", "name": "submitted" \(top),
              "cluster": { "nodes": { "a2": { "type": "atlas-800t-a2", "count": \(nodes) },
                                      "h20": { "type": "hgx-h20", "count": \(nodes) } },
                           "fabric": { "kind": "leaf-spine", "nodes_per_leaf": \(perLeaf), "oversubscription": 8 } },
              "workloads": { \(workloads.joined(separator: ",")) \(batch) } }
            """
    }

    private func world(_ text: String) throws -> World {
        var world = try SmallScenario.document(text).checked().world()
        world.run()
        return world
    }

    private func outcome(_ world: World) -> ServingOutcome {
        world.serving[0].outcome(objective: ServiceLevelObjective())
    }

    /// Nobody holds anything any more: devices, device memory, host memory.
    private func expectEmpty(_ world: World) {
        let cluster = world.machine.cluster
        #expect((0..<cluster.layout.deviceCount).allSatisfy { cluster.isAvailable(DeviceID($0)) })
        #expect((cluster.memory.devices + cluster.memory.hosts).allSatisfy { $0.usedBytes == 0 })
        #expect(world.scheduling.allSatisfy { $0.isDone })
    }

    /// On an empty cluster it is the same whether a workload is placed directly or by a scheduler at once.
    @Test func aJobAtOnceEqualsPlacingDirectly() throws {
        let all = [Self.chat, Self.grpo]
        let submit = "{ \"at\": \"0 s\", \"workload\": \"chat\" }, { \"at\": \"0 s\", \"workload\": \"grpo\" }"
        let direct = try world(Self.text(all, submit: nil))
        let placed = try world(Self.text(all, submit: submit, extra: ", \"policy\": { \"placement\": \"pack\" }"))
        #expect(direct.serving[0].records.map { "\($0)" } == placed.serving[0].records.map { "\($0)" })
        #expect(direct.learning[0].stepRecords.map(\.phases) == placed.learning[0].stepRecords.map(\.phases))
        #expect(direct.now == placed.now)
        #expect(outcome(placed).checks.allSatisfy { $0.holds })
        expectEmpty(placed)
        let training = try world(Self.text([Self.pretrain], submit: nil))
        let job = try world(Self.text([Self.pretrain], submit: "{ \"at\": \"0 s\", \"workload\": \"pretrain\" }"))
        #expect(training.training[0].outcome.stepNanoseconds == job.training[0].outcome.stepNanoseconds)
        #expect(training.now == job.now)
        expectEmpty(job)
    }

    /// A later submission moves everything by its time, and nothing else.
    @Test func aLaterSubmissionIsTheSameLater() throws {
        let early = try world(Self.text(submit: "{ \"at\": \"0 s\", \"workload\": \"chat\" }"))
        let late = try world(Self.text(submit: "{ \"at\": \"100 s\", \"workload\": \"chat\" }"))
        #expect(early.serving[0].records.map(\.timeToFirstToken) == late.serving[0].records.map(\.timeToFirstToken))
        #expect(late.now == early.now + 100_000_000_000)
        #expect(late.scheduling[0].record(0).firstStart == 100_000_000_000)
    }

    /// Traffic keeps its own clock: requests that come before there are cards wait for them.
    @Test func waitingForCardsShowsInTTFT() throws {
        let blocker = "{ \"at\": \"0 s\", \"devices\": 16, \"duration\": \"30 s\", \"device_type\": \"a2\" }"
        let free = try world(Self.text(submit: "{ \"at\": \"1 s\", \"workload\": \"chat\" }"))
        let blocked = try world(Self.text(submit: "\(blocker), { \"at\": \"1 s\", \"workload\": \"chat\" }"))
        #expect(blocked.scheduling[0].record(1).firstStart == 30_000_000_000)
        #expect(blocked.scheduling[0].waits(1).map(\.reason) == [.devices])
        let first = try #require(free.serving[0].records[0].timeToFirstToken)
        let arrival = free.serving[0].records[0].arrival
        let waited = try #require(blocked.serving[0].records[0].timeToFirstToken)
        #expect(blocked.serving[0].records[0].arrival == arrival)
        #expect(waited >= 30_000_000_000 - arrival && waited < 35_000_000_000 - arrival && first < 5_000_000_000)
        #expect(outcome(blocked).completed == 40)
        expectEmpty(blocked)
        // Clients of a closed loop wait as well.
        let loop = Self.text(submit: "\(blocker), { \"at\": \"1 s\", \"workload\": \"chat\" }")
            .components(separatedBy: "\"arrivals\": { \"kind\": \"poisson\", \"rate_per_s\": 4 }")
            .joined(separator: "\"arrivals\": { \"kind\": \"closed-loop\", \"concurrency\": 2 }")
        let closed = try world(loop)
        #expect(closed.serving[0].records[1].arrival == 1_000_000_000)
        #expect(closed.serving[0].records[2].arrival > 30_000_000_000)
    }

    /// What never gets its cards is not forgotten: its requests are unfinished.
    @Test func requestsWithoutCardsAreUnfinished() throws {
        let blocker = "{ \"at\": \"0 s\", \"devices\": 16, \"duration\": \"30 s\", \"device_type\": \"a2\" }"
        let cut = try world(Self.text(
            submit: "\(blocker), { \"at\": \"1 s\", \"workload\": \"chat\" }", top: ", \"until\": \"5 s\""))
        #expect(outcome(cut).completed == 0 && outcome(cut).unfinished > 5 && outcome(cut).unfinished < 40)
        let quota = try world(Self.text(
            submit: "{ \"at\": \"0 s\", \"workload\": \"chat\", \"tenant\": \"t\" }",
            extra: ", \"tenants\": { \"t\": { \"quota_devices\": 15 } }"))
        #expect(outcome(quota).unfinished == 40 && quota.scheduling[0].record(0).phase == .rejected)
    }

    /// Every engine runs on the devices of its job's lease, in rank order, and not where it was checked.
    @Test func enginesRunOnTheLeasedDevices() throws {
        let blockers = ["a2", "h20"].map {
            "{ \"at\": \"0 s\", \"devices\": 8, \"duration\": \"100 s\", \"device_type\": \"\($0)\" }"
        }.joined(separator: ",")
        let world = try world(Self.text(
            [Self.chat, Self.grpo],
            submit: "\(blockers), { \"at\": \"1 s\", \"workload\": \"chat\" }, "
                + "{ \"at\": \"2 s\", \"workload\": \"grpo\" }",
            extra: ", \"policy\": { \"placement\": \"pack\" }"))
        let layout = world.machine.cluster.layout
        func names(_ devices: [DeviceID]) -> [String] { devices.map { layout.name(of: $0) } }
        let chat = (0..<world.serving[0].replicaCount).flatMap { names(world.serving[0].devices(of: $0)) }
        #expect(chat == (0..<8).map { "a2/1/\($0)" } + (0..<8).map { "h20/1/\($0)" })
        // Learning has to wait for one of the kinds.
        #expect(world.scheduling[0].record(3).firstStart == world.scheduling[0].record(2).end)
        let placement = world.learning[0].configuration.placement
        let devices = placement.trainDevices + placement.replicas.flatMap { $0 }
        #expect(Set(devices.map { layout.node(of: $0).index }) == [1, 3])
        #expect(world.learning[0].stepRecords.count == 2)
        // Nothing was sent over links of servers that others held.
        let used = world.machine.network.linkStatistics(at: world.now).filter { $0.bytesCarried > 0 }.map(\.name)
        #expect(!used.isEmpty && used.allSatisfy { !$0.contains("a2/0") && !$0.contains("h20/0") }, "\(used)")
        expectEmpty(world)
    }

    /// Where the placement puts ranks decides how fast they are: copies under two leaves send their gradients over the
    /// uplinks.
    @Test func leavesApartAreSlower() throws {
        func step(_ placement: String) throws -> Int64 {
            let world = try world(Self.text(
                [Self.pretrain], submit: "{ \"at\": \"0 s\", \"workload\": \"pretrain\" }",
                extra: ", \"policy\": { \"placement\": \"\(placement)\" }", perLeaf: 1))
            return try #require(world.training[0].outcome.stepNanoseconds.first)
        }
        let together = try step("consolidate"), packed = try step("pack"), apart = try step("spread")
        #expect(Double(apart) > 1.2 * Double(together))
        #expect(packed == together)
    }

    /// A workload that is taken off its cards goes on later and does all of its work.
    @Test(arguments: ["chat", "pretrain"]) func preemptedWorkloadsGoOn(_ name: String) throws {
        let first = "{ \"at\": \"3 s\", \"devices\": 16, \"duration\": \"20 s\", "
            + "\"device_type\": \"a2\", \"priority\": 9 }"
        let text = Self.text(
            name == "chat" ? [Self.chat] : [Self.pretrain],
            submit: "{ \"at\": \"0 s\", \"workload\": \"\(name)\" }, \(first)",
            extra: """
                , "policy": { "queue": "priority", "preempt": true,
                    "restart_cost": { "single": "2 s", "few": "2 s", "many": "2 s" } }
                """)
        let world = try world(text)
        let runs = world.scheduling[0].runs(of: 0)
        #expect(runs.map(\.ending) == [.preempted, .completed])
        #expect(runs[1].start == 23_000_000_000 && runs[1].overhead == 2_000_000_000)
        if name == "chat" {
            #expect(outcome(world).completed == 40 && outcome(world).checks.allSatisfy { $0.holds })
            let pause = world.serving[0].records.compactMap(\.timeToFirstToken).max() ?? 0
            #expect(pause > 20_000_000_000 && pause < 23_000_000_000)
        } else {
            let plain = try self.world(
                Self.text([Self.pretrain], submit: "{ \"at\": \"0 s\", \"workload\": \"pretrain\" }"))
            let (steps, whole) = (world.training[0].outcome.stepNanoseconds, plain.training[0].outcome.stepNanoseconds)
            #expect(steps == whole)
            // Complete steps before it left, the one under way again.
            let before = whole.indices.last { whole[...$0].reduce(0, +) <= 3_000_000_000 }.map { $0 + 1 } ?? 0
            #expect(world.now == 25_000_000_000 + whole[before...].reduce(0, +))
        }
        expectEmpty(world)
    }

    /// A card that fails under a simulated job is the workload's affair, and nobody else gets it.
    @Test func aFailedCardIsNotHandedOut() throws {
        let text = Self.text(
            submit: "{ \"at\": \"0 s\", \"workload\": \"chat\" }, "
                + "{ \"at\": \"4 s\", \"devices\": 8, \"duration\": \"1 s\", \"device_type\": \"a2\" }",
            top: ", \"events\": [ { \"at\": \"2 s\", \"kind\": \"device-fails\", \"target\": \"a2/0/0\" } ]")
        let world = try world(text)
        #expect(outcome(world).completed == 40)
        #expect(world.scheduling[0].isDone)
        #expect(world.machine.cluster.isFailed(DeviceID(0)))
        let shares = world.scheduling[0].runs(of: 1).flatMap { world.scheduling[0].shares(of: $0) }
        #expect(shares.map(\.node) == [1])
    }

    /// Drawn parameters leave the same devices free: those of submitted workloads, and of nobody else.
    @Test func drawsLeaveTheSameDevicesFree() throws {
        for submit in ["{ \"at\": \"0 s\", \"workload\": \"chat\" }", "{ \"at\": \"0 s\", \"workload\": \"grpo\" }"] {
            let all = submit.contains("chat") ? [Self.chat, Self.grpo, Self.pretrain] : [Self.chat, Self.grpo]
            let checked = try SmallScenario.document(Self.text(all, submit: submit, nodes: 3)).checked()
            let drawn = checked.drawn(ParameterDraw(seed: 1, index: 0))
            func free(_ scenario: CheckedScenario) -> [Int] {
                (0..<6).map { scenario.machine.cluster.freeDeviceCount(NodeID($0)) }
            }
            #expect(free(drawn) == free(checked))
            #expect(free(checked).reduce(0, +) < 48)
        }
    }

    @Test func twoRunsAreTheSame() throws {
        let text = Self.text(
            [Self.chat, Self.pretrain],
            submit: "{ \"at\": \"0 s\", \"workload\": \"pretrain\" }, "
                + "{ \"at\": \"1 s\", \"workload\": \"chat\", \"priority\": 3 }",
            extra: ", \"policy\": { \"queue\": \"priority\", \"preempt\": true, \"placement\": \"random\" }")
        let one = try world(text), other = try world(text)
        #expect(one.serving[0].records.map { "\($0)" } == other.serving[0].records.map { "\($0)" })
        #expect(one.events == other.events && one.now == other.now)
    }

    /// Mistakes, each with its place and what to do.
    @Test func mistakesAreExplained() {
        func complaint(
            _ submit: String, _ extra: String = "", _ workloads: [String] = [Self.chat, Self.grpo]
        ) -> String {
            SmallScenario.complaints(Self.text(workloads, submit: submit, extra: extra)).joined(separator: "\n")
        }
        func expect(_ text: String, _ parts: String...) {
            for part in parts { #expect(text.contains(part), "\(part) in \(text)") }
        }
        expect(complaint("{ \"at\": \"0 s\", \"workload\": \"chta\" }"), "no workload chta", "did you mean \"chat\"?")
        expect(complaint("{ \"at\": \"0 s\", \"workload\": \"batch\" }"), "schedules jobs and is none itself")
        expect(
            complaint("{ \"at\": \"0 s\", \"workload\": \"chat\" }, { \"at\": \"1 s\", \"workload\": \"chat\" }"),
            "submit[1].workload", "chat is submitted already")
        expect(
            complaint("{ \"at\": \"0 s\", \"workload\": \"chat\", \"devices\": 4 }"),
            "submit[0].devices", "8 of a2", "8 devices of h20", "not on 4")
        #expect(complaint("{ \"at\": \"0 s\", \"workload\": \"chat\", \"devices\": 16 }") == "")
        expect(
            complaint("{ \"at\": \"0 s\", \"workload\": \"chat\", \"duration\": \"5 s\" }"), "has no effect",
            "estimate")
        expect(
            complaint("{ \"at\": \"0 s\", \"workload\": \"chat\" }", ", \"nodes\": [\"a2\"]"), "does not schedule on")
        let reclaim = ", \"policy\": { \"queue\": \"las\" }"
        expect(complaint("{ \"at\": \"0 s\", \"workload\": \"grpo\" }", reclaim), "\"preemptible\": false")
        #expect(complaint("{ \"at\": \"0 s\", \"workload\": \"grpo\", \"preemptible\": false }", reclaim) == "")
    }
}
