import JSONText
import ModelGraph
import Scenario
import Testing

@testable import Studies

@Suite struct StepExecutionTests {
    @Test func aScaleKeepsTokensAndNarrowsTheRest() throws {
        let scale = StepScale(layers: 2, width: 0.25, memoryBytes: 1 << 40)
        func executed(_ shape: OperatorShape) -> OperatorShape? {
            scale.executed(StepOperator("x", shape, dataType: .bf16, streamType: .bf16, repetitions: 60))?.shape
        }
        #expect(executed(.gemm(m: 77, n: 4096, k: 1024)) == .gemm(m: 77, n: 1024, k: 256))
        #expect(executed(.groupedGemm(rows: 9, activeExperts: 3, n: 64, k: 128))
            == .groupedGemm(rows: 9, activeExperts: 3, n: 16, k: 32))
        let grouped = AttentionHeads(query: 32, keyValue: 8, keySize: 128, valueSize: 128, storedPerToken: 2048)
        let narrow = AttentionHeads(query: 8, keyValue: 2, keySize: 128, valueSize: 128, storedPerToken: 512)
        #expect(executed(.decodeAttention(sequences: 5, contextTokens: 999, heads: grouped))
            == .decodeAttention(sequences: 5, contextTokens: 999, heads: narrow))
        #expect(executed(.allReduce(bytes: 8, ranks: 2)) == nil)
        let latent = AttentionHeads(query: 128, keyValue: 1, keySize: 576, valueSize: 512, storedPerToken: 576)
        guard case .decodeAttention(_, _, let heads, _) = executed(
            .decodeAttention(sequences: 1, contextTokens: 9, heads: latent)) else {
            Issue.record("not an attention kernel")
            return
        }
        #expect(heads == AttentionHeads(query: 32, keyValue: 1, keySize: 576, valueSize: 512, storedPerToken: 576))
    }

    /// What does not fit into memory runs in part, in the same proportions.
    @Test func aKernelThatIsTooLargeRunsInPart() throws {
        let scale = StepScale(layers: 1, width: 1, memoryBytes: 1 << 20)
        let heads = AttentionHeads(query: 8, keyValue: 8, keySize: 64, valueSize: 64, storedPerToken: 1024)
        let shape = OperatorShape.decodeAttention(sequences: 64, contextTokens: 64_000, heads: heads)
        let executed = scale.executed(StepOperator("x", shape, dataType: .bf16, streamType: .bf16, repetitions: 1))
        guard case .decodeAttention(let sequences, let tokens, _, _) = executed?.shape else {
            Issue.record("not an attention kernel")
            return
        }
        #expect(sequences >= 1 && sequences < 64)
        #expect(tokens * 1024 * 4 <= 1 << 20)
        #expect(scale.executed(
            StepOperator("y", .gemm(m: 4, n: 8, k: 8), dataType: .bf16, streamType: .bf16, repetitions: 1))?.shape
            == .gemm(m: 4, n: 8, k: 8))
    }

    /// Every kind of model runs, with every operator timed, and the file reads back to the same samples.
    @Test(arguments: ["qwen3-0.6b", "qwen3-30b-a3b", "deepseek-v3", "gpt-oss-20b"])
    func samplesOfAStepSurviveTheFile(_ name: String) throws {
        let model = try ModelDescriptor.named(name)
        let operators = StepOperators(
            model: model, parallelism: Parallelism(tensor: 8, expert: model.mixtureOfExperts == nil ? 1 : 8))
        let shape = StepShape(
            chunks: [PrefillChunk(tokens: 33, priorContext: 16)], decodeSequences: 3, decodeContextTokens: 90,
            logitRows: 4)
        let execution = try StepExecution(
            scale: StepScale(layers: 1, width: 0.02, memoryBytes: 1 << 26), hiddenSize: model.hiddenSize, seed: 4)
        let step = try execution.sample(7, stratum: 0, shape, operators, name: "chat/mixed/7")
        #expect(step.operators.map(\.operation) == operators.step(shape))
        for item in step.operators {
            #expect((item.seconds == nil) == (item.operation.operatorClass == .collective), "\(item.operation.name)")
            #expect(item.seconds.map { $0 > 0 } ?? true)
        }
        #expect(step.seconds > 0)
        #expect(step.keyValueErrors.map(\.format) == ["int8", "fp8"])
        for error in step.keyValueErrors {
            #expect(error.cache > 0.0005 && error.cache < 0.06)
            #expect(error.attention > 0 && error.attention < 0.1)
        }
        if let moe = model.mixtureOfExperts {
            let experts = try #require(step.experts)
            #expect(experts.histograms.map { $0.reduce(0, +) } == [36 * moe.expertsPerToken])
            #expect(experts.rankMaximumOverMean >= 1 && experts.maximumOverMean >= experts.rankMaximumOverMean)
            // The numbers depend on nothing but seed and name.
            #expect(try execution.experts(model, ranks: 8, tokens: 36, name: "chat/mixed/7") == experts)
            #expect(try execution.experts(model, ranks: 8, tokens: 36, name: "chat/mixed/8") != experts)
        } else {
            #expect(step.experts == nil)
        }
        let strata = StepStrata([StepStratum(hasPrefill: true, ranges: [0..<9, 9..<Int64.max, 0..<Int64.max])])
        let file = SamplesFile(
            scale: StepScale(layers: 1, width: 0.02, memoryBytes: 1 << 26), seed: 4,
            variants: [.init(name: "base", scenarioHash: 0xF00D, workloads: [
                .init(name: "chat", pools: [("mixed", PoolSamples(strata: strata, population: 9, steps: [step]))])])])
        let text = JSONWriter.pretty.bytes(of: file.json)
        let read = try JSONDocument(bytes: text).decode(.samplesFile)
        #expect(read == file)
        #expect(JSONWriter.pretty.bytes(of: read.json) == text)
        #expect(read.hash == file.hash)
    }

    @Test func aDamagedFileNamesWhatIsWrong() throws {
        let text = """
            {"schema":"simulate-samples/1","scale":{"layers":1,"width":0.5,"memory_bytes":9},"seed":1,
             "variants":{"base":{"scenario_hash":"xyz","workloads":{"chat":{"pools":{"mixed":{"steps":3,
               "strata":[{"has_prefill":false,"batch":[4,2],"tokens":[0,null],"kv_tokens":[0,null]}],
               "samples":[],"colour":1}}}}}}}
            """
        do {
            _ = try JSONDocument(text: text).decode(.samplesFile)
            Issue.record("accepted")
        } catch {
            let messages = error.problems.map { "\($0.path) \($0.message)" }.joined(separator: "\n")
            for part in ["scenario_hash", "batch", "colour"] { #expect(messages.contains(part), "\(messages)") }
        }
    }
}
