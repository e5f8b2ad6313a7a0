/// Families of policy-gradient algorithms, by what one step of them needs.
public enum AlgorithmName: String, Sendable, CaseIterable {
    /// Group-relative advantages: several responses to a prompt, no critic (arXiv 2402.03300).
    case grpo
    /// Proximal policy optimisation with a critic of the policy's size (arXiv 1707.06347).
    case ppo
    /// GRPO without a reference model, with groups of equal rewards filtered out (arXiv 2503.14476).
    case dapo
    /// Returns of whole responses with a baseline and no critic: REINFORCE++, RLOO, ReMax.
    case reinforce

    /// Whether the algorithm usually keeps close to a reference model.
    public var usuallyHasReference: Bool { self != .dapo }
    /// Whether the algorithm learns values.
    public var usuallyHasCritic: Bool { self == .ppo }
}

/// What one step of the algorithm computes.
public struct AlgorithmConfiguration: Sendable, Equatable {
    /// The family, which decides what a step needs unless that is stated.
    public var name: AlgorithmName
    /// Prompts whose responses one step trains on.
    public var promptsPerStep: Int
    /// Responses to each prompt: the group.
    public var rolloutsPerPrompt: Int
    /// Prompts of one optimizer step; divides `promptsPerStep`.
    public var miniBatchPrompts: Int
    /// Passes of the update over the step's responses.
    public var epochs: Int
    /// Log-probabilities of a frozen copy are computed too.
    public var hasReference: Bool
    /// A critic of the policy's architecture computes values and is updated too.
    public var hasCritic: Bool
    /// Time on the host in which the advantages of one sample are computed.
    public var advantageNanoseconds: Int64 = 0
    /// Groups that teach nothing are filtered out, and more are generated in their place.
    public var dynamicSampling: DynamicSampling?

    public init(
        name: AlgorithmName = .grpo, promptsPerStep: Int, rolloutsPerPrompt: Int, miniBatchPrompts: Int? = nil,
        epochs: Int = 1, hasReference: Bool? = nil, hasCritic: Bool? = nil, dynamicSampling: DynamicSampling? = nil
    ) {
        self.name = name
        self.promptsPerStep = promptsPerStep
        self.rolloutsPerPrompt = rolloutsPerPrompt
        self.miniBatchPrompts = miniBatchPrompts ?? promptsPerStep
        self.epochs = epochs
        self.hasReference = hasReference ?? name.usuallyHasReference
        self.hasCritic = hasCritic ?? name.usuallyHasCritic
        self.dynamicSampling = dynamicSampling
    }

    /// Responses of one step.
    public var samplesPerStep: Int { promptsPerStep * rolloutsPerPrompt }
}

/// Filtering of groups whose responses all earn the same reward (DAPO).
public struct DynamicSampling: Sendable, Equatable {
    /// Share of groups that are kept, above 0.
    public var keepRate: Double
    /// Batches of prompts that one step generates at most; then it trains on what there is.
    public var maximumBatches: Int
    /// Prompts of one such batch.
    public var batchPrompts: Int

    public init(keepRate: Double, maximumBatches: Int = 10, batchPrompts: Int) {
        self.keepRate = keepRate
        self.maximumBatches = maximumBatches
        self.batchPrompts = batchPrompts
    }
}
