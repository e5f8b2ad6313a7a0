import EventEngine
import ModelGraph
import TraceFormats

@testable import HostServing

/// A model small enough for double precision in a debug build.
func smallModel(
    hidden: Int = 32, query: Int = 4, keyValue: Int = 2, size: Int = 8, layers: Int = 2, vocabulary: Int = 61
) -> ModelDescriptor {
    ModelDescriptor(
        name: "small", hiddenSize: hidden, queryHeads: query, keyValueHeads: keyValue, headSize: size,
        intermediateSize: 3 * hidden / 2, vocabulary: vocabulary, maximumContext: 128, weightType: .fp32,
        embeddingType: .fp32, keyValueType: .fp32,
        groups: [LayerGroup(attention: .full, feedForward: .dense, count: layers)],
        source: ModelSource(provenance: .assumed, text: "made for a test"))
}

/// Random tokens of a model's vocabulary.
func randomTokens(_ count: Int, _ name: String, below bound: Int = 61) -> [Int32] {
    var stream = RandomStream(seed: 5, name: name)
    return (0..<count).map { _ in Int32(stream.uniform(below: bound)) }
}

/// Requests with random lengths and arrivals within `span` seconds.
func randomTrace(_ count: Int, input: Int, output: Int, span: Double, _ name: String) -> RequestTrace {
    var stream = RandomStream(seed: 9, name: name)
    var trace = RequestTrace()
    trace.arrivalNanoseconds = (0..<count).map { _ in Int64(stream.uniform() * span * 1e9) }.sorted()
    trace.inputTokens = (0..<count).map { _ in Int32(1 + stream.uniform(below: input)) }
    trace.outputTokens = (0..<count).map { _ in Int32(1 + stream.uniform(below: output)) }
    return trace
}

extension Decoder {
    /// Logits of one part of one sequence, as an array.
    func logits(
        _ tokens: [Int32], from prior: Int, isChunk: Bool, _ cache: PagedKeyValues, _ blocks: [Int32]
    ) throws -> [Float] {
        let part = DecoderPart(
            tokens: tokens[prior...], prior: prior, blocks: blocks, isChunk: isChunk, wantsLogits: true)
        let start = try step([part], cache)
        return Array(UnsafeBufferPointer(start: start, count: model.vocabulary))
    }
}

/// Largest difference over the largest magnitude of the second.
func relativeError(_ values: some Sequence<Float>, _ reference: [Double]) -> Double {
    let largest = reference.reduce(0) { max($0, $1.magnitude) }
    return zip(values, reference).reduce(0) { max($0, (Double($1.0) - $1.1).magnitude) } / largest
}
