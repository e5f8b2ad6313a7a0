import JSONText
import Testing

@testable import ModelGraph

/// The problems of a text as they would be printed, for the file `m.json`.
func problemsOfModel(_ text: String) -> [String] {
    do throws(JSONProblems) {
        _ = try JSONDocument(text: text, file: "m.json").decode(ModelDescriptor.jsonType)
        return []
    } catch {
        return error.problems.map(\.description)
    }
}

@Suite struct ModelDescriptorReadingTests {
    private let small = """
        { "name": "mine", "hidden_size": 64, "query_heads": 4, "key_value_heads": 2, "head_size": 16,
          "intermediate_size": 128, "vocabulary": 1000, "maximum_context": 512,
          "layer_groups": [ { "attention": "full", "feed_forward": "dense", "count": 2 } ],
          "provenance": "assumed", "source": "made up" }
        """

    @Test func aSmallDescriptorIsReadWithDefaults() throws {
        let model = try JSONDocument(text: small).decode(ModelDescriptor.jsonType)
        #expect(
            model
                == ModelDescriptor(
                    name: "mine", hiddenSize: 64, queryHeads: 4, keyValueHeads: 2, headSize: 16, intermediateSize: 128,
                    vocabulary: 1000, maximumContext: 512,
                    groups: [LayerGroup(attention: .full, feedForward: .dense, count: 2)],
                    source: ModelSource(provenance: .assumed, text: "made up")))
        #expect((model.weightType, model.expertType, model.keyValueType) == (.bf16, .bf16, .bf16))
        // 64 x 16 x (8 + 4) + 3 x 64 x 128, twice, and 2 x 1000 x 64.
        #expect(model.parameters.total == 2 * (12_288 + 24_576) + 128_000)
    }

    @Test func wrongValuesAreReportedTogether() {
        let text = """
            {
              "name": "mine",
              "hidden_size": "64",
              "query_heads": 0,
              "key_value_heads": 2, "head_size": 16, "intermediate_size": 128,
              "vocabulary": 1000, "maximum_context": 512,
              "weight_type": "bf61",
              "layer_groups": [ { "attention": "ful", "feed_forward": "dense", "count": 2.5 } ],
              "key_value_typ": "fp8",
              "source": ""
            }
            """
        #expect(
            problemsOfModel(text) == [
                "m.json:1:1: provenance: missing; expected one of published, assumed",
                "m.json:3:18: hidden_size: expected an integer from 1 to 65536, found \"64\"",
                "m.json:4:18: query_heads: expected an integer from 1 to 1024, found 0",
                "m.json:7:18: weight_type: expected one of fp32, tf32, bf16, fp16, fp8, int8, int4, fp4, "
                    + "found \"bf61\"; did you mean \"bf16\"?",
                "m.json:8:36: layer_groups[0].attention: expected one of full, window, mla, "
                    + "found \"ful\"; did you mean \"full\"?",
                "m.json:8:77: layer_groups[0].count: expected an integer from 1 to 1024, found 2.5",
                "m.json:9:3: key_value_typ: unknown key; did you mean \"key_value_type\"?",
                "m.json:10:13: source: expected a string that is not empty, found \"\"",
            ])
    }

    @Test func theLargestPossibleModelCanBeCounted() throws {
        let text = """
            { "name": "huge", "hidden_size": 65536, "query_heads": 1024, "key_value_heads": 1024, "head_size": 1024,
              "intermediate_size": 262144, "vocabulary": 16777216, "maximum_context": 268435456,
              "mixture_of_experts": { "experts": 4096, "experts_per_token": 4096, "shared_experts": 64,
                                      "expert_intermediate": 262144 },
              "layer_groups": [ { "attention": "full", "feed_forward": "moe", "count": 1023 },
                                { "attention": "full", "feed_forward": "dense", "count": 1 } ],
              "provenance": "assumed", "source": "made up" }
            """
        let model = try JSONDocument(text: text).decode(ModelDescriptor.jsonType)
        #expect(model.weightBytes(.fp32) == 4 * model.parameters.total)
        #expect(model.keyValueBytes(tokens: model.maximumContext, .fp32) == 1024 * 268_435_456 * 2_097_152 * 4)
    }

    @Test func aScenarioMayNameAModelOrDescribeIt() throws {
        let named = try JSONDocument(text: #""Qwen/Qwen3-8B""#).decode(ModelDescriptor.reference)
        #expect(named.name == "qwen3-8b")
        #expect(try JSONDocument(text: small).decode(ModelDescriptor.reference).name == "mine")
        let error = #expect(throws: JSONProblems.self) {
            try JSONDocument(text: #""qwen3-8c""#, file: "s.json").decode(ModelDescriptor.reference)
        }
        #expect(error?.description == "s.json:1:1: unknown model \"qwen3-8c\"; did you mean \"qwen3-8b\"?")
        #expect(throws: JSONProblems.self) { try JSONDocument(text: "8").decode(ModelDescriptor.reference) }
    }

    @Test func aFileThatIsNotThereIsReported() {
        let error = #expect(throws: JSONProblems.self) { try ModelDescriptor(contentsOf: "/nowhere/model.json") }
        #expect(error?.problems.first?.place.file == "/nowhere/model.json")
    }

    @Test func everyShippedFileReadsFromDiskAsItIsEmbedded() throws {
        let folder = "\(#filePath)".split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" }
        for name in ModelRegistry.names {
            let file = folder + "/Sources/ModelGraph/Resources/Models/\(name).json"
            #expect(try ModelDescriptor(contentsOf: file) == ModelDescriptor.named(name))
        }
    }
}
