import EventEngine
import Testing
import TraceFormats

@testable import ReinforcementLearning

/// Response lengths: their distribution, their correlation within a prompt, and replayed traces.
@Suite struct LengthTests {
    private func batch(
        _ responses: ResponseLengths, step: Int = 0, prompts: Int = 512, samples: Int = 16, seed: UInt64 = 1
    ) -> RolloutBatch {
        LengthSource.generated(prompts: PromptLengths(mean: 200, cap: 1024), responses: responses)
            .batch(step: step, prompts: prompts, samplesPerPrompt: samples, seed: seed, name: "grpo")
    }

    /// Mean and spread of logarithms are those asked for, cut at the cap.
    @Test func momentsOfTheDistribution() {
        let lengths = batch(ResponseLengths(mean: 850, sigma: 0.6, groupCorrelation: 0.7, cap: 1 << 30), prompts: 4096)
        let values = lengths.responseTokens.map(Double.init)
        let mean = values.reduce(0, +) / Double(values.count)
        #expect(abs(mean / 850 - 1) < 0.03)
        let logs = values.map { PortableMath.log($0) }
        let center = logs.reduce(0, +) / Double(logs.count)
        let spread = (logs.reduce(0) { $0 + ($1 - center) * ($1 - center) } / Double(logs.count)).squareRoot()
        #expect(abs(spread - 0.6) < 0.02)
        #expect(lengths.promptTokens.allSatisfy { $0 == 200 })
        let cut = batch(ResponseLengths(mean: 850, sigma: 0.6, groupCorrelation: 0.7, cap: 2048))
        #expect(cut.responseTokens.max() == 2048)
        #expect(cut.responseTokens.min().map { $0 >= 1 } == true)
    }

    /// Samples of one prompt correlate by the square of their correlation with the prompt.
    @Test(arguments: [0.0, 0.5, 0.7, 1.0]) func correlationWithinAPrompt(correlation: Double) {
        let lengths = batch(
            ResponseLengths(mean: 4000, sigma: 1, groupCorrelation: correlation, cap: 1 << 30), prompts: 4096,
            samples: 2)
        let logs = lengths.responseTokens.map { PortableMath.log(Double($0)) }
        let center = logs.reduce(0, +) / Double(logs.count)
        var both = 0.0, own = 0.0
        for index in stride(from: 0, to: logs.count, by: 2) {
            both += (logs[index] - center) * (logs[index + 1] - center)
            own += ((logs[index] - center) * (logs[index] - center)
                + (logs[index + 1] - center) * (logs[index + 1] - center)) / 2
        }
        #expect(abs(both / own - correlation * correlation) < 0.05)
    }

    /// The published tails: a maximum 25 to 32 times the median at a cap of 16k with 75 % below 1.1k
    /// (RollPacker), and more than half of all batches of 512 above 6.6 times the mean's 9324 of 1363.
    @Test func publishedTails() {
        let lengths = batch(
            ResponseLengths(mean: 900, sigma: 1, groupCorrelation: 0.7, cap: 16_384), prompts: 128, samples: 8)
        let sorted = lengths.responseTokens.sorted()
        let median = Double(sorted[sorted.count / 2]), third = Double(sorted[sorted.count * 3 / 4])
        #expect(third > 755 && third < 1300)
        let ratio = Double(sorted.last ?? 0) / median
        #expect(ratio > 10 && ratio < 40)
    }

    /// The mean drifts by tokens a step, or along a curve; steps have streams of their own.
    @Test func drift() {
        let linear = ResponseLengths(mean: 250, cap: 4096, driftPerStep: 3.75)
        #expect(batch(linear, step: 200, prompts: 4).responseTokens.allSatisfy { $0 == 1000 })
        let curve = LengthDrift(curve: [(step: 100, mean: 700), (step: 0, mean: 300)])
        #expect([0, 50, 100, 300].map { curve.mean(at: $0, otherwise: 1) } == [300, 500, 700, 700])
        let tail = ResponseLengths(mean: 850, sigma: 0.6, cap: 2048)
        #expect(batch(tail, step: 3) == batch(tail, step: 3))
        #expect(batch(tail, step: 3) != batch(tail, step: 4))
        #expect(batch(tail, step: 3) != batch(tail, step: 3, seed: 2))
    }

    /// A recorded trace gives its own lengths, repeats what is missing and starts again at its end.
    @Test func recordedLengths() throws {
        let text = """
            sample_id,step,prompt_id,prompt_tokens,response_tokens,reward,tool_ms
            0,7,1,100,10,0.5,2.5
            1,7,1,100,20,1,
            0,7,0,90,30,,0
            1,7,0,90,40,-1,1
            0,9,5,80,50,0,0
            1,9,5,80,60,0,0
            """
        let trace = RolloutTrace(try RolloutTraceReader.read(bytes: Array(text.utf8)))
        #expect(trace.stepCount == 2 && trace.promptsPerStep == 1 && trace.samplesPerPrompt == 2)
        let source = LengthSource.trace(trace)
        let first = source.batch(step: 0, prompts: 2, samplesPerPrompt: 2, seed: 1, name: "x")
        #expect(first.promptTokens == [90, 100])
        #expect(first.responseTokens == [30, 40, 10, 20])
        #expect(first.rewards == [0, -1, 0.5, 1])
        #expect(first.toolNanoseconds == [0, 1_000_000, 2_500_000, 0])
        #expect(first.totalTokens == 2 * 190 + 100)
        let again = source.batch(step: 3, prompts: 2, samplesPerPrompt: 3, seed: 1, name: "x")
        #expect(again.responseTokens == [50, 60, 50, 50, 60, 50])
    }

    /// A wrong file names line, field and remedy.
    @Test(arguments: [
        ("step,prompt_id,sample_id,prompt_tokens,response_tokens\n0,0,0,5,0\n", "response_tokens"),
        ("step,prompt_id,sample_id,prompt_tokens,response_token\n0,0,0,5,1\n", "response_tokens"),
        ("step,prompt_id,sample_id,prompt_tokens,response_tokens\n0,0,0,5\n", "4 cells"),
        ("step,prompt_id,sample_id,prompt_tokens,response_tokens\n", "no requests"),
    ])
    func damagedTraces(text: String, word: String) throws {
        let problem = #expect(throws: TraceProblem.self) { try RolloutTraceReader.read(bytes: Array(text.utf8)) }
        #expect(try #require(problem).description.contains(word))
    }
}
