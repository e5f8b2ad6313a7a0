import Testing

@testable import ModelGraph

@Suite struct ModelDescriptorKeyValueTests {
    /// The last column of the published table, bytes per token in bf16.
    @Test(arguments: [
        ("qwen2.5-7b", 57_344), ("qwen2.5-14b", 196_608), ("qwen2.5-32b", 262_144), ("qwen2.5-72b", 327_680),
        ("qwen3-0.6b", 114_688), ("qwen3-8b", 147_456), ("qwen3-14b", 163_840), ("qwen3-32b", 262_144),
        ("qwen3-30b-a3b", 98_304), ("qwen3-235b-a22b", 192_512), ("qwen3-coder-480b", 253_952),
        ("llama-3.1-8b", 131_072), ("llama-3.1-70b", 327_680), ("llama-3.1-405b", 516_096),
        ("mixtral-8x7b", 131_072), ("mixtral-8x22b", 229_376), ("deepseek-v3", 70_272), ("deepseek-r1", 70_272),
        ("kimi-k2", 70_272), ("glm-4.5", 376_832), ("glm-5", 89_856), ("gpt-oss-20b", 49_152),
        ("gpt-oss-120b", 73_728),
        // Not in that table, by hand: 2 x L x H_kv x d_h x 2.
        ("llama-2-7b", 524_288), ("llama-2-70b", 327_680), ("codellama-34b", 196_608),
        ("mistral-nemo-12b", 163_840), ("yi-34b", 245_760), ("llama-4-scout", 196_608),
    ])
    func bytesPerTokenAreThoseOfTheTable(name: String, bytes: Int64) throws {
        let model = try ModelDescriptor.named(name)
        #expect(model.keyValueBytesPerToken(.bf16) == bytes)
        #expect(model.keyValueBytesPerToken(.fp8) == bytes / 2)
        #expect(model.keyValueBytesPerToken(.int4) == bytes / 4)
    }

    /// Transfers of 4,096 tokens in the published table, in MB as printed there.
    @Test(arguments: [
        ("qwen2.5-7b", 235.0, 0.5), ("qwen2.5-32b", 1070, 5), ("llama-3.1-70b", 1340, 5),
        ("qwen3-235b-a22b", 790, 5), ("deepseek-v3", 288, 0.5), ("glm-4.5", 1540, 5),
    ])
    func bytesOf4096Tokens(name: String, megabytes: Double, rounding: Double) throws {
        let bytes = try ModelDescriptor.named(name).keyValueBytes(tokens: 4096, .bf16)
        #expect(abs(Double(bytes) / 1e6 - megabytes) <= rounding)
    }

    @Test func scalesAddFourBytesPerBegunBlockOf128() throws {
        // 2 x 8 x 128 = 2,048 values in 16 blocks, 64 layers.
        let qwen = try ModelDescriptor.named("qwen2.5-32b")
        #expect(qwen.keyValueBytesPerToken(.fp8, scales: true) == 64 * (2_048 + 64))
        #expect(qwen.keyValueBytesPerToken(.int8, scales: true) == 135_168)
        #expect(qwen.keyValueBytesPerToken(.bf16, scales: true) == 262_144)
        // 576 values begin 5 blocks, 61 layers.
        let deepSeek = try ModelDescriptor.named("deepseek-v3")
        #expect(deepSeek.keyValueBytesPerToken(.fp8, scales: true) == 61 * (576 + 20))
    }

    @Test func aWindowLayerKeepsItsWindow() throws {
        let oss = try ModelDescriptor.named("gpt-oss-20b")
        // 2,048 bytes per token and layer, 12 layers of each kind.
        #expect(oss.keyValueBytes(tokens: 100, .bf16) == 100 * 49_152)
        #expect(oss.keyValueBytes(tokens: 128, .bf16) == 6_291_456)
        #expect(oss.keyValueBytes(tokens: 129, .bf16) == 6_291_456 + 24_576)
        #expect(oss.keyValueBytes(tokens: 131_072, .bf16) == 12 * 2_048 * (131_072 + 128))
        let half = Double(oss.keyValueBytes(tokens: 131_072, .bf16)) / Double(131_072 * 49_152)
        #expect(abs(half - 0.5) < 0.001)
    }

    @Test(arguments: ModelRegistry.names)
    func aCacheNeverShrinksAndNeverExceedsItsLinearBound(name: String) throws {
        let model = try ModelDescriptor.named(name)
        for type in [DataType.bf16, .fp8, .int4] {
            for scales in [false, true] {
                let perToken = model.keyValueBytesPerToken(type, scales: scales)
                var last: Int64 = 0
                for tokens in [0, 1, 2, 127, 128, 129, 4_096, 8_191, 8_192, 8_193, 131_072] {
                    let bytes = model.keyValueBytes(tokens: tokens, type, scales: scales)
                    #expect(bytes >= last && bytes <= Int64(tokens) * perToken)
                    last = bytes
                }
                #expect(model.keyValueBytes(tokens: 1, type, scales: scales) == perToken)
            }
        }
    }

    @Test func theLatentDoesNotDependOnHeads() throws {
        var model = try ModelDescriptor.named("deepseek-v3")
        model.queryHeads = 16
        #expect(model.cachedValuesPerLayer(.mla) == 576)
        #expect(model.keyValueBytesPerToken(layerOf: .mla, .bf16) == 1_152)
    }
}
