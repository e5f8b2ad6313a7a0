import EventEngine
import Hardware
import JSONText
import ReinforcementLearning
import Scenario
import Testing

/// Samples of the data engine as flows on the links of the cluster.
@Suite struct DataPlaneTests {
    private static let store = #"cluster.nodes.store={"type":"hgx-h20","count":2,"nic_bandwidth":"2 GB/s"}"#

    private func engine(_ kind: String, nodes: String?, payload: String = "4 MB") -> String {
        let place = nodes.map { #","nodes":"\#($0)""# } ?? ""
        return "workloads.grpo.data_engine={\"kind\":\"\(kind)\",\"warehouses\":4,\"chunk_samples\":8,"
            + "\"bytes_per_token\":64,\"payload\":\"\(payload)\",\"store_bandwidth\":\"10 GB/s\"\(place)}"
    }

    private func world(_ settings: [String]) throws -> World {
        var world = try LearningScenarios.small(settings).checked().world()
        world.run()
        let outcome = world.learning[0].outcome(world.machine)
        #expect(outcome.isFeasible, "\(outcome.failure.map { "\($0)" } ?? "")")
        for check in outcome.checks { #expect(check.holds, "\(check)") }
        return world
    }

    private func sum(_ world: World, _ part: String) -> Int64 {
        world.learning[0].linkBytes.dataLinks.reduce(0) {
            world.machine.network.name(ofLink: Int32($1.link)).contains(part) ? $0 + $1.bytes : $0
        }
    }

    private func seconds(_ world: World, _ phase: StepPhase? = nil) -> Nanoseconds {
        world.learning[0].stepRecords.reduce(0) { $0 + (phase.map($1.time) ?? $1.duration) }
    }

    /// Every sample is written once and read by each pass, over host links, NICs and the store alike.
    @Test(arguments: [("barrier", 3), ("streaming", 2)])
    func bytesAreConserved(_ kind: String, readers: Int64) throws {
        for seed in 1...3 {
            let world = try world([engine(kind, nodes: "store"), Self.store, "seed=\(seed)"])
            let written = world.learning[0].stepRecords.reduce(Int64(0)) {
                $0 + ($1.promptTokens + $1.responseTokens) * 64 + Int64($1.samples) * 4_000_000
            }
            #expect(written > 0)
            #expect(sum(world, "device to host") == written)
            #expect(sum(world, "host to device") == readers * written)
            #expect(sum(world, "warehouses") == (1 + readers) * written)
            #expect(sum(world, "nic in") == (1 + readers) * written)
            #expect(sum(world, "nic out") == (1 + readers) * written)
            for (link, load) in world.machine.network.linkStatistics(at: world.now).enumerated()
            where load.name.contains("warehouses") {
                #expect(world.learning[0].linkBytes.total(link: link) == load.bytesCarried)
                #expect(load.bytesCarried == (1 + readers) * written / 2)
            }
        }
    }

    /// Where links are wide, movements take what the store takes, and the latency of their paths.
    @Test func wideLinksAddOnlyLatency() throws {
        let with = try world([engine("barrier", nodes: "h20")])
        let without = try world([engine("barrier", nodes: nil)])
        let plane = try #require(with.learning[0].configuration.streaming?.plane)
        let latency = plane.write.latencyNanoseconds + 3 * plane.read.latencyNanoseconds
        for (one, other) in zip(with.learning[0].stepRecords, without.learning[0].stepRecords) {
            let more = one.time(of: .wait) - other.time(of: .wait)
            #expect(abs(more - latency) <= 8, "\(more) ns for \(latency)")
        }
        #expect(without.learning[0].linkBytes.dataLinks.isEmpty)
        #expect(with.learning[0].stepRecords.count == without.learning[0].stepRecords.count)
    }

    /// A narrower network never makes a step shorter, and a narrow one makes the wait for data longer.
    @Test(arguments: ["barrier", "streaming"])
    func narrowerLinksTakeLonger(_ kind: String) throws {
        let runs = try ["100 GB/s", "10 GB/s", "1 GB/s", "100 MB/s", "10 MB/s"].map { rate in
            try world([engine(kind, nodes: "store"), Self.store, "cluster.nodes.store.nic_bandwidth=\(rate)"])
        }
        for (wide, narrow) in zip(runs, runs.dropFirst()) {
            #expect(seconds(narrow) >= seconds(wide))
            #expect(sum(narrow, "warehouses") == sum(wide, "warehouses"))
        }
        #expect(seconds(runs[4], .wait) > seconds(runs[0], .wait))
        // No faster than eight NICs (four of each node) let what is read pass.
        let bytes = sum(runs[4], "nic out") * (kind == "barrier" ? 3 : 2) / (kind == "barrier" ? 4 : 3)
        #expect(Double(seconds(runs[4])) / 1e9 >= Double(bytes) / 80e6)
    }

    /// Two workloads whose warehouses are on one node's NICs wait longer for data than either alone.
    @Test(arguments: ["barrier", "streaming"])
    func workloadsCompete(_ kind: String) throws {
        let alone = try LearningScenarios.small([
            engine(kind, nodes: "store"), Self.store, "cluster.nodes.store.nic_bandwidth=50 MB/s",
            "cluster.nodes.store.count=1",
        ])
        let other = #"{"kind":"rl","model":"qwen3-0.6b","steps":3,"algorithm":{"name":"grpo","#
            + #""prompts_per_step":8,"rollouts_per_prompt":4},"lengths":{"prompt_tokens":{"kind":"constant","value":100},"#
            + #""response_tokens":{"kind":"constant","value":300}},"#
            + #""placement":{"mode":"separated","train_devices":4,"rollout_devices":4},"data_engine":{"kind":"barrier","#
            + #""payload":"16 MB","nodes":"store","warehouses":4,"store_bandwidth":"10 GB/s"}}"#
        let both = try ScenarioDocument(
            JSONDocument(text: JSONWriter.compact.text(of: alone.value), file: "both.json"),
            settings: ["workloads.other=" + other])
        func run(_ document: ScenarioDocument) throws -> World {
            var world = try document.checked().world()
            world.run()
            return world
        }
        let single = try run(alone), shared = try run(both)
        let index = try #require(shared.learning.firstIndex { $0.configuration.name == "grpo" })
        let waits = shared.learning[index].stepRecords.reduce(Nanoseconds(0)) { $0 + $1.time(of: .wait) }
        #expect(Double(waits) > 1.1 * Double(seconds(single, .wait)))
    }

    /// Every schedule and placement ends with its books in order.
    @Test(arguments: LearningLawTests.schedules.indices, ["barrier", "streaming"])
    func schedulesEnd(_ index: Int, _ kind: String) throws {
        let settings = LearningLawTests.schedules[index].map { "workloads.grpo." + $0 }
        let world = try world(settings + [engine(kind, nodes: "store"), Self.store])
        #expect(!world.learning[0].linkBytes.dataLinks.isEmpty)
        #expect(world.machine.network.activeFlowCount == 0)
    }

    @Test func anUnknownGroupIsRefused() throws {
        do {
            _ = try LearningScenarios.small([engine("barrier", nodes: "h2")]).checked()
            Issue.record("accepted")
        } catch {
            #expect("\(error)".contains("data_engine.nodes"))
            #expect("\(error)".contains("h20"))
        }
    }
}
