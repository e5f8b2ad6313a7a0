import ModelGraph
import Testing

/// A step reads the weights that the model has: no more, no less.
@Suite struct StepOperatorsWeightTests {
    /// Tokens after which uniform routing has left no expert idle, to the last bit of a Double.
    private static let manyTokens = 8192

    /// All weights but the input embedding, from which a step reads only some rows.
    private static func readBytes(_ model: ModelDescriptor) -> Double {
        let embedding = model.headParameters
        return Double(model.publishedWeightBytes) - Double(embedding) * model.embeddingType.bytes
    }

    @Test(arguments: ModelDescriptor.denseNames)
    func oneTokenReadsEveryWeightOfADenseModel(name: String) throws {
        let operators = try StepOperators(name)
        #expect(operators.weightBytes(tokens: 1) == Self.readBytes(operators.model))
    }

    @Test(arguments: ModelDescriptor.expertNames)
    func manyTokensReadEveryExpert(name: String) throws {
        let operators = try StepOperators(name)
        let read = operators.weightBytes(tokens: Self.manyTokens)
        // Stored bytes are rounded up to whole ones.
        #expect(abs(read - Self.readBytes(operators.model)) <= 2)
    }

    @Test func oneTokenReadsOnlyTheExpertsItVisits() throws {
        let operators = try StepOperators("qwen3-30b-a3b")
        let grouped = operators.decode(sequences: 1).filter { $0.operatorClass == .groupedGemm }
        let experts = grouped.compactMap { operation -> Double? in
            guard case .groupedGemm(_, let active, _, _) = operation.shape else { return nil }
            return active
        }
        #expect(experts.count == 2)
        #expect(experts.allSatisfy { abs($0 - 8) < 1e-9 })
    }

    /// The share of experts without a token is (1 - k/E)^tokens: 128 (1 - (15/16)^2) = 15.5.
    @Test func activeExpertsOfTwoTokensByHand() throws {
        let list = try StepOperators("qwen3-30b-a3b").linear(tokens: 2)
        let operation = try #require(list.named("expert_down").first)
        guard case .groupedGemm(let rows, let active, let n, let k) = operation.shape else {
            Issue.record("not a grouped GEMM")
            return
        }
        #expect(rows == 16)
        #expect(active == 15.5)
        #expect([n, k] == [2048, 768])
    }

    @Test(arguments: ModelRegistry.names)
    func ranksHoldTheModelTogether(name: String) throws {
        let whole = try StepOperators(name, weightType: .bf16)
        let tokens = Self.manyTokens
        let all = whole.weightBytes(tokens: tokens)
        for degree in whole.model.tensorDegrees {
            let rank = try StepOperators(name, tensor: degree, weightType: .bf16)
            let together = rank.weightBytes(tokens: tokens) * Double(degree)
            #expect(together == all + 2 * whole.model.replicatedValues(degree: degree), "tensor \(degree)")
        }
    }

    /// Whole experts on some ranks, or a slice of each on all: the same bytes and FLOP when all are busy.
    @Test(arguments: ["qwen3-30b-a3b", "mixtral-8x7b", "deepseek-v3", "gpt-oss-120b", "llama-4-scout"])
    func wholeExpertsAndSlicesWeighTheSame(name: String) throws {
        let slices = try StepOperators(name, tensor: 8)
        let experts = try StepOperators(name, tensor: 8, expert: 8)
        #expect(experts.weightBytes(tokens: Self.manyTokens) == slices.weightBytes(tokens: Self.manyTokens))
        let tokens = 1000
        #expect(experts.decode(sequences: tokens).linearFLOP == slices.decode(sequences: tokens).linearFLOP)
    }

    @Test func aChosenTypeIsThatOfEveryWeightButTheVocabulary() throws {
        let operators = try StepOperators("gpt-oss-20b", weightType: .fp8)
        for operation in operators.decode(sequences: 1) where operation.hasWeights {
            let isKept = ["router", "lm_head"].contains(operation.name)
            #expect(operation.dataType == (isKept ? .bf16 : .fp8), "\(operation.name)")
            #expect(operation.streamType == .bf16)
        }
    }
}
