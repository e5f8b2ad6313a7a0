import Testing

@testable import ModelGraph

@Suite struct ModelDescriptorParametersTests {
    /// Totals (and active parts) in 1e9 as published, to half of the last digit printed.
    @Test(arguments: [
        ("qwen2.5-7b", 7.62, 0.005), ("qwen2.5-14b", 14.77, 0.005), ("qwen2.5-32b", 32.76, 0.005),
        ("qwen2.5-72b", 72.70, 0.005), ("qwen3-0.6b", 0.60, 0.005), ("qwen3-8b", 8.19, 0.005),
        ("qwen3-14b", 14.77, 0.005), ("qwen3-32b", 32.76, 0.005), ("qwen3-30b-a3b", 30.5, 0.05),
        ("qwen3-235b-a22b", 235.1, 0.05), ("qwen3-coder-480b", 480.2, 0.05), ("llama-3.1-8b", 8.03, 0.005),
        ("llama-3.1-70b", 70.55, 0.005), ("llama-3.1-405b", 405, 1), ("mixtral-8x7b", 46.7, 0.05),
        ("mixtral-8x22b", 140.6, 0.05), ("deepseek-v3", 671.0, 0.05), ("deepseek-r1", 671.0, 0.05),
        ("kimi-k2", 1026, 0.5), ("glm-4.5", 352.8, 0.05), ("glm-5", 744, 1), ("gpt-oss-20b", 20.9, 0.05),
        ("gpt-oss-120b", 116.8, 0.05),
    ])
    func totalIsThatOfTheTable(name: String, billions: Double, rounding: Double) throws {
        let total = try ModelDescriptor.named(name).parameters.total
        #expect(abs(Double(total) / 1e9 - billions) <= rounding, "\(total)")
    }

    @Test(arguments: [
        ("qwen3-30b-a3b", 3.4, 0.05), ("qwen3-235b-a22b", 22.2, 0.05), ("qwen3-coder-480b", 35.5, 0.05),
        ("mixtral-8x7b", 12.9, 0.05), ("mixtral-8x22b", 39.2, 0.05), ("deepseek-v3", 37.6, 0.05),
        ("kimi-k2", 32.9, 0.05), ("glm-4.5", 33.6, 0.05), ("glm-5", 40, 1.1), ("gpt-oss-20b", 4.2, 0.05),
        ("gpt-oss-120b", 5.7, 0.05),
    ])
    func activeIsThatOfTheTable(name: String, billions: Double, rounding: Double) throws {
        let active = try ModelDescriptor.named(name).parameters.active
        #expect(abs(Double(active) / 1e9 - billions) <= rounding, "\(active)")
    }

    /// 5120 x (2 x 5120 + 2 x 1024), 3 x 5120 x 27648, and 152064 x 5120, twice.
    @Test func qwenByHand() throws {
        let model = try ModelDescriptor.named("qwen2.5-32b")
        let layer = model.parameters(ofLayerIn: model.groups[0])
        #expect(layer.attention == 62_914_560)
        #expect(layer.denseFeedForward == 424_673_280)
        #expect(layer.total == 487_587_840)
        #expect(layer.active == layer.total)
        #expect(
            [layer.expert, layer.experts, layer.visitedExperts, layer.sharedExperts, layer.router] == [0, 0, 0, 0, 0])
        #expect(model.embeddingParameters == 778_567_680)
        #expect(model.headParameters == 778_567_680)
        #expect(model.parameters.total == 32_762_757_120)
        #expect(model.weightBytes(.bf16) == 65_525_514_240)
        #expect(model.publishedWeightBytes == 65_525_514_240)
        #expect(model.multiTokenPredictionParameters == 0)
    }

    @Test func deepSeekLayerByHand() throws {
        let model = try ModelDescriptor.named("deepseek-v3")
        let layer = model.parameters(ofLayerIn: model.groups[1])
        // q 7168 x 1536 + 1536 x 24576; kv 7168 x 576 + 512 x 32768; o 16384 x 7168.
        #expect(layer.attention == 11_010_048 + 37_748_736 + 4_128_768 + 16_777_216 + 117_440_512)
        #expect(layer.expert == 44_040_192)
        #expect(layer.experts == 11_274_289_152)
        #expect(layer.visitedExperts == 352_321_536)
        #expect(layer.sharedExperts == 44_040_192)
        #expect(layer.router == 1_835_008)
        #expect(layer.denseFeedForward == 0)
        #expect(model.parameters(ofLayerIn: model.groups[0]).denseFeedForward == 396_361_728)
        // One layer and a projection of 14336 to 7168.
        #expect(model.multiTokenPredictionParameters == layer.total + 102_760_448)
    }

    @Test func uncompressedLatentQueriesAreOneMatrix() throws {
        var model = try ModelDescriptor.named("deepseek-v3")
        let group = model.groups[0]
        let compressed = model.parameters(ofLayerIn: group).attention
        model.latentAttention?.queryRank = 0
        let direct = model.parameters(ofLayerIn: group).attention
        #expect(direct - compressed == 7_168 * 24_576 - 1_536 * (7_168 + 24_576))
    }

    @Test func aTiedHeadIsStoredOnce() throws {
        var model = try ModelDescriptor.named("qwen3-0.6b")
        #expect(model.headParameters == 0)
        #expect(model.embeddingParameters == 155_582_464)
        let tied = model.parameters.total
        model.tiedEmbeddings = false
        #expect(model.parameters.total == tied + 155_582_464)
    }

    @Test func weightsAsPublished() throws {
        // FP8 but for embedding, head and routers: 671.0 GB and one byte more for 1.96e9 values.
        let deepSeek = try ModelDescriptor.named("deepseek-v3")
        let wide: Int64 = 2 * 129_280 * 7_168 + 58 * 7_168 * 256
        #expect(deepSeek.publishedWeightBytes == 671_025_397_760 + wide)
        // Experts 114,661,785,600 values in 17 bytes per 32; 2,127,052,800 others in bf16.
        let oss = try ModelDescriptor.named("gpt-oss-120b")
        #expect(oss.publishedWeightBytes == 60_914_073_600 + 4_254_105_600)
    }

    @Test func scalesOfWeightsAreCounted() {
        #expect(ModelDescriptor.storedBytes(256, .fp4) == 128 + 8)
        #expect(ModelDescriptor.storedBytes(256, .int4) == 128 + 4)
        #expect(ModelDescriptor.storedBytes(256, .fp8) == 256)
        #expect(ModelDescriptor.storedBytes(3, .bf16) == 6)
    }

    @Test(arguments: ModelRegistry.names)
    func partsAddUpToTheWhole(name: String) throws {
        let model = try ModelDescriptor.named(name)
        var total = model.embeddingParameters + model.headParameters
        for group in model.groups {
            let layer = model.parameters(ofLayerIn: group)
            #expect(layer.active <= layer.total)
            #expect(layer.experts == layer.expert * Int64(model.mixtureOfExperts?.experts ?? 0))
            total += layer.total * Int64(group.count)
        }
        #expect(model.parameters.total == total)
        #expect(model.parameters.active <= total)
        #expect(model.weightBytes(.fp32) == 4 * total)
        #expect(model.publishedWeightBytes <= model.weightBytes(.bf16))
    }
}
