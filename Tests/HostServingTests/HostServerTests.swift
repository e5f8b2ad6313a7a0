import EventEngine
import ModelGraph
import Serving
import TensorKernels
import Testing
import TraceFormats

@testable import HostServing

/// The host's server serves what arrives, loses nothing, and gives every request the answer it would have alone.
@Suite struct HostServerTests {
    private static func engine(tokens: Int, sequences: Int) -> EngineConfiguration {
        EngineConfiguration(
            maximumBatchTokens: tokens, maximumSequences: sequences, blockTokens: 4, prefixCache: false)
    }

    private static func serve(
        _ trace: RequestTrace, tokens: Int, sequences: Int, blocks: Int,
        sampler: TokenSampler = TokenSampler(temperature: 0)
    ) throws -> ServedRun {
        let decoder = try Decoder(smallModel(), maximumTokens: tokens, maximumRows: sequences, seed: 3)
        var ticks = 0.0
        return try HostServer(
            decoder, engine: engine(tokens: tokens, sequences: sequences), blocks: blocks, seed: 1, sampler: sampler
        ).serve(trace) {
            ticks += 0.5e-3
            return ticks
        }
    }

    /// One after another, together, in small chunks, or with so few blocks that sequences start over.
    @Test func batchingChunkingAndPreemptionChangeNoAnswer() throws {
        let trace = randomTrace(12, input: 40, output: 20, span: 0.002, "answers")
        let alone = try Self.serve(trace, tokens: 64, sequences: 1, blocks: 64)
        let together = try Self.serve(trace, tokens: 64, sequences: 8, blocks: 256)
        let chunks = try Self.serve(trace, tokens: 9, sequences: 8, blocks: 256)
        let scarce = try Self.serve(trace, tokens: 64, sequences: 8, blocks: 17)
        #expect(alone.answers == together.answers)
        #expect(alone.answers == chunks.answers)
        #expect(alone.answers == scarce.answers)
        #expect(scarce.requests.contains { $0.preemptions > 0 })
        #expect(together.steps.count < alone.steps.count)
        #expect(zip(alone.answers, trace.outputTokens).allSatisfy { $0.count == Int($1) })
    }

    /// With drawn tokens too: each request has a random stream of its own.
    @Test func drawnAnswersAreOfTheRequest() throws {
        let trace = randomTrace(6, input: 20, output: 12, span: 0.01, "drawn")
        let sampler = TokenSampler(temperature: 1)
        let alone = try Self.serve(trace, tokens: 64, sequences: 1, blocks: 64, sampler: sampler)
        let together = try Self.serve(trace, tokens: 64, sequences: 6, blocks: 64, sampler: sampler)
        #expect(alone.answers == together.answers)
        #expect(Set(alone.answers.joined()).count > 10)
    }

    @Test(arguments: 0..<4)
    func limitsHoldAndEveryTokenIsCounted(seed: Int) throws {
        let trace = randomTrace(15, input: 50, output: 15, span: 0.05, "limits \(seed)")
        let run = try Self.serve(trace, tokens: 16, sequences: 4, blocks: 40)
        #expect(run.requests.allSatisfy { $0.end >= $0.firstToken && $0.firstToken > $0.arrival })
        #expect(run.steps.allSatisfy { $0.shape.tokens <= 16 && $0.shape.decodeSequences + $0.shape.chunks.count <= 4 })
        let preempted = run.requests.contains { $0.preemptions > 0 }
        // One row of logits for each token of an answer, one chunk token for each of a prompt unless it started over.
        #expect(run.steps.reduce(0) { $0 + $1.shape.logitRows } == trace.outputTokens.reduce(0) { $0 + Int($1) })
        let prompts = run.steps.reduce(0) { $0 + $1.shape.chunks.reduce(0) { $0 + $1.tokens } }
        let known = trace.inputTokens.reduce(0) { $0 + Int($1) }
        #expect(preempted ? prompts > known : prompts == known)
        #expect(run.requests.allSatisfy { $0.blocks.isEmpty })
    }

    /// Time without work is skipped; the clock is the steps' own time.
    @Test func waitingForArrivalsCostsNothing() throws {
        var trace = randomTrace(2, input: 3, output: 2, span: 0, "far apart")
        trace.arrivalNanoseconds = [0, 3_600_000_000_000]
        let run = try Self.serve(trace, tokens: 16, sequences: 4, blocks: 8)
        #expect(
            run.requests[1].firstToken
                == 3_600_000_000_000 + run.steps[run.steps.count - Int(trace.outputTokens[1])].nanoseconds)
        #expect(run.requests[0].end < 1_000_000_000)
    }

    @Test func whatDoesNotFitIsRefused() throws {
        let long = randomTrace(1, input: 1, output: 1, span: 0, "long")
        var trace = long
        trace.inputTokens = [120]
        trace.outputTokens = [20]
        #expect(throws: HostServingError.self) { try Self.serve(trace, tokens: 64, sequences: 1, blocks: 100) }
        trace.inputTokens = [40]
        #expect(throws: HostServingError.self) { try Self.serve(trace, tokens: 64, sequences: 1, blocks: 8) }
        trace.outputTokens = [0]
        #expect(throws: HostServingError.self) { try Self.serve(trace, tokens: 64, sequences: 1, blocks: 100) }
        let decoder = try Decoder(smallModel(), maximumTokens: 64, maximumRows: 1, seed: 3)
        let engine = EngineConfiguration(maximumBatchTokens: 64, maximumSequences: 1, blockTokens: 4)
        #expect(throws: HostServingError.self) {
            try HostServer(decoder, engine: engine, blocks: 8, seed: 1).serve(long)
        }
    }
}
