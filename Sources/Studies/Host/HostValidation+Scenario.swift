import EventEngine
import HostServing
import JSONText
import ModelGraph
import Scenario
import Serving
import TraceFormats

extension HostValidation {
    /// The model that is served: 50 million random weights in single precision, more than a core's caches hold.
    public static let model: JSONValue = [
        "name": "host-small", "hidden_size": 768, "query_heads": 12, "key_value_heads": 4, "head_size": 64,
        "intermediate_size": 2048, "vocabulary": 8192, "maximum_context": 1024, "weight_type": "fp32",
        "embedding_type": "fp32", "key_value_type": "fp32",
        "layer_groups": [["attention": "full", "feed_forward": "dense", "count": 6]],
        "provenance": "assumed", "source": "random weights, to close the loop on a host",
    ]

    /// The scenario of the run: one thread, vLLM's rules, steps padded to captured sizes.
    static func scenario(device: JSONValue, model: JSONValue, seed: UInt64) -> JSONValue {
        [
            "schema": "simulate/1", "name": "a small transformer on the host", "seed": .integer(Int64(seed)),
            "cluster": ["nodes": ["host": ["type": "host-1", "count": 1, "device": device]]],
            "workloads": ["chat": [
                "kind": "serving", "model": model,
                "traffic": ["generate": [
                    "requests": 1, "arrivals": ["kind": "closed-loop", "concurrency": 8],
                    "input_tokens": ["kind": "uniform", "min": 16, "max": 320],
                    "output_tokens": ["kind": "uniform", "min": 4, "max": 60]]],
                "pools": ["mixed": ["role": "mixed", "nodes": "host", "replicas": 1, "kv_blocks": 256]],
                "engine": [
                    "max_batch_tokens": 128, "max_sequences": 8, "block_tokens": 16, "prefix_cache": false,
                    "execution": "graph-full"],
            ]],
        ]
    }

    /// The scenario with its requests: those given, or generated ones at a share of what the host can do.
    static func checked(device: JSONValue, _ options: Options) throws -> CheckedScenario {
        let value = scenario(device: device, model: options.model, seed: options.seed)
        let document = JSONWriter.compact.bytes(of: value)
        func checked(_ settings: [String]) throws -> CheckedScenario {
            try ScenarioDocument(JSONDocument(bytes: document, file: "host"), settings: settings).checked()
        }
        if let trace = options.trace {
            var scenario = try checked([])
            scenario.traces[0] = trace.withoutBlocks
            scenario.plans[0].configuration.concurrency = nil
            return scenario
        }
        let generate = "workloads.chat.traffic.generate"
        let count = "\(generate).requests=\(options.requests)"
        // All at once first: how many requests a second the host is predicted to serve at most.
        var world = try checked([count]).world()
        world.run()
        let busy = Double(world.serving[0].outcome(objective: ServiceLevelObjective()).makespan) / 1e9
        let rate = options.load * Double(options.requests) / busy
        return try checked([count, "\(generate).arrivals={\"kind\": \"poisson\", \"rate_per_s\": \(rate)}"])
    }

    /// Time of the steps that were really made, by kind of kernel, beside what the calibration says of them.
    static func kernelTimes(_ run: ServedRun, _ pool: PoolConfiguration) -> [KernelTime] {
        var cost = pool.cost
        var predicted: [OperatorClass: Int64] = [:]
        var whole: Int64 = 0
        for step in run.steps {
            whole += cost.duration(of: step.shape)
            var padded = cost.operators.linear(tokens: cost.execution.paddedTokens(step.shape.tokens))
            padded += cost.operators.step(step.shape).filter {
                $0.operatorClass == .prefillAttention || $0.operatorClass == .decodeAttention
            }
            padded += cost.operators.head(rows: step.shape.logitRows)
            for operation in padded {
                predicted[operation.operatorClass, default: 0] += cost.timer.duration(of: operation)
                    * Int64(operation.repetitions)
            }
        }
        var rows: [KernelTime] = []
        var rest = (measured: Double(run.steps.reduce(0) { $0 + $1.nanoseconds }) / 1e9, predicted: Double(whole) / 1e9)
        let all = KernelTime(name: "steps", measured: rest.measured, predicted: rest.predicted)
        for kind in [OperatorClass.gemm, .prefillAttention, .decodeAttention, .elementwise] {
            let measured = run.steps.reduce(0) { $0 + ($1.kernels?[kind] ?? 0) }
            let expected = Double(predicted[kind] ?? 0) / 1e9
            rows.append(KernelTime(name: kind.rawValue, measured: measured, predicted: expected))
            rest = (rest.measured - measured, rest.predicted - expected)
        }
        return rows + [KernelTime(name: "between kernels", measured: rest.measured, predicted: rest.predicted), all]
    }
}

extension RequestTrace {
    /// The requests without what they share: the host's server keeps no prefixes.
    fileprivate var withoutBlocks: RequestTrace {
        var trace = RequestTrace()
        trace.arrivalNanoseconds = arrivalNanoseconds
        trace.inputTokens = inputTokens
        trace.outputTokens = outputTokens
        return trace
    }
}
