import JSONText
import Testing
import TraceFormats

@testable import Scenario

/// What is found when a scenario is bound to its devices and its traffic is read.
@Suite struct CheckedScenarioTests {
    static let damages = [
        Damage(
            #""tensor_parallel": 1, "replicas": 2"#, #""tensor_parallel": 1, "replicas": 9"#,
            says: "small.json:20:88: workloads.chat.pools.answers.replicas: 9 replicas of 1 devices do not fit on node "
                + "group h20: 8 fit on its 8 available devices; ask for fewer or add nodes"),
        Damage(
            #""tensor_parallel": 1, "replicas": 2"#, #""tensor_parallel": 16, "replicas": 1"#,
            says: "small.json:20:73: workloads.chat.pools.answers.tensor_parallel: 16 ranks do not fit one node of 8 "
                + "devices, and a tensor-parallel group stays inside a node; use at most 8"),
        Damage(
            "qwen3-8b", "llama-3.1-70b",
            says: "small.json:19:73: workloads.chat.pools.prompts.tensor_parallel: llama-3.1-70b does not fit on 2 x "
                + "ascend-910b2: 70.6 GB of weights and 3.0 GB reserved on each leave no KV block of the 61.8 GB that "
                + "may be used; use tensor_parallel 4",
            "small.json:20:73: workloads.chat.pools.answers.tensor_parallel: llama-3.1-70b does not fit on 1 x h20-96: "
                + "141.1 GB of weights and 3.0 GB reserved on each leave no KV block of the 86.4 GB that may be used; "
                + "use tensor_parallel 2"),
        Damage(
            "\"block_tokens\": 16", "\"memory_fraction\": 0.2",
            says: "small.json:20:73: workloads.chat.pools.answers.tensor_parallel: qwen3-8b does not fit on 1 x "
                + "h20-96: 16.4 GB of weights and 3.0 GB reserved on each leave no KV block of the 19.2 GB that may be "
                + "used; use tensor_parallel 2"),
        // All 8 cards of a node do not hold it, and a group of 16 would not stay inside one.
        Damage(
            #"qwen3-8b"#, "llama-3.1-405b",
            says: "small.json:19:73: workloads.chat.pools.prompts.tensor_parallel: llama-3.1-405b does not fit on 2 x "
                + "ascend-910b2: 405.8 GB of weights and 3.0 GB reserved on each leave no KV block of the 61.8 GB that "
                + "may be used; use a device with more memory or a smaller model",
            "small.json:20:73: workloads.chat.pools.answers.tensor_parallel: llama-3.1-405b does not fit on 1 x "
                + "h20-96: 811.7 GB of weights and 3.0 GB reserved on each leave no KV block of the 86.4 GB that may "
                + "be used; use a device with more memory or a smaller model"),
    ]

