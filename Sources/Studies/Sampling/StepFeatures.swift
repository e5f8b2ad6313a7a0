/// What the time of a step mostly depends on: the axes along which steps are sorted into strata.
public struct StepFeatures: Sendable, Equatable {
    /// Whether the step computes a part of a prompt.
    public var hasPrefill: Bool
    /// Decoding sequences and prompts in the step.
    public var batch: Int64
    /// Tokens that go through the linear layers.
    public var tokens: Int64
    /// Keys that the step's tokens find in the cache: contexts of decoding sequences, beginnings of prompts.
    public var keyValueTokens: Int64

    /// The features of a step that is put together by hand.
    public init(hasPrefill: Bool, batch: Int64, tokens: Int64, keyValueTokens: Int64) {
        self.hasPrefill = hasPrefill
        self.batch = batch
        self.tokens = tokens
        self.keyValueTokens = keyValueTokens
    }

    /// The features that have a size, in a fixed order, each with its name in a samples file.
    static let axes: [(name: String, path: KeyPath<StepFeatures, Int64> & Sendable)] = [
        ("batch", \.batch), ("tokens", \.tokens), ("kv_tokens", \.keyValueTokens),
    ]
}
