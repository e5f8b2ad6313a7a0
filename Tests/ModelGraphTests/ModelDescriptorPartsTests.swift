import JSONText
import Testing

@testable import ModelGraph

@Suite struct ModelDescriptorPartsTests {
    @Test func whatLayersLackAndWhatNoLayerUsesIsReported() {
        let text = """
            { "name": "mine", "hidden_size": 64, "query_heads": 4, "key_value_heads": 3, "head_size": 16,
              "intermediate_size": 128, "vocabulary": 1000, "maximum_context": 512, "extended_context": 512,
              "latent_attention": { "query_rank": 8, "key_value_rank": 8, "nope_head_size": 8, "rope_head_size": 8,
                                    "value_head_size": 8 },
              "layer_groups": [ { "attention": "window", "feed_forward": "moe", "count": 2 },
                                { "attention": "full", "window": 4, "feed_forward": "moe", "count": 2 } ],
              "provenance": "assumed", "source": "made up", "assumed": ["hidden_size", "hedden_size"] }
            """
        #expect(
            Set(problemsOfModel(text).map { String($0.drop { $0 != " " }.dropFirst()) }) == [
                "mixture_of_experts: missing; a layer with feed_forward moe needs it",
                "key_value_heads: 3 key-value heads do not divide 4 query heads",
                "intermediate_size: no effect: no layer has feed_forward dense; remove it",
                "extended_context: 512 is not longer than maximum_context (512); "
                    + "leave it out, or give the context with rescaled positions",
                "latent_attention: no effect: no layer has attention mla; remove it",
                "layer_groups[0].window: missing; attention window needs its size in tokens",
                "layer_groups[1].window: no effect with attention full; remove it",
                "assumed[1]: \"hedden_size\" is not a key of a model descriptor; did you mean \"hidden_size\"?",
            ])
    }

    @Test(arguments: [
        (
            #""layer_groups": [ { "attention": "mla", "feed_forward": "dense", "count": 1 } ]"#,
            [
                "head_size: no effect: no layer has attention full or window; remove it",
                "key_value_heads: no effect: no layer has attention full or window; remove it",
                "latent_attention: missing; a layer with attention mla needs it",
            ]
        ),
        (
            """
            "layer_groups": [ { "attention": "mla", "feed_forward": "dense", "count": 1 },
                              { "attention": "full", "feed_forward": "dense", "count": 1 } ]
            """,
            ["layer_groups: layers with mla and layers without it cannot be mixed"]
        ),
        (
            """
            "layer_groups": [ { "attention": "full", "feed_forward": "dense", "count": 1000 },
                              { "attention": "window", "window": 8, "feed_forward": "dense", "count": 1000 } ]
            """,
            ["layer_groups: 2000 layers in all, but at most 1024 are possible"]
        ),
        (
            #""layer_groups": [], "expert_type": "fp4""#,
            ["layer_groups: expected an array with a number of elements of at least 1, found an array of 0"]
        ),
        (
            """
            "mixture_of_experts": { "experts": 4, "experts_per_token": 5, "expert_intermediate": 8 },
            "layer_groups": [ { "attention": "full", "feed_forward": "dense", "count": 1 },
                              { "attention": "full", "feed_forward": "moe", "count": 1 } ]
            """,
            ["mixture_of_experts.experts_per_token: a token cannot visit 5 of 4 experts"]
        ),
        (
            """
            "expert_type": "fp4",
            "layer_groups": [ { "attention": "full", "feed_forward": "dense", "count": 1 } ]
            """,
            ["expert_type: no effect: no layer has feed_forward moe; remove it"]
        ),
    ])
    func partsMustFit(members: String, expected: [String]) {
        let text = """
            { "name": "mine", "hidden_size": 64, "query_heads": 4, "key_value_heads": 2, "head_size": 16,
              "intermediate_size": 128, "vocabulary": 1000, "maximum_context": 512,
              \(members),
              "provenance": "assumed", "source": "made up" }
            """
        let found = problemsOfModel(text).map { String($0.drop { $0 != " " }.dropFirst()) }
        #expect(found.sorted() == expected)
    }

    @Test func aWrongPartHidesNoOtherAndCausesNoFurtherProblem() {
        let text = """
            { "name": "mine", "hidden_size": 64, "query_heads": 4, "key_value_heads": "3", "head_size": 16,
              "vocabulary": 1000, "maximum_context": 512,
              "mixture_of_experts": { "experts": "4", "experts_per_token": 5, "expert_intermediate": 8, "top": 1 },
              "layer_groups": [ { "attention": "full", "feed_forward": "moe", "count": 0 } ],
              "provenance": "assumed", "source": "made up" }
            """
        #expect(
            problemsOfModel(text) == [
                "m.json:1:75: key_value_heads: expected an integer from 1 to 1024, found \"3\"",
                "m.json:3:38: mixture_of_experts.experts: expected an integer from 1 to 4096, found \"4\"",
                "m.json:3:93: mixture_of_experts.top: unknown key; known keys are experts, experts_per_token, "
                    + "shared_experts, expert_intermediate",
                "m.json:4:76: layer_groups[0].count: expected an integer from 1 to 1024, found 0",
            ])
    }
}
