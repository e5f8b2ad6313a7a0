import EventEngine
import JSONText
import Testing

@testable import Scenario

/// Variants, settings, and where their problems are found.
@Suite struct ScenarioDocumentTests {
    @Test func variantsAreMergePatches() throws {
        let document = try SmallScenario.document()
        #expect(document.variantNames == ["base", "together"])
        let merged = document.merged(variant: "together")
        #expect(merged["variants"] == nil)
        #expect(merged["workloads"]?["chat"]?["pools"]?.objectValue?.keys == ["all"])
        #expect(merged["workloads"]?["chat"]?["model"] == "qwen3-8b")
        #expect(try document.specification(variant: "together").serving[0].pools.map(\.role) == [.mixed])
        #expect(try document.specification().serving[0].pools.map(\.role) == [.prefill, .decode])
    }

    /// RFC 7396 with random patches of numbers, checked member by member.
    @Test(arguments: 0..<20)
    func aPatchedMemberIsThePatchs(_ seed: UInt64) throws {
        var random = RandomStream(seed: seed, name: "patch")
        let paths: [JSONPath] = [
            ["workloads", "chat", "engine", "max_sequences"], ["workloads", "chat", "max_context"], ["seed"],
            ["cluster", "nodes", "h20", "count"],
        ]
        let chosen = paths.filter { _ in random.uniform(below: 2) == 0 }
        var scenario = try SmallScenario.document().value
        for path in chosen {
            let inVariant = JSONPath([.key("variants"), .key("other")] + path.components)
            try scenario.set(inVariant, to: JSONValue(1 + random.uniform(below: 40)))
        }
        let document = try scenario.scenario()
        let merged = document.merged(variant: "other")
        for path in paths {
            let patched = scenario["variants"]?["other"]?.value(at: path)
            #expect(merged.value(at: path) == patched ?? scenario.value(at: path))
        }
    }

