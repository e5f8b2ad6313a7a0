import EventEngine

/// Prompts of one step and how long their samples will be.
///
/// Flat arrays: sample `s` of prompt `p` is at `p x samplesPerPrompt + s`. What an engine must not know before
/// it has generated it (response lengths) is here for the simulator's own use.
public struct RolloutBatch: Sendable, Equatable {
    /// Samples of each prompt.
    public var samplesPerPrompt: Int
    /// Tokens of each prompt.
    public var promptTokens: [Int32]
    /// Tokens of each response.
    public var responseTokens: [Int32]
    /// Reward of each response where a trace states them; else empty.
    public var rewards: [Double]
    /// Time each sample waits for tools, in nanoseconds, where a trace states it; else empty.
    public var toolNanoseconds: [Int64]

    /// An empty batch.
    public init(samplesPerPrompt: Int) {
        self.samplesPerPrompt = samplesPerPrompt
        promptTokens = []
        responseTokens = []
        rewards = []
        toolNanoseconds = []
    }

    /// Prompts.
    public var prompts: Int { promptTokens.count }
    /// Samples.
    public var samples: Int { responseTokens.count }

    /// Prompt and response tokens of a sample: its length in training.
    public func sequenceLength(ofSample sample: Int) -> Int {
        Int(promptTokens[sample / samplesPerPrompt]) + Int(responseTokens[sample])
    }

    /// Prompt and response tokens of all samples: what throughput counts.
    public var totalTokens: Int64 {
        var sum: Int64 = 0
        for sample in responseTokens.indices { sum += Int64(sequenceLength(ofSample: sample)) }
        return sum
    }
}

/// Where lengths come from.
public enum LengthSource: Sendable {
    /// Drawn from distributions.
    case generated(prompts: PromptLengths, responses: ResponseLengths)
    /// Read from a trace; after its last step it begins again.
    case trace(RolloutTrace)

    /// The batch of a step.
    ///
    /// Drawn from a stream of its own for each step and batch, so that neither the order of asking nor another
    /// workload moves a number.
    /// - Parameters:
    ///   - step: from 0.
    ///   - batch: 0 for the first batch of a step, then those that dynamic sampling adds.
    ///   - name: the workload's, for the random stream.
    public func batch(
        step: Int, batch: Int = 0, prompts: Int, samplesPerPrompt: Int, seed: UInt64, name: String
    ) -> RolloutBatch {
        switch self {
        case .trace(let trace): return trace.batch(step: step, prompts: prompts, samplesPerPrompt: samplesPerPrompt)
        case .generated(let promptLengths, let responses):
            var result = RolloutBatch(samplesPerPrompt: samplesPerPrompt)
            result.promptTokens.reserveCapacity(prompts)
            result.responseTokens.reserveCapacity(prompts * samplesPerPrompt)
            var stream = RandomStream(seed: seed, name: "\(name).lengths.\(step).\(batch)")
            for _ in 0..<prompts {
                result.promptTokens.append(promptLengths.draw(&stream))
                responses.draw(samplesPerPrompt, step: step, &stream, into: &result.responseTokens)
            }
            return result
        }
    }
}
