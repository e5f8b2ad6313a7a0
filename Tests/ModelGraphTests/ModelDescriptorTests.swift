import JSONText
import Testing

@testable import ModelGraph

/// A row of the published table of models; a nil is a dash there.
struct ModelRow: Sendable, CustomTestStringConvertible {
    var name: String
    var layers: Int
    var hidden: Int
    var heads: Int
    var keyValueHeads: Int?
    var headSize: Int?
    var intermediate: Int?
    var mixture: MixtureOfExperts?
    var denseLayers: Int
    var vocabulary: Int
    var maximumContext: Int

    var testDescription: String { name }

    init(
        _ name: String, _ layers: Int, _ hidden: Int, _ heads: Int, _ keyValueHeads: Int?, _ headSize: Int?,
        _ intermediate: Int?, moe mixture: (Int, Int, Int, Int)? = nil, dense: Int? = nil,
        vocabulary: Int, context maximumContext: Int
    ) {
        self.name = name
        self.layers = layers
        self.hidden = hidden
        self.heads = heads
        self.keyValueHeads = keyValueHeads
        self.headSize = headSize
        self.intermediate = intermediate
        self.mixture = mixture.map {
            MixtureOfExperts(experts: $0.0, expertsPerToken: $0.1, sharedExperts: $0.2, expertIntermediate: $0.3)
        }
        denseLayers = dense ?? (mixture == nil ? layers : 0)
        self.vocabulary = vocabulary
        self.maximumContext = maximumContext
    }

    static let all: [ModelRow] = [
        ModelRow("qwen2.5-7b", 28, 3584, 28, 4, 128, 18944, vocabulary: 152064, context: 32768),
        ModelRow("qwen2.5-14b", 48, 5120, 40, 8, 128, 13824, vocabulary: 152064, context: 32768),
        ModelRow("qwen2.5-32b", 64, 5120, 40, 8, 128, 27648, vocabulary: 152064, context: 32768),
        ModelRow("qwen2.5-72b", 80, 8192, 64, 8, 128, 29568, vocabulary: 152064, context: 32768),
        ModelRow("qwen3-0.6b", 28, 1024, 16, 8, 128, 3072, vocabulary: 151936, context: 32768),
        ModelRow("qwen3-8b", 36, 4096, 32, 8, 128, 12288, vocabulary: 151936, context: 32768),
        ModelRow("qwen3-14b", 40, 5120, 40, 8, 128, 17408, vocabulary: 151936, context: 32768),
        ModelRow("qwen3-32b", 64, 5120, 64, 8, 128, 25600, vocabulary: 151936, context: 32768),
        ModelRow("qwen3-30b-a3b", 48, 2048, 32, 4, 128, nil, moe: (128, 8, 0, 768), vocabulary: 151936, context: 32768),
        ModelRow(
            "qwen3-235b-a22b", 94, 4096, 64, 4, 128, nil, moe: (128, 8, 0, 1536), vocabulary: 151936, context: 32768),
        ModelRow(
            "qwen3-coder-480b", 62, 6144, 96, 8, 128, nil, moe: (160, 8, 0, 2560), vocabulary: 151936, context: 262144),
        ModelRow("llama-2-7b", 32, 4096, 32, 32, 128, 11008, vocabulary: 32000, context: 4096),
        ModelRow("llama-2-70b", 80, 8192, 64, 8, 128, 28672, vocabulary: 32000, context: 4096),
        ModelRow("codellama-34b", 48, 8192, 64, 8, 128, 22016, vocabulary: 32000, context: 16384),
        ModelRow("llama-3.1-8b", 32, 4096, 32, 8, 128, 14336, vocabulary: 128256, context: 131072),
        ModelRow("llama-3.1-70b", 80, 8192, 64, 8, 128, 28672, vocabulary: 128256, context: 131072),
        ModelRow("llama-3.1-405b", 126, 16384, 128, 8, 128, 53248, vocabulary: 128256, context: 131072),
        ModelRow(
            "llama-4-scout", 48, 5120, 40, 8, 128, nil, moe: (16, 1, 1, 8192), vocabulary: 202048, context: 10485760),
        ModelRow("mistral-nemo-12b", 40, 5120, 32, 8, 128, 14336, vocabulary: 131072, context: 131072),
        ModelRow("mixtral-8x7b", 32, 4096, 32, 8, 128, nil, moe: (8, 2, 0, 14336), vocabulary: 32000, context: 32768),
        ModelRow("mixtral-8x22b", 56, 6144, 48, 8, 128, nil, moe: (8, 2, 0, 16384), vocabulary: 32000, context: 65536),
        ModelRow("yi-34b", 60, 7168, 56, 8, 128, 20480, vocabulary: 64000, context: 4096),
        ModelRow(
            "deepseek-v3", 61, 7168, 128, nil, nil, 18432, moe: (256, 8, 1, 2048), dense: 3, vocabulary: 129280,
            context: 163840),
        ModelRow(
            "deepseek-r1", 61, 7168, 128, nil, nil, 18432, moe: (256, 8, 1, 2048), dense: 3, vocabulary: 129280,
            context: 163840),
        ModelRow(
            "kimi-k2", 61, 7168, 64, nil, nil, 18432, moe: (384, 8, 1, 2048), dense: 1, vocabulary: 163840,
            context: 131072),
        ModelRow(
            "glm-4.5", 92, 5120, 96, 8, 128, 12288, moe: (160, 8, 1, 1536), dense: 3, vocabulary: 151552,
            context: 131072),
        ModelRow(
            "glm-5", 78, 6144, 64, nil, nil, 12288, moe: (256, 8, 1, 2048), dense: 3, vocabulary: 154880,
            context: 202752),
        ModelRow("gpt-oss-20b", 24, 2880, 64, 8, 64, nil, moe: (32, 4, 0, 2880), vocabulary: 201088, context: 131072),
        ModelRow("gpt-oss-120b", 36, 2880, 64, 8, 64, nil, moe: (128, 4, 0, 2880), vocabulary: 201088, context: 131072),
    ]
}

