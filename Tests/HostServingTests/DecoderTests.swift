import EventEngine
import ModelGraph
import Testing

@testable import HostServing

/// The host's decoder computes the transformer that it says it is.
@Suite struct DecoderTests {
    private static func decoder(_ model: ModelDescriptor = smallModel()) throws -> Decoder {
        try Decoder(model, maximumTokens: 64, maximumRows: 8, seed: 3)
    }

    @Test(arguments: [(4, 2, 8), (4, 4, 16), (6, 1, 8)])
    func logitsAreThoseOfDoublePrecision(query: Int, keyValue: Int, size: Int) throws {
        let decoder = try Self.decoder(smallModel(query: query, keyValue: keyValue, size: size))
        for count in [1, 2, 17, 40] {
            let cache = PagedKeyValues(decoder.shape, blocks: 16, blockTokens: 4)
            var blocks: [Int32] = []
            cache.take(12, into: &blocks)
            let tokens = randomTokens(count, "prompt \(count)")
            let reference = ReferenceDecoder(decoder).logits(tokens)
            let found = try decoder.logits(tokens, from: 0, isChunk: true, cache, blocks)
            #expect(relativeError(found, reference) < 1e-5)
        }
    }

    /// A prompt in chunks and then token by token, over blocks in any order, is the prompt as a whole.
    @Test func chunksAndPagedDecodeEqualTheWholePrefix() throws {
        let decoder = try Self.decoder()
        let tokens = randomTokens(40, "text")
        let cache = PagedKeyValues(decoder.shape, blocks: 32, blockTokens: 4)
        var other: [Int32] = [], blocks: [Int32] = []
        for _ in 0..<10 {
            cache.take(1, into: &blocks)
            cache.take(1, into: &other)
        }
        blocks.reverse()
        _ = try decoder.logits(Array(tokens.prefix(7)), from: 0, isChunk: true, cache, blocks)
        _ = try decoder.logits(Array(tokens.prefix(19)), from: 7, isChunk: true, cache, blocks)
        for end in 20...40 {
            let found = try decoder.logits(Array(tokens.prefix(end)), from: end - 1, isChunk: false, cache, blocks)
            let reference = ReferenceDecoder(decoder).logits(Array(tokens.prefix(end)))
            #expect(relativeError(found, reference) < 1e-5, "\(end) tokens")
        }
    }

    /// What stands beside a sequence in a step, and how rows are padded, is nothing to it.
    @Test func neighboursInABatchChangeNothing() throws {
        let decoder = try Self.decoder()
        let texts = (0..<5).map { randomTokens(9 + 3 * $0, "text \($0)") }
        let cache = PagedKeyValues(decoder.shape, blocks: 64, blockTokens: 4)
        var parts: [DecoderPart] = []
        for (index, text) in texts.enumerated() {
            var blocks: [Int32] = []
            cache.take(8, into: &blocks)
            let isDecoding = index < 3
            if isDecoding { _ = try decoder.logits(text.dropLast(), from: 0, isChunk: true, cache, blocks) }
            parts.append(DecoderPart(
                tokens: isDecoding ? text.suffix(1) : text[...], prior: isDecoding ? text.count - 1 : 0, blocks: blocks,
                isChunk: !isDecoding, wantsLogits: true))
        }
        let start = try decoder.step(parts, cache)
        for (index, text) in texts.enumerated() {
            let row = UnsafeBufferPointer(
                start: start + index * decoder.model.vocabulary, count: decoder.model.vocabulary)
            #expect(relativeError(row, ReferenceDecoder(decoder).logits(text)) < 1e-5, "sequence \(index)")
        }
    }

    @Test func modelsOfOtherKindsAreRefused() throws {
        let experts = try ModelDescriptor.named("qwen3-30b-a3b")
        #expect(throws: HostServingError.self) { try Self.decoder(experts) }
        #expect(throws: HostServingError.self) { try Self.decoder(.named("deepseek-v3")) }
    }

    /// Products and attention take most of a step, and what a stopwatch counts is within the step.
    @Test func aStopwatchCountsEveryKindOfKernel() throws {
        let decoder = try Self.decoder()
        decoder.stopwatch = KernelStopwatch()
        let cache = PagedKeyValues(decoder.shape, blocks: 16, blockTokens: 4)
        var blocks: [Int32] = []
        cache.take(12, into: &blocks)
        let tokens = randomTokens(31, "prompt")
        _ = try decoder.logits(Array(tokens.dropLast()), from: 0, isChunk: true, cache, blocks)
        _ = try decoder.logits(tokens, from: 30, isChunk: false, cache, blocks)
        let watch = try #require(decoder.stopwatch)
        for kind in [OperatorClass.gemm, .prefillAttention, .decodeAttention, .elementwise] { #expect(watch[kind] > 0) }
        #expect(watch[.collective] == 0)
    }
}