    @Test(arguments: damages)
    func whatDoesNotFitIsExplained(_ damage: Damage) { #expect(damage.complaints == damage.messages) }

    /// The tensor_parallel that a message proposes is taken.
    @Test(arguments: ["llama-3.1-70b", "qwen2.5-72b", "qwen2.5-32b", "mixtral-8x22b", "qwen3-235b-a22b", "glm-4.5"])
    func theProposedParallelismFits(_ model: String) throws {
        let one = SmallScenario.replacing("\"tensor_parallel\": 2, \"replicas\": 4", "\"replicas\": 1")
            .components(separatedBy: "qwen3-8b").joined(separator: model)
        let complaint = SmallScenario.complaints(one, variant: "together").first
        guard let proposal = complaint?.components(separatedBy: "use tensor_parallel ").last.flatMap(Int.init) else {
            let fits = complaint == nil || complaint?.hasSuffix("a smaller model") ?? false
            #expect(fits, "\(complaint ?? "")")
            return
        }
        let proposed = one.components(separatedBy: "\"replicas\": 1").joined(
            separator: "\"replicas\": 1, \"tensor_parallel\": \(proposal)")
        #expect(SmallScenario.complaints(proposed, variant: "together") == [])
    }

    private static let rows = """
        {"timestamp": 0, "input_length": 600, "output_length": 5, "hash_ids": [1, 2]}
        {"timestamp": 500, "input_length": 700, "output_length": 5, "hash_ids": [1, 3]}
        {"timestamp": 900, "input_length": 100, "output_length": 5, "hash_ids": [4]}

        """

    /// The small scenario with a trace for its generator.
    private static func traced(_ options: String = "") -> String {
        let old = SmallScenario.text.components(separatedBy: "\"traffic\": ")[1]
            .components(separatedBy: ",\n    \"pools\"")[0]
        return SmallScenario.replacing(old, "{ \"trace\": \"trace.jsonl\"\(options) }")
    }

    @Test func aTraceIsFoundBesideTheScenario() throws {
        try withFolder([("trace.jsonl", Self.rows)]) { folder in
            let checked = try SmallScenario.document(Self.traced(), folder: folder).checked()
            #expect(checked.traces.map(\.count) == [3])
            #expect(checked.traces[0].inputTokens == [600, 700, 100])
        }
    }

    @Test func aMissingTraceIsNamed() {
        #expect(SmallScenario.complaints(Self.traced(), folder: "/nowhere/") == [
            "small.json:12:27: workloads.chat.traffic.trace: /nowhere/trace.jsonl: cannot be opened: No such file or "
                + "directory; check the path, which is relative to the scenario's file, and its permissions"
        ])
    }

    @Test func aCutTraceIsShownWhereItIsCut() throws {
        let cut = Self.rows.components(separatedBy: "100, \"output")[0]
        try withFolder([("trace.jsonl", cut)]) { folder in
            #expect(SmallScenario.complaints(Self.traced(), folder: folder) == [
                "small.json:12:27: workloads.chat.traffic.trace: \(folder)trace.jsonl:3:36: input_length: found the "
                    + "end of the line; expected an integer"
            ])
        }
    }

    @Test(arguments: [(16, true), (512, true), (1024, true), (128, true), (48, false), (768, false)])
    func blocksMustBeCutIntoEachOther(_ block: Int, _ fits: Bool) throws {
        try withFolder([("trace.jsonl", Self.rows)]) { folder in
            let text = Self.traced().components(separatedBy: "\"block_tokens\": 16").joined(
                separator: "\"block_tokens\": \(block)")
            #expect(SmallScenario.complaints(text, folder: folder) == (fits ? [] : [
                "small.json:17:80: workloads.chat.engine.block_tokens: blocks of \(block) tokens and the trace's "
                    + "prefix blocks of 512 do not divide each other; use a divisor or a multiple of 512, or "
                    + "\"prefix_cache\": false"
            ]))
            let uncached = text.components(separatedBy: "\"block_tokens\"").joined(
                separator: "\"prefix_cache\": false, \"block_tokens\"")
            #expect(SmallScenario.complaints(uncached, folder: folder) == [])
        }
    }

    @Test func variantsThatShareATraceReadItOnce() throws {
        try withFolder([("trace.jsonl", Self.rows)]) { folder in
            let document = try SmallScenario.document(Self.traced(), folder: folder)
            let cache = TraceCache()
            let base = try document.checked(traces: cache)
            try withFolder([]) { empty in
                let elsewhere = try SmallScenario.document(Self.traced(), folder: empty)
                #expect(throws: JSONProblems.self) { try elsewhere.checked(traces: cache) }
            }
            #expect(try document.checked(variant: "together", traces: cache).traces == base.traces)
        }
    }

    @Test func lengthsOfATraceFillAGenerator() throws {
        let empirical = #""kind": "empirical", "trace": "trace.jsonl""#
        let text = SmallScenario.replacing(#""kind": "uniform", "min": 50, "max": 500"#, empirical)
            .components(separatedBy: #""kind": "constant", "value": 20"#).joined(separator: empirical)
        try withFolder([("trace.jsonl", Self.rows)]) { folder in
            let trace = try SmallScenario.document(text, folder: folder).checked().traces[0]
            #expect(trace.count == 20)
            #expect(Set(trace.inputTokens).isSubset(of: [600, 700, 100]))
            #expect(Set(trace.outputTokens) == [5])
        }
        #expect(SmallScenario.complaints(text, folder: "/nowhere/").map { $0.components(separatedBy: ": ")[1] } == [
            "workloads.chat.traffic.generate"
        ])
    }

    @Test func whatAGeneratorCannotDoIsReported() {
        let narrow = #""kind": "normal", "mean": 10, "stdev": 1, "min": 5000"#
        #expect(SmallScenario.complaints(replacing: #""kind": "uniform", "min": 50, "max": 500"#, narrow) == [
            "small.json:12:30: workloads.chat.traffic.generate: input: bounds 5000 to 1073741824 that almost no draw "
                + "meets; widen the bounds or move the mean between them"
        ])
    }

    /// Two pools share the cards of a group, and the one that is stated later finds what is left.
    @Test func poolsDoNotShareCards() {
        let text = SmallScenario.replacing(
            #""nodes": "a2", "tensor_parallel": 2"#, #""nodes": "h20", "tensor_parallel": 4"#)
        #expect(SmallScenario.complaints(text) == [
            "small.json:20:88: workloads.chat.pools.answers.replicas: 2 replicas of 1 devices do not fit on node group "
                + "h20: 0 fit on its 0 available devices; ask for fewer or add nodes"
        ])
    }
}