@Suite struct ModelDescriptorTests {
    @Test(arguments: ModelRow.all)
    func shapeIsThatOfTheTable(row: ModelRow) throws {
        let model = try ModelDescriptor.named(row.name)
        #expect(model.layers == row.layers)
        #expect(model.hiddenSize == row.hidden)
        #expect(model.queryHeads == row.heads)
        #expect(model.intermediateSize == row.intermediate ?? 0)
        #expect(model.mixtureOfExperts == row.mixture)
        #expect(model.vocabulary == row.vocabulary)
        #expect(model.maximumContext == row.maximumContext)
        #expect(model.groups.filter { $0.feedForward == .dense }.reduce(0) { $0 + $1.count } == row.denseLayers)
        #expect(model.tiedEmbeddings == (row.name == "qwen3-0.6b"))
        if let headSize = row.headSize {
            #expect(model.keyValueHeads == row.keyValueHeads)
            #expect(model.headSize == headSize)
            #expect(model.valueHeadSize == headSize)
            #expect(model.latentAttention == nil)
        } else {
            #expect(model.groups.allSatisfy { $0.attention == .mla })
            #expect(model.keyValueHeads == 1)
        }
    }

    @Test func theTableHasEveryShippedModel() {
        #expect(ModelRow.all.map(\.name) == ModelRegistry.names)
    }

    @Test(arguments: [
        ("deepseek-v3", 1536, 128, 128), ("deepseek-r1", 1536, 128, 128), ("kimi-k2", 1536, 128, 128),
        ("glm-5", 2048, 192, 256),
    ])
    func latentRanks(name: String, queryRank: Int, nope: Int, value: Int) throws {
        let model = try ModelDescriptor.named(name)
        #expect(
            model.latentAttention
                == LatentAttention(
                    queryRank: queryRank, keyValueRank: 512, nopeHeadSize: nope, ropeHeadSize: 64,
                    valueHeadSize: value))
        #expect(model.headSize == nope + 64)
        #expect(model.valueHeadSize == value)
    }

    @Test(arguments: ["qwen2.5-7b", "qwen2.5-32b", "qwen3-8b", "qwen3-235b-a22b"])
    func longestContextCountsRescaledPositions(name: String) throws {
        let model = try ModelDescriptor.named(name)
        #expect(model.maximumContext == 32_768)
        #expect(model.longestContext == 131_072)
        #expect(try ModelDescriptor.named("llama-3.1-8b").longestContext == 131_072)
        #expect(try ModelDescriptor.named("yi-34b").longestContext == 4_096)
    }

    @Test func publishedTypesOfWeights() throws {
        let deepSeek = try ModelDescriptor.named("deepseek-v3")
        #expect((deepSeek.weightType, deepSeek.expertType, deepSeek.embeddingType) == (.fp8, .fp8, .bf16))
        let oss = try ModelDescriptor.named("gpt-oss-120b")
        #expect((oss.weightType, oss.expertType, oss.embeddingType) == (.bf16, .fp4, .bf16))
        #expect(try ModelDescriptor.named("qwen3-235b-a22b").expertType == .bf16)
    }

    @Test func windowsAndFullAttentionAreGroups() throws {
        let oss = try ModelDescriptor.named("gpt-oss-20b")
        #expect(
            oss.groups == [
                LayerGroup(attention: .window(128), feedForward: .mixtureOfExperts, count: 12),
                LayerGroup(attention: .full, feedForward: .mixtureOfExperts, count: 12),
            ])
        let scout = try ModelDescriptor.named("llama-4-scout")
        #expect(scout.groups.map(\.attention) == [.window(8192), .full])
        #expect(scout.groups.map(\.count) == [36, 12])
    }

    @Test func whatIsFromMemoryIsMarked() throws {
        var marked: [String] = []
        for name in ModelRegistry.names {
            let source = try ModelDescriptor.named(name).source
            #expect(!source.text.isEmpty)
            if source.provenance == .assumed { marked.append(name) }
            marked += source.assumedKeys.map { "\(name).\($0)" }
        }
        #expect(
            marked == [
                "qwen2.5-14b", "qwen3-coder-480b.maximum_context", "mixtral-8x22b.maximum_context",
                "deepseek-v3.maximum_context", "deepseek-r1.maximum_context", "kimi-k2.weight_type",
                "glm-4.5.maximum_context", "glm-4.5.multi_token_prediction_layers",
                "glm-5.multi_token_prediction_layers",
            ])
    }
}
