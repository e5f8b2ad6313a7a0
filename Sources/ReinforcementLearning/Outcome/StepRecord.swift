import EventEngine
import Serving

/// How many versions behind training what was trained on had been generated.
public struct StalenessHistogram: Sendable, Equatable {
    /// By versions, from 0: samples by their oldest token, and tokens.
    public private(set) var samples: [Int64] = []
    /// Tokens by the versions behind at which they were trained on, from 0.
    public private(set) var tokens: [Int64] = []

    public init() {}

    mutating func add(_ versions: Int, samples more: Int64 = 0, tokens others: Int64 = 0) {
        let index = max(0, versions)
        while samples.count <= index {
            samples.append(0)
            tokens.append(0)
        }
        samples[index] += more
        tokens[index] += others
    }

    mutating func add(_ other: StalenessHistogram) {
        for index in other.samples.indices { add(index, samples: other.samples[index], tokens: other.tokens[index]) }
    }

    /// Mean versions per token; 0 without tokens.
    public var meanByToken: Double { Self.mean(tokens) }
    /// Mean versions of samples by their oldest token.
    public var meanBySample: Double { Self.mean(samples) }
    /// The most versions.
    public var maximum: Int { max(0, (samples.lastIndex { $0 > 0 } ?? 0), (tokens.lastIndex { $0 > 0 } ?? 0)) }

    private static func mean(_ counts: [Int64]) -> Double {
        let sum = counts.reduce(0, +)
        guard sum > 0 else { return 0 }
        return Double(counts.enumerated().reduce(Int64(0)) { $0 + Int64($1.offset) * $1.element }) / Double(sum)
    }
}

/// What one step did.
public struct StepRecord: Sendable {
    /// When it began.
    public var start: Nanoseconds = 0
    /// When it ended.
    public var end: Nanoseconds = 0
    /// Time by ``StepPhase``; their sum is the step's.
    public var phases = Array(repeating: Nanoseconds(0), count: StepPhase.allCases.count)
    /// Groups, samples and tokens that were trained on.
    public var groups = 0
    /// Samples trained on.
    public var samples = 0
    /// Prompt tokens trained on, each sample's prompt counted.
    public var promptTokens: Int64 = 0
    /// Response tokens trained on.
    public var responseTokens: Int64 = 0
    /// Longest response that ended during the step.
    public var longestResponse = 0
    /// From the start of its prompt to its last token.
    public var longestNanoseconds: Nanoseconds = 0
    /// By ``ComputePass``: time of the pass that no generation hides.
    public var exposed = Array(repeating: Nanoseconds(0), count: ComputePass.allCases.count)
    /// Time in which training devices computed, update passes among it, streamed passes among it.
    public var trainBusy: Nanoseconds = 0
    /// Time of update passes, of the critic too.
    public var updateNanoseconds: Nanoseconds = 0
    /// Time of passes that ran on parts of the batch beside generation.
    public var streamedNanoseconds: Nanoseconds = 0
    /// Time that passes took longer because others computed on the same devices.
    public var slowedNanoseconds: Nanoseconds = 0
    /// Idle time of pipeline stages within `trainBusy`, were they alone.
    public var pipelineBubble: Nanoseconds = 0
    /// FLOP of the passes without recomputation, over all training devices.
    public var modelFlop = 0.0
    /// From the first prompt to the last response of the batch, and its part after nine tenths of them.
    public var generationNanoseconds: Nanoseconds = 0
    /// The part of the generation after nine tenths of the responses were done.
    public var tailNanoseconds: Nanoseconds = 0
    /// Time in which training devices were lent.
    public var lentNanoseconds: Nanoseconds = 0
    /// Bytes of weights moved, over all lanes.
    public var weightBytes: Int64 = 0
    /// What the rollout engine did during the step.
    public var use = EmbeddedUse()
    /// How old the samples and tokens trained on were, in versions of the weights.
    public var staleness = StalenessHistogram()
    /// Samples with tokens of more than one version, and the most versions between two of its tokens.
    public var partialSamples = 0
    /// Most versions between two tokens of one sample.
    public var longestSpan = 0

    /// From begin to end.
    public var duration: Nanoseconds { end - start }
    /// Prompt and response tokens trained on.
    public var tokens: Int64 { promptTokens + responseTokens }

    public init() {}

    /// Time of a phase.
    public func time(of phase: StepPhase) -> Nanoseconds { phases[phase.rawValue] }
}

/// Why a run ended before its last step.
public struct RunFailure: Sendable, Equatable {
    /// The phase of the step in which it happened.
    public var phase: StepPhase
    /// What was short, and who held the rest.
    public var message: String
}

/// What is counted over the whole run.
public struct RunCounts: Sendable, Equatable {
    /// Samples whose generation was begun.
    public var startedSamples = 0
    /// Samples that were generated to their end.
    public var finishedSamples = 0
    /// Samples beyond those that their group needed.
    public var droppedSamples = 0
    /// Groups given up, filtered out for equal rewards, and dropped for old weights.
    public var droppedGroups = 0
    /// Groups filtered out because their responses earned equal rewards.
    public var filteredGroups = 0
    /// Groups dropped because they were too old.
    public var staleGroups = 0
    /// Times a sample was carried to another step, or moved to another replica.
    public var carriedSamples = 0
    /// Times a sample moved to another replica.
    public var migratedSamples = 0
    /// Rounds that generated nothing but deferred groups.
    public var longRounds = 0
    /// Response tokens that were generated, and of those nobody trains on: given up, and filtered out.
    public var generatedTokens: Int64 = 0
    /// Response tokens that were generated and given up.
    public var discardedTokens: Int64 = 0
    /// Response tokens of groups that were filtered out.
    public var filteredTokens: Int64 = 0
    /// Tokens whose KV was computed again after an interruption.
    public var recomputedTokens: Int64 = 0
    /// Calls of tools.
    public var toolCalls = 0
    /// Tokens that tools added to contexts.
    public var toolTokens: Int64 = 0
    /// Ratings that took longer than the timeout.
    public var rewardTimeouts = 0
}
