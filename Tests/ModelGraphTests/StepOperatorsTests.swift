import ModelGraph
import Testing

@Suite struct StepOperatorsTests {
    @Test func llamaOnTwoRanksByHand() throws {
        let list = try StepOperators("llama-3.1-8b", tensor: 2).linear(tokens: 10)
        #expect(list.map(\.name) == [
            "embedding", "qkv_proj", "rotary_and_cache", "o_proj", "gate_up_proj", "activation", "down_proj", "norm",
            "all_reduce",
        ])
        let shapes: [OperatorShape] = [
            .elementwise(bytes: 163_840),  // 10 tokens x 4096 x 2 bytes, read and written
            .gemm(m: 10, n: 3072, k: 4096),  // 16 query heads, 4 key and 4 value heads of 128
            .elementwise(bytes: 122_880),  // 20 rotated heads read and written, 8 heads cached
            .gemm(m: 10, n: 4096, k: 2048),
            .gemm(m: 10, n: 14336, k: 4096),
            .elementwise(bytes: 430_080),  // two read, one written
            .gemm(m: 10, n: 4096, k: 7168),
            .elementwise(bytes: 327_680),
            .allReduce(bytes: 81_920, ranks: 2),
        ]
        #expect(list.map(\.shape) == shapes)
        #expect(list.map(\.repetitions) == [1, 32, 32, 32, 32, 32, 32, 64, 64])
    }

    @Test func deepSeekOnEightRanksByHand() throws {
        let operators = try StepOperators("deepseek-v3", tensor: 8)
        let prompt = operators.step(StepShape(chunks: [PrefillChunk(tokens: 100, priorContext: 0)], logitRows: 0))
        #expect(prompt.named("q_down").map(\.shape) == [.gemm(m: 100, n: 1536, k: 7168)])
        #expect(prompt.named("q_up").map(\.shape) == [.gemm(m: 100, n: 3072, k: 1536)])
        #expect(prompt.named("kv_down").map(\.shape) == [.gemm(m: 100, n: 576, k: 7168)])
        #expect(prompt.named("kv_up").map(\.shape) == [.gemm(m: 100, n: 4096, k: 512)])
        #expect(prompt.named("o_proj").map(\.shape) == [.gemm(m: 100, n: 7168, k: 2048)])
        #expect(prompt.named("shared_gate_up_proj").map(\.shape) == [.gemm(m: 100, n: 512, k: 7168)])
        #expect(prompt.named("gate_up_proj").map(\.repetitions) == [3])
        #expect(prompt.named("expert_gate_up").map(\.repetitions) == [58])
        #expect(prompt.named("q_absorb").isEmpty)

        let decode = operators.step(StepShape(decodeSequences: 5, decodeContextTokens: 900, logitRows: 5))
        #expect(decode.named("q_absorb").map(\.shape) == [.batchedGemm(batches: 16, m: 5, n: 512, k: 128)])
        #expect(decode.named("v_absorb").map(\.shape) == [.batchedGemm(batches: 16, m: 5, n: 128, k: 512)])
        #expect(decode.named("kv_up").isEmpty)
        let heads = AttentionHeads(query: 16, keyValue: 1, keySize: 576, valueSize: 512, storedPerToken: 576)
        #expect(decode.named("attention").map(\.shape) == [
            .decodeAttention(sequences: 5, contextTokens: 900, heads: heads)
        ])
    }

    @Test func headByHand() throws {
        let operators = try StepOperators("llama-3.1-8b", tensor: 4)
        let shapes: [OperatorShape] = [
            .elementwise(bytes: 98_304), .gemm(m: 3, n: 32_064, k: 4096), .elementwise(bytes: 3_078_144),
            .allGather(bytes: 192_384, ranks: 4),
        ]
        #expect(operators.head(rows: 3).map(\.shape) == shapes)
        #expect(operators.head(rows: 0).isEmpty)
    }

    @Test func windowLayersReadTheirWindow() throws {
        let operators = try StepOperators("gpt-oss-20b")
        #expect(operators.attentionLayers.map(\.window) == [nil, 128])
        #expect(operators.attentionLayers.map(\.layers) == [12, 12])
        let keys = operators.decodeAttention(sequences: 2, contextTokens: 5000, windowTokens: 256).map { operation in
            if case .decodeAttention(_, let keys, _, _) = operation.shape { keys } else { Int64(-1) }
        }
        #expect(keys == [5000, 256])
    }

    @Test func keyValueHeadsAreReplicatedWhereRanksOutnumberThem() throws {
        #expect(try StepOperators("qwen3-235b-a22b", tensor: 4).keyValueHeadsPerRank == 1)
        #expect(try StepOperators("qwen3-235b-a22b", tensor: 8).keyValueHeadsPerRank == 1)
        #expect(try StepOperators("llama-3.1-8b", tensor: 2).decodeHeads.storedPerToken == 2 * 4 * 128)
        // A latent is one for all heads, so every rank stores it.
        #expect(try StepOperators("deepseek-v3", tensor: 8).decodeHeads.storedPerToken == 576)
    }

    @Test func stagesSendTheirPartOfTheHiddenState() throws {
        let model = try ModelDescriptor.named("llama-3.1-8b")
        let operators = StepOperators(model: model, parallelism: Parallelism(tensor: 2, pipeline: 4))
        let sends = operators.linear(tokens: 10).named("stage_send")
        #expect(sends.map(\.shape) == [.sendReceive(bytes: 40_960)])
        #expect(sends.map(\.repetitions) == [3])
    }

    @Test func oneRankHasNoCollectives() throws {
        let list = try StepOperators("mixtral-8x7b").decode(sequences: 4)
        #expect(list.allSatisfy { $0.operatorClass != .collective })
    }

    @Test func anEmptyStepHasNoOperators() throws {
        for name in ["llama-3.1-8b", "deepseek-v3", "gpt-oss-20b"] {
            #expect(try StepOperators(name).step(StepShape(logitRows: 0)).isEmpty)
        }
    }
}