    @Test func aVariantsProblemIsFoundInItsPatch() {
        let zero = SmallScenario.complaints(replacing: "\"replicas\": 4", "\"replicas\": 0", variant: "together")
        #expect(zero == [
            "small.json:28:83: workloads.chat.pools.all.replicas: expected an integer of at least 1, found 0"
        ])
        let key = SmallScenario.complaints(replacing: "\"replicas\": 4", "\"replica\": 4", variant: "together")
        #expect(key == [
            "small.json:28:14: workloads.chat.pools.all.replicas: missing; expected an integer of at least 1",
            "small.json:28:71: workloads.chat.pools.all.replica: unknown key; did you mean \"replicas\"?",
        ])
        let many = SmallScenario.complaints(replacing: "\"replicas\": 4", "\"replicas\": 40", variant: "together")
        #expect(many == [
            "small.json:28:83: workloads.chat.pools.all.replicas: 40 replicas of 2 devices do not fit on node group "
                + "h20: 4 fit on its 8 available devices; ask for fewer or add nodes"
        ])
        let roles = SmallScenario.complaints(replacing: "\"prompts\": null, ", "", variant: "together")
        #expect(roles == [
            "small.json:26:53: workloads.chat.pools: mixed pools and separated pools in one workload; give all pools "
                + "the role mixed, or only prefill and decode; null removes a pool of the base"
        ])
    }

    /// What a variant takes over from the base is wrong in the base, there at the same place.
    @Test func aProblemOfTheBaseIsFoundThereFromAVariant() {
        let text = SmallScenario.replacing("\"max_context\": 8192", "\"max_context\": 0")
        let expected = [
            "small.json:11:20: workloads.chat.max_context: expected an integer of at least 1, found 0"
        ]
        #expect(SmallScenario.complaints(text) == expected)
        #expect(SmallScenario.complaints(text, variant: "together") == expected)
    }

    @Test func variantsThatCouldHaveNoEffectAreRefused() {
        #expect(SmallScenario.complaints(replacing: "\"together\": {", "\"base\": {") == [
            "small.json:26:5: variants.base: base is the name of the scenario itself; give the variant another name"
        ])
        #expect(SmallScenario.complaints(replacing: "\"together\": {", "\"x\": 3, \"together\": {") == [
            "small.json:26:10: variants.x: expected an object, a merge patch of the scenario, found 3"
        ])
        #expect(SmallScenario.complaints(replacing: "\"together\": {", "\"together\": { \"variants\": {},") == [
            "small.json:26:19: variants.together.variants: a variant has no variants of its own; remove it"
        ])
    }

    @Test func settingsChangeTheScenarioInOrder() throws {
        let document = try SmallScenario.document(settings: [
            "workloads.chat.engine.max_sequences=12", "seed=5", "seed=6", "name=other words",
            "workloads.chat.slo.ttft=3 s", "workloads.chat.kv={\"dtype\":\"fp8\"}",
        ])
        let scenario = try document.specification()
        #expect(scenario.serving[0].engine.configuration.maximumSequences == 12)
        #expect(scenario.seed == 6)
        #expect(scenario.name == "other words")
        #expect(scenario.serving[0].objective.timeToFirstToken == 3_000_000_000)
        #expect(scenario.serving[0].keyValue.type == .fp8)
        #expect(document.value["seed"] == 6)
    }

    /// A variant's own patch is applied after the settings.
    @Test func aPatchOutdoesASetting() throws {
        let document = try SmallScenario.document(settings: ["workloads.chat.pools.all.replicas=1"])
        #expect(try document.specification(variant: "together").serving[0].pools.map(\.replicas) == [4])
        let inside = "variants.together.workloads.chat.pools.all.replicas"
        let changed = try SmallScenario.document(settings: [inside + "=1"])
        #expect(try changed.specification(variant: "together").serving[0].pools.map(\.replicas) == [1])
        #expect(SmallScenario.complaints(settings: [inside + "=0"], variant: "together") == [
            "--set \(inside)=0: workloads.chat.pools.all.replicas: expected an integer of at least 1, found 0"
        ])
    }

    static let settings: [(String, [String])] = [
        ("workloads.chat.slo.ttft=5",
         ["workloads.chat.slo.ttft: expected a time with its unit, found 5; write \"5 s\""]),
        ("workloads.chat.slo={\"ttft\":5}",
         ["workloads.chat.slo.ttft: expected a time with its unit, found 5; write \"5 s\""]),
        ("workloads.chat.engine.max_sequence=5",
         ["workloads.chat.engine.max_sequence: unknown key; known keys are max_batch_tokens, max_sequences, "
             + "block_tokens, prefix_cache, chunked_prefill, admit_whole_prompts, execution, "
             + "memory_fraction, front_end, reserved_memory"]),
        ("workloads.chat.pools.more.role=decode",
         ["workloads.chat.pools.more.nodes: missing; expected one of h20, a2",
          "workloads.chat.pools.more.replicas: missing; expected an integer of at least 1"]),
        ("seed=-1", ["seed: expected an integer of at least 0, found -1"]),
        ("name", ["expected path=value; write for example workloads.chat.engine.max_sequences=128"]),
        ("=1", ["expected path=value; write for example workloads.chat.engine.max_sequences=128"]),
        ("a..b=1", ["\"a..b\" is not a path: a key is missing before \".b\"; write keys as a.b.c or [\"a.b\"]"]),
        ("name.first=x", ["name: cannot set \"first\" inside \"small\", which is not an object"]),
        ("cluster.nodes.h20.count=0", ["cluster.nodes.h20.count: expected an integer from 1 to 65536, found 0"]),
    ]

    @Test(arguments: settings)
    func aSettingsProblemNamesTheSetting(_ setting: String, _ messages: [String]) {
        #expect(SmallScenario.complaints(settings: [setting]) == messages.map { "--set \(setting): \($0)" })
    }

    /// A setting is blamed only for what it wrote.
    @Test func aSettingElsewhereTakesNoBlame() {
        let missing = SmallScenario.replacing("\"kind\": \"serving\",", "")
        #expect(SmallScenario.complaints(missing, settings: ["workloads.chat.engine.max_sequences=12"]) == [
            "small.json:8:26: workloads.chat.kind: missing; expected one of serving, jobs, rl, training"
        ])
        #expect(SmallScenario.complaints(settings: ["workloads.chat.pools.answers=null"]) == [
            "small.json:18:14: workloads.chat.pools: a prefill pool needs a decode pool; "
                + "add one with \"role\": \"decode\""
        ])
    }

    @Test func aResultIsReadAsTheScenarioItEmbeds() throws {
        let document = try SmallScenario.document()
        let result: JSONValue = .object([
            "schema": "simulate-result/1", "scenario": .object(["document": document.value]),
        ])
        #expect(try result.scenario().value == document.value)
        let damaged = result.setting(["scenario", "document", "workloads", "chat", "model"], to: 3)
        let problem = try #require(damaged.problems.first)
        #expect(problem.path == ["workloads", "chat", "model"])
        let lines = JSONWriter.pretty.text(of: damaged).components(separatedBy: "\n")
        #expect(lines[try #require(problem.line) - 1] == "          \"model\": 3,")
    }

    @Test func syntaxAndMissingFilesAreExplained() {
        #expect(throws: JSONProblems.self) { try SmallScenario.document("{ \"a\": 1, }") }
        do throws(JSONProblems) {
            _ = try ScenarioDocument(contentsOf: "/nowhere/s.json")
            Issue.record("a file that is not there was read")
        } catch {
            #expect("\(error)" == "/nowhere/s.json: cannot be read: no such file or folder; "
                + "check the path; it is relative to where it is named")
        }
    }
}
