import TraceFormats

/// Lengths of recorded steps, ready to be replayed.
public struct RolloutTrace: Sendable, Equatable {
    /// Recorded steps in order, each as prompts in order of their number with the samples that were recorded.
    var steps: [[RecordedPrompt]]

    /// One prompt of a recorded step.
    struct RecordedPrompt: Sendable, Equatable {
        var promptTokens: Int32
        var samples: [RolloutRow]
    }

    /// Groups rows by step and prompt, both ascending, samples by their number.
    public init(_ rows: [RolloutRow]) {
        let ordered = rows.sorted { ($0.step, $0.prompt, $0.sample) < ($1.step, $1.prompt, $1.sample) }
        steps = []
        var step: Int?, prompt: Int?
        for row in ordered {
            if step != row.step {
                steps.append([])
                (step, prompt) = (row.step, nil)
            }
            if prompt != row.prompt {
                steps[steps.count - 1].append(
                    RecordedPrompt(promptTokens: Int32(row.promptTokens), samples: []))
                prompt = row.prompt
            }
            let last = steps[steps.count - 1].count - 1
            steps[steps.count - 1][last].samples.append(row)
        }
    }

    /// Recorded steps.
    public var stepCount: Int { steps.count }
    /// Prompts of the smallest recorded step.
    public var promptsPerStep: Int { steps.map(\.count).min() ?? 0 }
    /// Samples of the prompt with the fewest.
    public var samplesPerPrompt: Int { steps.joined().map(\.samples.count).min() ?? 0 }

    /// The recorded lengths of a step; prompts and samples that were not recorded repeat those that were.
    func batch(step: Int, prompts: Int, samplesPerPrompt: Int) -> RolloutBatch {
        var result = RolloutBatch(samplesPerPrompt: samplesPerPrompt)
        guard !steps.isEmpty else { return result }
        let recorded = steps[step % steps.count]
        let hasReward = recorded.contains { $0.samples.contains { $0.reward != nil } }
        let hasTool = recorded.contains { $0.samples.contains { $0.toolNanoseconds != nil } }
        for index in 0..<prompts {
            let prompt = recorded[index % recorded.count]
            result.promptTokens.append(prompt.promptTokens)
            for sample in 0..<samplesPerPrompt {
                let row = prompt.samples[sample % prompt.samples.count]
                result.responseTokens.append(Int32(row.responseTokens))
                if hasReward { result.rewards.append(row.reward ?? 0) }
                if hasTool { result.toolNanoseconds.append(row.toolNanoseconds ?? 0) }
            }
        }
        return result
    }
}
