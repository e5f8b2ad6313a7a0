import EventEngine
import Hardware
import ModelGraph
import Testing

@testable import Timing

/// On one thread of a processor arithmetic and memory add up, and little is padded.
@Suite struct ThreadTimerTests {
    /// 100 GFLOP/s and 20 GB/s, of which the prior's profile reaches 0.8.
    private static let flopNanoseconds = 1 / (100 * 0.8), byteNanoseconds = 1 / (20 * 0.8)

    private static func nanoseconds(_ shape: OperatorShape, _ type: DataType = .fp32) throws -> Double {
        let operation = StepOperator("any", shape, dataType: type, streamType: type, repetitions: 1)
        return try makeTimer("host").modelNanoseconds(of: operation)
    }

    @Test func aProductIsTheSumOfArithmeticAndMemory() throws {
        let flop = 2.0 * 24 * 2048 * 768, bytes = 4.0 * (2048 * 768 + 24 * (2048 + 768))
        let expected = flop * Self.flopNanoseconds + bytes * Self.byteNanoseconds + 3000
        #expect(abs(try Self.nanoseconds(.gemm(m: 24, n: 2048, k: 768)) - expected) < 1e-6 * expected)
        let batchedBytes = 4.0 * (3 * 2048 * 768 + 24 * (2048 + 768))
        let batched = flop * Self.flopNanoseconds + batchedBytes * Self.byteNanoseconds + 3000
        #expect(abs(try Self.nanoseconds(.batchedGemm(batches: 3, m: 8, n: 2048, k: 768)) - batched) < 1)
    }

    @Test func decodeAttentionIsTheSumOverTheHeadsThatThereAre() throws {
        let heads = AttentionHeads(query: 6, keyValue: 2, keySize: 64, valueSize: 64, storedPerToken: 256)
        let flop = 2.0 * 1000 * 6 * 128, bytes = 4.0 * (1000 * 256 + 2 * 6 * 128)
        let expected = flop * Self.flopNanoseconds + bytes * Self.byteNanoseconds + 12_000
        let found = try Self.nanoseconds(.decodeAttention(sequences: 2, contextTokens: 1000, heads: heads))
        #expect(abs(found - expected) < 1e-6 * expected)
    }

    /// Sixteen queries at a time: 20 queries behind 10 others see 410 pairs, and 150 more are computed.
    @Test func prefillAttentionTakesSixteenQueriesAtATime() throws {
        let heads = AttentionHeads(query: 6, keyValue: 2, keySize: 128, valueSize: 128, storedPerToken: 512)
        let chunk = PrefillChunk(tokens: 20, priorContext: 10)
        #expect(chunk.pairs(window: nil) == 410)
        let shape = OperatorShape.prefillAttention(
            pairs: 410, executedPairs: chunk.paddedPairs(window: nil),
            lastBlockPairs: chunk.lastBlockPairs(window: nil),
            queries: 20, keys: 30, heads: heads)
        let flop = 2.0 * (410 + 150) * 6 * 256, bytes = 4.0 * (30 * 512 + 20 * 6 * 256)
        let expected = flop * Self.flopNanoseconds + bytes * Self.byteNanoseconds + 12_000
        #expect(abs(try Self.nanoseconds(shape) - expected) < 1e-6 * expected)
    }

    /// The steps of accelerators are none the wiser: only the device's cores decide.
    @Test func onlyAThreadIsTimedSo() throws {
        #expect(KernelBlocks.of(try .named("host")) == .thread)
        for name in DeviceDescriptor.shippedNames where name != "host" {
            #expect(KernelBlocks.of(try .named(name)) == .accelerator)
        }
    }
}
