import EventEngine
import ModelGraph
import Testing

/// Arithmetic of a step from the model's size alone.
@Suite struct StepOperatorsFLOPTests {
    /// Values one token is multiplied with: the active ones, without the lookup in the embedding but with
    /// the output head, which costs its product also where it is the embedding matrix.
    private static func multipliedValues(_ model: ModelDescriptor) -> Double {
        Double(model.parameters.active - model.headParameters)
    }

    /// 2 FLOP a token and active weight, in the expanded and in the absorbed form of latent attention.
    @Test(arguments: ModelRegistry.names)
    func linearLayersCostTwiceTheActiveParameters(name: String) throws {
        let operators = try StepOperators(name)
        let perToken = 2 * Self.multipliedValues(operators.model)
        for tokens in [1, 3, 128, 4096] {
            #expect(operators.prompt(tokens: tokens).linearFLOP == perToken * Double(tokens))
            #expect(operators.decode(sequences: tokens).linearFLOP == perToken * Double(tokens))
        }
    }

    @Test(arguments: ModelRegistry.names)
    func ranksShareTheArithmetic(name: String) throws {
        let whole = try StepOperators(name)
        let tokens = 64
        for degree in whole.model.tensorDegrees {
            let rank = try StepOperators(name, tensor: degree)
            let replicated = 2 * whole.model.replicatedValues(degree: degree) * Double(tokens)
            #expect(rank.prompt(tokens: tokens).linearFLOP * Double(degree)
                == whole.prompt(tokens: tokens).linearFLOP + replicated, "tensor \(degree)")
            for (part, all) in [(rank.prompt(tokens: tokens), whole.prompt(tokens: tokens)),
                                (rank.decode(sequences: tokens), whole.decode(sequences: tokens))] {
                #expect(part.attentionFLOP * Double(degree) == all.attentionFLOP, "tensor \(degree)")
            }
        }
    }

    /// Full, latent and window layers; a prompt in one kernel, in many steps, and in many chunks of one.
    @Test(arguments: ["llama-3.1-8b", "qwen2.5-32b", "deepseek-v3", "gpt-oss-20b", "llama-4-scout"])
    func chunkingKeepsAttention(name: String) throws {
        let operators = try StepOperators(name)
        var random = RandomStream(seed: 5, name: name)
        for _ in 0..<50 {
            let tokens = 1 + random.uniform(below: 30_000)
            let prompt = PrefillChunk(tokens: tokens, priorContext: random.uniform(below: 5000))
            let chunks = random.cut(prompt)
            let whole = operators.prefillAttention([prompt]).attentionFLOP
            #expect(operators.prefillAttention(chunks).attentionFLOP == whole)
            #expect(chunks.reduce(0) { $0 + operators.prefillAttention([$1]).attentionFLOP } == whole)
        }
    }

    /// Decoding n tokens after a prompt is the attention of a chunk of n tokens; with latent attention the
    /// absorbed form works on longer vectors, (512 + 64 + 512) / (192 + 128) times as many.
    @Test(arguments: [("llama-3.1-8b", 1.0), ("gpt-oss-20b", 1), ("llama-4-scout", 1), ("deepseek-v3", 3.4)])
    func decodingIsAPromptOneTokenAtATime(name: String, ratio: Double) throws {
        let operators = try StepOperators(name)
        let window = operators.attentionLayers.compactMap(\.window).first
        let prior = 8000, tokens = 500
        let decoded = (1...tokens).reduce(0.0) { sum, index in
            let context = prior + index
            let list = operators.decodeAttention(
                sequences: 1, contextTokens: Int64(context), windowTokens: Int64(min(context, window ?? context)))
            return sum + list.attentionFLOP
        }
        let chunk = operators.prefillAttention([PrefillChunk(tokens: tokens, priorContext: prior)]).attentionFLOP
        #expect(abs(decoded / chunk - ratio) < 1e-12)
    }

    /// 32 layers x 4 x 4096 x 8192 x 8193 / 2 of attention, and 2 x 8192 x 6,979,321,856 of linear layers.
    @Test func llamaPromptByHand() throws {
        let operators = try StepOperators("llama-3.1-8b")
        let list = operators.step(StepShape(chunks: [PrefillChunk(tokens: 8192, priorContext: 0)], logitRows: 1))
        #expect(list.attentionFLOP == 17_594_333_528_064)
        let head = 2.0 * 128_256 * 4096
        #expect(list.linearFLOP == 2 * 8192 * 6_979_321_856 + head)
    }

    /// The busiest rank's experts get `imbalance` times the mean; nothing else changes.
    @Test func imbalanceLoadsOnlyExperts() throws {
        let even = try StepOperators("qwen3-235b-a22b", tensor: 8, expert: 8).linear(tokens: 512)
        let skewed = try StepOperators("qwen3-235b-a22b", tensor: 8, expert: 8, imbalance: 1.5).linear(tokens: 512)
        for (one, other) in zip(even, skewed) {
            let factor = one.operatorClass == .groupedGemm ? 1.5 : 1
            #expect(other.flop == factor * one.flop, "\(one.name)")
        }
        // Slices of every expert are loaded alike, whatever the routing.
        let slices = try StepOperators("qwen3-235b-a22b", tensor: 8).linear(tokens: 512)
        #expect(try StepOperators("qwen3-235b-a22b", tensor: 8, imbalance: 1.5).linear(tokens: 512) == slices)
    }
}
