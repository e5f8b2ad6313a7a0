import ModelGraph
import Testing

/// FLOP and bytes of each kind of operator, worked by hand.
@Suite struct OperatorTests {
    private static func make(
        _ shape: OperatorShape, _ type: DataType = .bf16, stream: DataType = .bf16
    ) -> StepOperator {
        StepOperator("any", shape, dataType: type, streamType: stream, repetitions: 1)
    }

    private static let heads = AttentionHeads(query: 8, keyValue: 2, keySize: 128, valueSize: 128, storedPerToken: 512)

    @Test func gemm() {
        let operation = Self.make(.gemm(m: 4, n: 10, k: 100))
        #expect(operation.operatorClass == .gemm)
        #expect(operation.flop == 8000)
        #expect(operation.bytes == 2880)  // weights 2000, activations 4 x 110 x 2
        #expect(Self.make(.gemm(m: 4, n: 10, k: 100), .fp8).bytes == 1880)
    }

    /// A four-bit weight has its part of a scale: 8 bits per 32 for FP4, 16 bits per 128 for INT4.
    @Test func scalesOfQuantisedWeightsAreRead() {
        #expect(Self.make(.gemm(m: 0, n: 128, k: 100), .fp4).bytes == 6800)
        #expect(Self.make(.gemm(m: 0, n: 128, k: 100), .int4).bytes == 6600)
        #expect(Self.make(.groupedGemm(rows: 0, activeExperts: 3, n: 128, k: 100), .fp4).bytes == 20_400)
    }

    @Test func batchedGemm() {
        let operation = Self.make(.batchedGemm(batches: 16, m: 4, n: 10, k: 100))
        #expect(operation.operatorClass == .gemm)
        #expect(operation.flop == 128_000)
        #expect(operation.bytes == 46_080)
    }

    @Test func groupedGemm() {
        let operation = Self.make(.groupedGemm(rows: 6, activeExperts: 2.5, n: 10, k: 100))
        #expect(operation.operatorClass == .groupedGemm)
        #expect(operation.flop == 12000)
        #expect(operation.bytes == 6320)  // 2.5 x 2000 + 6 x 110 x 2
    }

    /// The mathematics' pairs are FLOP; what a kernel wastes on padding is time, not FLOP.
    @Test func prefillAttention() {
        let operation = Self.make(
            .prefillAttention(
                pairs: 50, executedPairs: 16384, lastBlockPairs: 2560, queries: 3, keys: 20, heads: Self.heads))
        #expect(operation.operatorClass == .prefillAttention)
        #expect(operation.flop == 204_800)  // 4 x 50 x 8 x 128
        #expect(operation.bytes == 32_768)  // 20 x 512 x 2 + 3 x 8 x 256 x 2
    }

    @Test func decodeAttention() {
        let shape = OperatorShape.decodeAttention(sequences: 3, contextTokens: 1000, heads: Self.heads)
        let operation = Self.make(shape)
        #expect(operation.operatorClass == .decodeAttention)
        #expect(operation.flop == 4_096_000)
        #expect(operation.bytes == 1_036_288)  // 1000 x 512 x 2 + 3 x 8 x 256 x 2
        // Queries and outputs stay in bf16 beside a cache in fp8.
        #expect(Self.make(shape, stream: .fp8).bytes == 524_288)
    }

    @Test func elementwiseMovesWhatItSays() {
        let operation = Self.make(.elementwise(bytes: 77))
        #expect(operation.operatorClass == .elementwise)
        #expect(operation.flop == 0)
        #expect(operation.bytes == 77)
    }

    @Test(arguments: [
        OperatorShape.allReduce(bytes: 1e6, ranks: 4), .allGather(bytes: 1e6, ranks: 4), .sendReceive(bytes: 1e6),
    ])
    func collectivesCrossLinksOnly(shape: OperatorShape) {
        let operation = Self.make(shape)
        #expect(operation.operatorClass == .collective)
        #expect(operation.flop == 0)
        #expect(operation.bytes == 0)
    }
}
