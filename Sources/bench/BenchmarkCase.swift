import EventEngine
import Glibc
import JSONText
import Scenario
import TraceFormats

/// Something whose time matters, with the bound that it must keep.
struct BenchmarkCase: Sendable {
    var name: String
    /// CPU seconds.
    var cpuBound: Double
    var memoryBound: Double?
    /// Does the work and says what came out.
    var run: @Sendable () -> String

    static let all: [BenchmarkCase] = [
        BenchmarkCase(name: "10,000 requests, 8B on one H100", cpuBound: 0.1, memoryBound: nil) {
            serve(generated(requests: 10_000, ratePerSecond: 20, nodes: 1, replicas: 1))
        },
        BenchmarkCase(name: "100,000 requests, 8B on 64 H100", cpuBound: 1, memoryBound: 300) {
            serve(generated(requests: 100_000, ratePerSecond: 1280, nodes: 8, replicas: 64))
        },
        BenchmarkCase(name: "conversation trace, 8B on 8 H100", cpuBound: 0.5, memoryBound: nil) {
            serve(conversation)
        },
        BenchmarkCase(name: "200 RL steps of 64 x 16 rollouts, 64 A3 dies", cpuBound: 2, memoryBound: nil) {
            learn(learning)
        },
        BenchmarkCase(name: "event queue, 2,000,000 HOLD at 100,000", cpuBound: 0.5, memoryBound: nil) {
            hold(pending: 100_000, operations: 2_000_000)
        },
        BenchmarkCase(name: "shared links, 20,000 flows, 64 at a time", cpuBound: 0.5, memoryBound: nil) {
            flows(count: 20_000, together: 64)
        },
    ]

    // MARK: Serving

    private static func generated(requests: Int, ratePerSecond: Int, nodes: Int, replicas: Int) -> String {
        scenario(nodes: nodes, replicas: replicas, traffic: """
            { "generate": { "requests": \(requests), "arrivals": { "kind": "poisson", "rate_per_s": \(ratePerSecond) },
              "input_tokens": { "kind": "normal", "mean": 512, "stdev": 256, "min": 2, "max": 7000 },
              "output_tokens": { "kind": "normal", "mean": 256, "stdev": 128, "min": 2, "max": 7000 } } }
            """)
    }

    /// The real trace where there is one, else the shipped one of the same shape.
    private static var conversation: String {
        let data = getenv("SIMULATE_DATA").map { String(cString: $0) } ?? "../shared/data"
        let real = data + "/requests/mooncake/conversation_trace.jsonl"
        let path = access(real, R_OK) == 0 ? real : "Traces/conversation.jsonl"
        return scenario(nodes: 1, replicas: 8, traffic: "{ \"trace\": \"\(path)\", \"format\": \"mooncake\" }")
    }

    private static func scenario(nodes: Int, replicas: Int, traffic: String) -> String {
        """
        { "schema": "simulate/1", "name": "bench", "seed": 1,
          "cluster": { "nodes": { "h100": { "type": "hgx-h100", "count": \(nodes) } } },
          "workloads": { "chat": { "kind": "serving", "model": "llama-3.1-8b", "traffic": \(traffic),
            "pools": { "mixed": { "role": "mixed", "nodes": "h100", "replicas": \(replicas) } },
            "engine": { "max_batch_tokens": 2048, "max_sequences": 256 } } } }
        """
    }

    private static func serve(_ text: String) -> String {
        do {
            let scenario = try ScenarioDocument(JSONDocument(text: text, file: "bench")).checked()
            var world = scenario.world()
            world.run()
            let outcome = world.serving[0].outcome(objective: scenario.plans[0].objective)
            return "\(outcome.completed) completed, \(world.events) events, "
                + "\(outcome.pools.reduce(0) { $0 + $1.steps }) steps"
        } catch {
            print("\(error)")
            exit(1)
        }
    }

    // MARK: Reinforcement learning

    private static let learning = """
        { "schema": "simulate/1", "name": "bench", "seed": 1,
          "cluster": { "nodes": { "a3": { "type": "atlas-800t-a3", "count": 4 } } },
          "workloads": { "grpo": { "kind": "rl", "model": "qwen2.5-32b", "steps": 200,
            "algorithm": { "name": "grpo", "prompts_per_step": 64, "rollouts_per_prompt": 16 },
            "lengths": { "prompt_tokens": { "kind": "constant", "value": 200 }, "response_tokens": {
              "kind": "lognormal", "mean": 850, "sigma": 0.6, "group_correlation": 0.7, "max": 2048 } },
            "placement": { "mode": "cocard", "train_devices": 64 },
            "train": { "tensor_parallel": 4, "pipeline_parallel": 4, "utilisation": 0.4 },
            "rollout": { "tensor_parallel": 4, "dispatch": "least-loaded" } } } }
        """

    private static func learn(_ text: String) -> String {
        do {
            let scenario = try ScenarioDocument(JSONDocument(text: text, file: "bench")).checked()
            var world = scenario.world()
            world.run()
            return "\(world.learning[0].step) steps, \(world.events) events"
        } catch {
            print("\(error)")
            exit(1)
        }
    }

    // MARK: Engine

    /// Takes the earliest event and puts it back later, over and over.
    private static func hold(pending: Int, operations: Int) -> String {
        var random = RandomStream(seed: 1, name: "bench")
        let delays = (0..<4096).map { _ in Int64(random.exponential(mean: 1e6)) }
        var queue = EventQueue()
        for index in 0..<pending {
            queue.schedule(Event(
                time: delays[index & 4095], component: 0, kind: 0, phase: .timer, a: Int64(index), b: 0))
        }
        let start = cpuSeconds()
        for operation in 0..<operations {
            guard var event = queue.pop() else { break }
            event.time += delays[operation & 4095]
            queue.schedule(event)
        }
        let nanoseconds = (cpuSeconds() - start) / Double(operations) * 1e9
        return "\(nanoseconds.fixed(0, width: 0)) ns each"
    }

    /// Flows over 32 links, two each, of random size; the next starts when one ends.
    private static func flows(count: Int, together: Int) -> String {
        var random = RandomStream(seed: 1, name: "bench")
        var network = FlowNetwork()
        let links = (0..<32).map { network.addLink(name: "link \($0)", bytesPerSecond: 25e9) }
        var now: Int64 = 0
        func start() {
            let from = random.uniform(below: 16), to = 16 + random.uniform(below: 16)
            _ = network.start(
                bytesPerLane: Int64(1_000_000 + random.uniform(below: 100_000_000)),
                path: [LinkUse(link: links[from]), LinkUse(link: links[to])], token: 0, owner: 0, at: now)
        }
        for _ in 0..<together { start() }
        var done = 0
        while done < count, let next = network.nextCompletion {
            now = next
            var ended = 0
            network.completions(at: now) { _, _ in ended += 1 }
            done += ended
            for _ in 0..<ended { start() }
        }
        return "\(done) ended"
    }
}
