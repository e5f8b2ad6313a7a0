import ModelGraph

/// What is measured to calibrate the host: shapes of kernels, and the model whose steps show what lies between them.
///
/// None of the shapes are those of the model that `simulate validate host` serves.
public struct HostPlan: Sendable {
    /// Outputs and inputs of weight matrices.
    var matrices: [(outputs: Int, inputs: Int)]
    var rows: [Int]
    var heads: [AttentionHeads]
    /// Sequences and the context of each.
    var decodes: [(sequences: Int, context: Int)]
    /// New tokens of a chunk and those before it.
    var prefills: [(tokens: Int, prior: Int)]
    /// Numbers that weights and caches are taken from in turn: more than the caches of a core hold, as a model is.
    var poolNumbers: Int
    /// The model whose steps are measured.
    var model: ModelDescriptor
    /// Sequences that decode together in measured steps.
    var batches: [Int]
    /// Tokens of prompts in measured steps.
    var prompts: [Int]
    /// Steps of each kind.
    var repetitions: Int

    /// What `simulate calibrate host` measures, in about a quarter of a minute.
    public static let standard = HostPlan(
        matrices: [
            (640, 640), (1152, 640), (640, 1792), (3584, 640), (1024, 1024), (1024, 3072), (6144, 1024), (4096, 640),
        ],
        rows: [1, 2, 4, 8, 16, 24, 32, 64, 96, 128, 192, 256],
        heads: [
            .hostHeads(query: 16, keyValue: 4, size: 64), .hostHeads(query: 10, keyValue: 5, size: 64),
            .hostHeads(query: 8, keyValue: 8, size: 64), .hostHeads(query: 8, keyValue: 2, size: 128),
        ],
        decodes: [(1, 40), (1, 300), (2, 150), (4, 90), (4, 400), (8, 200), (16, 120)],
        prefills: [(16, 0), (40, 0), (100, 0), (256, 0), (32, 200), (100, 100), (128, 384)],
        poolNumbers: 32 << 20,
        model: ModelDescriptor(
            name: "host-calibration", hiddenSize: 640, queryHeads: 10, keyValueHeads: 5, headSize: 64,
            intermediateSize: 1792, vocabulary: 4096, maximumContext: 512, weightType: .fp32, embeddingType: .fp32,
            keyValueType: .fp32, groups: [LayerGroup(attention: .full, feedForward: .dense, count: 4)],
            source: ModelSource(provenance: .assumed, text: "random weights, to measure a host")),
        batches: [1, 2, 4, 8, 16], prompts: [12, 40, 90, 128, 250], repetitions: 15)
}

extension AttentionHeads {
    /// Grouped-query heads with keys and values of one size.
    static func hostHeads(query: Int, keyValue: Int, size: Int) -> AttentionHeads {
        AttentionHeads(
            query: query, keyValue: keyValue, keySize: size, valueSize: size, storedPerToken: 2 * keyValue * size)
    }
}
