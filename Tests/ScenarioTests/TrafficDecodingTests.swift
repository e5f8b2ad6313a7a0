import TraceFormats
import JSONText
import Testing

@testable import Scenario

/// Traffic: values that are read, and what is said of wrong ones.
@Suite struct TrafficDecodingTests {
    static let damages = [
        Damage(
            #""value": 20"#, #""value": -20"#,
            says: "small.json:16:55: workloads.chat.traffic.generate.output_tokens.value: expected an integer "
                + "from 1 to 1073741824, found -20"),
        Damage(
            #""min": 50"#, #""min": 0"#,
            says: "small.json:15:51: workloads.chat.traffic.generate.input_tokens.min: expected an integer from "
                + "1 to 1073741824, found 0"),
        Damage(
            #""max": 500"#, #""max": 5"#,
            says: "small.json:15:62: workloads.chat.traffic.generate.input_tokens.max: is less than min"),
        Damage(
            #""kind": "poisson""#, #""kind": "poison""#,
            says: "small.json:14:29: workloads.chat.traffic.generate.arrivals.kind: expected one of poisson, "
                + #"gamma, weibull, constant, closed-loop, found "poison"; did you mean "poisson"?"#),
        Damage(
            #""rate_per_s": 10"#, #""rate_per_s": "10/s""#,
            says: "small.json:14:54: workloads.chat.traffic.generate.arrivals.rate_per_s: expected a number from "
                + #"1e-09 to 1000000000.0, found "10/s""#),
        Damage(
            #""kind": "poisson""#, #""kind": "gamma""#,
            says: "small.json:14:19: workloads.chat.traffic.generate.arrivals.coefficient_of_variation: missing; "
                + "expected a number from 0.001 to 1000.0"),
        Damage(
            #""requests": 20,"#, "",
            says: "small.json:12:30: workloads.chat.traffic.generate.requests: missing; expected an integer from "
                + "1 to 1073741824"),
        Damage(
            #""requests": 20,"#, #""requests": 20, "system_prompt_tokens": 100,"#,
            says: "small.json:12:30: workloads.chat.traffic.generate: shared prefixes need prefix_block_tokens; "
                + #"write "prefix_block_tokens": 16"#),
        Damage(
            #""requests": 20,"#, #""requests": 20, "tick": 3,"#,
            says: "small.json:13:31: workloads.chat.traffic.generate.tick: expected a time with its unit, found "
                + #"3; write "3 s""#),
        Damage(
            #""traffic": {"#, #""traffic": { "trace": "t.jsonl","#,
            says: "small.json:12:16: workloads.chat.traffic: trace and generate exclude each other; keep one of "
                + "them"),
        Damage(
            #""kind": "constant", "value": 20"#, #""kind": "empirical", "trace": "gone.csv""#,
            says: "small.json:12:30: workloads.chat.traffic.generate: gone.csv: cannot be opened: No such file "
                + "or directory; check the path, which is relative to the scenario's file, and its "
                + "permissions"),
    ]

    @Test(arguments: damages)
    func wrongTrafficIsExplained(_ damage: Damage) { #expect(damage.complaints == damage.messages) }

    private func traffic(_ sample: JSONValue) throws -> TrafficSpecification {
        try #require(try sample.scenario().specification().serving.first).traffic
    }

    @Test func aTraceIsNamedWithItsOptions() throws {
        let read = try traffic(SampleScenarios.separated)
        #expect(read.concurrency == 8)
        #expect(read.source == .trace(
            file: "trace.jsonl", format: .mooncake,
            options: TraceReadOptions(
                spreadTicks: true, windowNanoseconds: 1_000_000_000..<3_600_000_000_000, maximumRequests: 100,
                speed: 2.5)))
    }

    @Test func aGeneratorIsConfigured() throws {
        var expected = GeneratorConfiguration(
            requests: 40, arrivals: .gamma(requestsPerSecond: 20, coefficientOfVariation: 2),
            lengths: .independent(
                input: .normal(mean: 512, standardDeviation: 256, minimum: 2, maximum: 1500),
                output: .lognormalQuantiles(median: 20, p90: 60, minimum: 1, maximum: 200)))
        expected.tickNanoseconds = 10_000_000
        expected.blockTokens = 16
        expected.systemPromptTokens = 100
        expected.maximumInputTokens = 3000
        expected.documents = SharedDocuments(count: 4, tokens: .constant(300), share: 0.5, zipfExponent: 1.2)
        expected.sessions = SessionModel(
            turns: .uniform(minimum: 1, maximum: 4),
            thinkMilliseconds: .lognormal(mean: 50, standardDeviation: 20, minimum: 1, maximum: 900),
            newTokens: .constant(30))
        expected.sessions?.rewriteShare = 0.25
        #expect(try traffic(SampleScenarios.generated).source == .generator(expected, lengthsFrom: EmpiricalLengths()))
    }

    @Test func aClosedLoopHasItsConcurrency() throws {
        let closed = SampleScenarios.generated.applying(mergePatch: ["workloads": ["chat": ["traffic": ["generate": [
            "sessions": .null, "arrivals": ["kind": "closed-loop", "rate_per_s": .null,
                                            "coefficient_of_variation": .null, "concurrency": 4],
        ]]]]])
        #expect(try traffic(closed).concurrency == 4)
    }

    @Test func aPresetIsTheGeneratorsOwn() throws {
        let path: JSONPath = ["workloads", "chat", "traffic", "generate"]
        let preset = SampleScenarios.generated.setting(path, to: ["preset": "conversation", "requests": 5])
        var expected = try #require(GeneratorConfiguration.preset(named: "conversation"))
        expected.requests = 5
        #expect(try traffic(preset).source == .generator(expected, lengthsFrom: EmpiricalLengths()))
        let misspelt = SampleScenarios.generated.setting(path, to: ["preset": "conversatoin"])
        #expect(misspelt.problems.map(\.message) == [
            "expected one of conversation, azure-conversation, found \"conversatoin\""
        ])
    }

    @Test func aWindowHasABeginningBeforeItsEnd() {
        let path: JSONPath = ["workloads", "chat", "traffic"]
        let empty = SampleScenarios.separated.setting(path, to: ["trace": "t.jsonl", "from": "2 s", "to": "2 s"])
        #expect(empty.problems.map(\.message).first == "ends before it begins")
        #expect(empty.problems.first?.path == path.appending(key: "to"))
    }
}
