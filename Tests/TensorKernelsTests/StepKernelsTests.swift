import ModelGraph
import Testing

@testable import TensorKernels

@Suite struct StepKernelsTests {
    private static let dense = AttentionHeads.grouped(4, 2, 16, 16)
    private static let latent = AttentionHeads(
        query: 4, keyValue: 1, keySize: 24, valueSize: 16, storedPerToken: 24)

    private static func operation(_ name: String, _ shape: OperatorShape) -> StepOperator {
        StepOperator(name, shape, dataType: .bf16, streamType: .bf16, repetitions: 3)
    }

    private static let operators = [
        operation("embedding", .elementwise(bytes: 4 * 5 * 64)),
        operation("norm", .elementwise(bytes: 8 * 5 * 64)),
        operation("qkv_proj", .gemm(m: 5, n: 128, k: 64)),
        operation("q_absorb", .batchedGemm(batches: 4, m: 2, n: 24, k: 16)),
        operation(
            "attention",
            .prefillAttention(pairs: 21, executedPairs: 64, lastBlockPairs: 64, queries: 6, keys: 6, heads: dense)),
        operation("attention", .decodeAttention(sequences: 3, contextTokens: 70, heads: dense)),
        operation("attention", .decodeAttention(sequences: 3, contextTokens: 70, heads: latent)),
        operation("expert_gate_up", .groupedGemm(rows: 10, activeExperts: 3.6, n: 32, k: 64)),
        operation("activation", .elementwise(bytes: 6 * 5 * 64)),
        operation("sampling", .elementwise(bytes: 8 * 1000)),
        operation("all_reduce", .allReduce(bytes: 100, ranks: 2)),
    ]

    /// Every operator but the collectives is prepared, then measured, whatever the arithmetic.
    @Test(arguments: GemmType.allCases)
    func operatorsAreRunOnce(type: GemmType) throws {
        let kernels = try StepKernels(arithmetic: type, hiddenSize: 64, seed: 1)
        var measured = 0
        let seconds = try kernels.run(Self.operators) { work in
            work()
            work()
            measured += 1
            return Double(measured)
        }
        #expect(seconds == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, nil])
    }

    /// A caller who finds the spread too wide stops the run.
    @Test func failuresOfTheMeasurementAreThrown() throws {
        struct TooNoisy: Error {}
        let kernels = try StepKernels(arithmetic: .fp32, hiddenSize: 64, seed: 1)
        #expect(throws: TooNoisy.self) { try kernels.run(Self.operators) { _ in throw TooNoisy() } }
    }

    @Test func chunksHaveTheOperatorsPairs() {
        // One chunk of 100 after 50: 100 x 50 + 100 x 101 / 2.
        #expect(StepAttention.chunks(pairs: 10_050, queries: 100, keys: 150) == 1)
        // Four of 25 without prior context: 4 x 25 x 26 / 2.
        #expect(StepAttention.chunks(pairs: 1300, queries: 100, keys: 100) == 4)
        #expect(StepAttention.chunks(pairs: 0, queries: 3, keys: 3) == 3)
        #expect((0..<7).reduce(0) { $0 + StepAttention.share($1, of: 100, 7) } == 100)
    }
}
