import ModelGraph

/// What a small decoder on the host is made of: grouped-query attention over all tokens, dense gated feed-forward
/// blocks, everything in single precision.
struct DecoderShape: Sendable, Equatable {
    let layers: Int
    let hidden: Int
    let intermediate: Int
    let vocabulary: Int
    let heads: AttentionHeads

    /// Width of a row of queries, keys and values as one projection gives them.
    var queryKeyValue: Int { (heads.query + 2 * heads.keyValue) * heads.keySize }
    /// Width of all query heads.
    var queries: Int { heads.query * heads.keySize }

    /// - Throws: what of the model the host's decoder does not have.
    init(_ model: ModelDescriptor) throws(HostServingError) {
        let isPlain = model.latentAttention == nil && model.mixtureOfExperts == nil
            && model.groups.allSatisfy { $0.attention == .full && $0.feedForward == .dense }
        guard isPlain else {
            throw HostServingError(
                "\(model.name) has latent or windowed attention or experts",
                remedy: "the host serves dense models with full attention")
        }
        guard model.headSize % 2 == 0, model.hiddenSize > 0, model.intermediateSize > 0 else {
            throw HostServingError(
                "\(model.name) has heads of \(model.headSize)", remedy: "rotary positions need pairs")
        }
        layers = model.layers
        hidden = model.hiddenSize
        intermediate = model.intermediateSize
        vocabulary = model.vocabulary
        heads = AttentionHeads(
            query: model.queryHeads, keyValue: model.keyValueHeads, keySize: model.headSize,
            valueSize: model.headSize, storedPerToken: 2 * model.keyValueHeads * model.headSize)
    }
}
