import Serving
import JSONText
import Testing

@testable import Scenario

/// The scenario and its workloads: values that are read, and what is said of wrong ones.
@Suite struct ScenarioDecodingTests {
    static let damages = [
        Damage(
            "simulate/1", "simulate/2",
            says: #"small.json:2:13: schema: expected one of simulate/1, found "simulate/2"; did you mean "#
                + #""simulate/1"?"#),
        Damage(
            #""schema": "simulate/1","#, "",
            says: "small.json:1:1: schema: missing; expected one of simulate/1"),
        Damage(
            #""name": "small","#, "",
            says: "small.json:1:1: name: missing; expected a string that is not empty"),
        Damage(
            #""name": "small""#, #""name": """#,
            says: #"small.json:3:11: name: expected a string that is not empty, found """#),
        Damage(
            #""name": "small""#, #""name": "small", "description": 1"#,
            says: "small.json:3:35: description: expected a string, found 1"),
        Damage(
            #""name": "small""#, #""name": "small", "seed": -1"#,
            says: "small.json:3:28: seed: expected an integer of at least 0, found -1"),
        Damage(
            #""name": "small""#, #""name": "small", "until": "0 s""#,
            says: #"small.json:3:29: until: expected a time above zero, found "0 s""#),
        Damage(
            #""name": "small""#, #""name": "small", "outages": []"#,
            says: "small.json:3:20: outages: unknown key; known keys are variants, description, schema, cluster, "
                + "workloads, seed, name, until, events, sampling"),
        Damage(
            #""1 s""#, "1",
            says: #"small.json:23:22: workloads.chat.slo.ttft: expected a time with its unit, found 1; write "1 s""#),
        Damage(
            #""1 s""#, #""1 GB""#,
            says: "small.json:23:22: workloads.chat.slo.ttft: expected a time (GB is the unit of a number of "
                + #"bytes), found "1 GB"; units are ns, us, ms, s, min, h, d"#),
        Damage(
            #""50 ms""#, #""50 msec""#,
            says: #"small.json:23:37: workloads.chat.slo.tpot: expected a time with a known unit, found "50 "#
                + #"msec"; units are ns, us, ms, s, min, h, d"#),
        Damage(
            #""50 ms""#, #""0 ms""#,
            says: #"small.json:23:37: workloads.chat.slo.tpot: expected a time above zero, found "0 ms""#),
        Damage(
            #""50 ms""#, #""-5 ms""#,
            says: #"small.json:23:37: workloads.chat.slo.tpot: expected a time of at least zero, found "-5 ms""#),
        Damage(
            #""max_sequences""#, #""max_sequence""#,
            says: "small.json:22:43: workloads.chat.engine.max_sequence: unknown key; did you mean "
                + #""max_sequences"?"#),
        Damage(
            #""engine""#, #""motor""#,
            says: "small.json:22:5: workloads.chat.motor: unknown key; known keys are kind, model, max_context, "
                + "router, engine, weights, traffic, pools, kv, slo"),
        Damage(
            #""kind": "serving""#, #""kind": "servin""#,
            says: #"small.json:9:13: workloads.chat.kind: expected one of serving, jobs, rl, training, found "#
                + #""servin"; did you mean "serving"?"#),
        Damage(
            "qwen3-8b", "qwen3-8c",
            says: #"small.json:10:14: workloads.chat.model: unknown model "qwen3-8c"; did you mean "qwen3-8b"?"#),
        Damage(
            "qwen3-8b", "my.json",
            says: "small.json:10:14: workloads.chat.model: cannot use my.json: my.json: cannot be read: no such "
                + "file or folder; check the path; it is relative to where it is named"),
        Damage(
            #""max_context": 8192"#, #""max_context": 131073"#,
            says: "small.json:11:20: workloads.chat.max_context: 131073 is more than the longest context of "
                + "qwen3-8b, 131072"),
        Damage(
            #""max_context": 8192"#, #""max_context": -1"#,
            says: "small.json:11:20: workloads.chat.max_context: expected an integer of at least 1, found -1"),
        Damage(
            #""block_tokens": 16"#, #""block_tokens": 0"#,
            says: "small.json:22:80: workloads.chat.engine.block_tokens: expected an integer from 1 to 4096, "
                + "found 0"),
        Damage(
            #""block_tokens": 16"#, #""reserved_memory": 3"#,
            says: "small.json:22:83: workloads.chat.engine.reserved_memory: expected a number of bytes with its "
                + #"unit, found 3; write "3 GiB""#),
        Damage(
            #""max_batch_tokens": 2048"#, #""max_batch_tokens": 32"#,
            says: "small.json:22:37: workloads.chat.engine.max_batch_tokens: max_batch_tokens (32) is less than "
                + "max_sequences (64), and every sequence needs a token a step; raise the one or lower the "
                + "other"),
    ]

    @Test(arguments: damages)
    func aWrongScenarioIsExplained(_ damage: Damage) { #expect(damage.complaints == damage.messages) }

    static let poolDamages = [
        Damage(
            #""tensor_parallel": 2, "replicas": 2"#, #""tensor_parallel": 3, "replicas": 2"#,
            says: "small.json:19:73: workloads.chat.pools.prompts.tensor_parallel: 3 ranks cannot share the 32 "
                + "query and 8 key-value heads of qwen3-8b; use one of 1, 2, 4, 8, 16, 32"),
        Damage(
            #""tensor_parallel": 1, "replicas": 2"#, #""tensor_parallel": 1, "replicas": 0"#,
            says: "small.json:20:88: workloads.chat.pools.answers.replicas: expected an integer of at least 1, "
                + "found 0"),
        Damage(
            #""tensor_parallel": 1, "replicas": 2"#, #""tensor_parallel": 1"#,
            says: "small.json:20:18: workloads.chat.pools.answers.replicas: missing; expected an integer of at "
                + "least 1"),
        Damage(
            #""tensor_parallel": 1, "replicas": 2"#, 
            #""tensor_parallel": 1, "replicas": 2, "expert_parallel": 2"#,
            says: "small.json:20:110: workloads.chat.pools.answers.expert_parallel: qwen3-8b has no experts; "
                + "leave it out"),
        Damage(
            #""tensor_parallel": 1, "replicas": 2"#, 
            #""tensor_parallel": 1, "replicas": 2, "max_sequences": 4096"#,
            says: "small.json:20:108: workloads.chat.pools.answers.max_sequences: max_batch_tokens (2048) is "
                + "less than max_sequences (4096), and every sequence needs a token a step; raise the one "
                + "or lower the other"),
        Damage(
            #""role": "decode""#, #""role": "mixed""#,
            says: "small.json:18:14: workloads.chat.pools: mixed pools and separated pools in one workload; give "
                + "all pools the role mixed, or only prefill and decode; null removes a pool of the base"),
        Damage(
            #""role": "decode""#, #""role": "prefill""#,
            says: "small.json:18:14: workloads.chat.pools: a prefill pool needs a decode pool; add one with "
                + #""role": "decode""#),
        Damage(
            #""role": "prefill""#, #""role": "decode""#,
            says: "small.json:18:14: workloads.chat.pools: a decode pool needs a prefill pool; add one with "
                + #""role": "prefill""#),
        Damage(
            #""role": "prefill""#, #""role": "prefil""#,
            says: "small.json:19:28: workloads.chat.pools.prompts.role: expected one of mixed, prefill, decode, "
                + #"found "prefil"; did you mean "prefill"?"#),
        Damage(
            #""nodes": "a2""#, #""nodes": "a3""#,
            says: #"small.json:19:48: workloads.chat.pools.prompts.nodes: expected one of h20, a2, found "a3"; "#
                + #"did you mean "a2"?"#),
        Damage(
            #""answers": { "role": "decode", "nodes": "h20", "tensor_parallel": 1, "replicas": 2 }"#, 
            #""answers": 2"#,
            says: "small.json:20:18: workloads.chat.pools.answers: expected an object, found 2"),
    ]

    @Test(arguments: poolDamages)
    func aWrongPoolIsExplained(_ damage: Damage) { #expect(damage.complaints == damage.messages) }

    @Test func theDesignsExampleIsRead() throws {
        let scenario = try SampleScenarios.separated.scenario().specification()
        #expect(scenario.name == "separated")
        #expect(scenario.seed == 7)
        #expect(scenario.untilNanoseconds == 600_000_000_000)
        let event = try #require(scenario.events.first)
        #expect(event.target == "h20/0/3")
        #expect(event.nanoseconds == 0)
        #expect(event.durationNanoseconds == 120_000_000_000)
        let chat = try #require(scenario.serving.first)
        #expect(chat.name == "chat")
        #expect(chat.model.name == "qwen2.5-32b")
        #expect(chat.weightType == .fp8)
        #expect(chat.maximumContext == 131_072)
        #expect(chat.pools.map(\.name) == ["prefill", "decode"])
        #expect(chat.pools.map(\.role) == [.prefill, .decode])
        #expect(chat.pools.map(\.nodes) == ["a2", "h20"])
        #expect(chat.pools.map(\.parallelism.tensor) == [4, 4])
        #expect(chat.pools.map(\.replicas) == [6, 2])
        #expect(chat.pools.map(\.maximumBatchTokens) == [4096, nil])
        #expect(chat.engine.configuration.maximumBatchTokens == 8192)
        #expect(!chat.engine.configuration.chunkedPrefill)
        #expect(chat.engine.execution == .graphFull)
        #expect(chat.engine.memoryFraction == 0.85)
        #expect(chat.engine.reservedBytes == 2_147_483_648)
        #expect(chat.keyValue.type == .bf16)
        #expect(chat.keyValue.transfer == .layerwisePush)
        #expect(chat.keyValue.firstToken == .prefill)
        #expect(chat.prefillRouter == .prefixAware)
        #expect(chat.decodeRouter == .leastKeyValue)
        #expect(chat.objective == ServiceLevelObjective(
            timeToFirstToken: 2_000_000_000, timePerOutputToken: 50_000_000, interTokenLatency: 200_000_000,
            endToEnd: 60_000_000_000, attainment: 0.95))
    }

    @Test func whatIsLeftOutHasTheDefaultsOfTheReference() throws {
        let chat = try #require(try SampleScenarios.generated.scenario().specification().serving.first)
        #expect(chat.maximumContext == 8192)
        #expect(chat.weightType == nil)
        #expect(chat.keyValue.type == .fp8)
        #expect(chat.keyValue.transfer == .pull)
        #expect(chat.keyValue.firstToken == .decode)
        #expect(chat.prefillRouter == .leastLoaded)
        #expect(chat.engine.configuration == EngineConfiguration())
        #expect(chat.engine.reservedBytes == 3_000_000_000)
        #expect(!chat.objective.isSet)
    }

    @Test func allProblemsAreFoundAtOnce() {
        let text = SmallScenario.text
            .components(separatedBy: "\"rate_per_s\": 10").joined(separator: "\"rate\": 10")
            .components(separatedBy: "\"max_context\": 8192").joined(separator: "\"max_context\": 0")
            .components(separatedBy: "\"1 s\"").joined(separator: "1")
            .components(separatedBy: "hgx-h20").joined(separator: "hgx-h21")
        let lines = SmallScenario.complaints(text)
        #expect(lines.count == 5)
        #expect(lines.map { $0.components(separatedBy: ": ")[1] } == [
            "cluster.nodes.h20.type", "workloads.chat.max_context",
            "workloads.chat.traffic.generate.arrivals.rate_per_s", "workloads.chat.traffic.generate.arrivals.rate",
            "workloads.chat.slo.ttft",
        ])
    }

    /// One mistake is one problem: what hangs on it is not judged by a stand-in.
    @Test func anUnknownModelOrClusterCausesNoOtherComplaints() {
        #expect(SmallScenario.complaints(replacing: "qwen3-8b", "qwen9-8b").count == 1)
        #expect(SmallScenario.complaints(replacing: "\"role\": \"decode\"", "\"role\": 3").count == 1)
        let text = SmallScenario.replacing("\"cluster\": {", "\"cluster\": { \"size\": 3,")
        #expect(SmallScenario.complaints(text) == [
            "small.json:4:16: cluster.size: unknown key; known keys are nodes, fabric"
        ])
    }

    @Test(arguments: ["{}", "{ \"extra\": null }"])
    func aWorkloadNeedsAPool(_ pools: String) {
        let old = SmallScenario.text.components(separatedBy: "\"pools\": {\n")[1].components(separatedBy: "\n    },")[0]
        #expect(SmallScenario.complaints(replacing: "{\n" + old + "\n    }", pools) == [
            "small.json:18:14: workloads.chat.pools: expected at least one pool"
        ])
    }
}
