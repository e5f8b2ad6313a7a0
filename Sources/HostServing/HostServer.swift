import EventEngine
import ModelGraph
import Serving
import TensorKernels
import TraceFormats

/// One step of a run: what it computed and how long it took.
public struct ServedStep: Sendable, Equatable {
    /// What the step computed.
    public var shape: StepShape
    /// CPU time of the thread.
    public var nanoseconds: Int64
    /// Its part in kernels, where that was asked for.
    public var kernels: KernelStopwatch?
}

/// What a server did with a trace.
public struct ServedRun: Sendable {
    /// Every request of the trace, with its times.
    public var requests: [ServedRequest]
    /// The steps in the order in which they ran.
    public var steps: [ServedStep]
    /// Answers by request, token for token.
    public var answers: [[Int32]]
}

/// Serves requests with a decoder on one thread of this machine.
///
/// The server's clock is the CPU time of its own thread: what other programs take of the processor does not count, and
/// where nothing is left to do it moves on to the next arrival instead of waiting for it.
///
/// ```swift
/// let decoder = try Decoder(model, maximumTokens: 256, maximumRows: 16, seed: 1)
/// let run = try HostServer(decoder, engine: limits, blocks: 512, seed: 1).serve(trace)
/// ```
public final class HostServer {
    private let decoder: Decoder
    private let engine: EngineConfiguration
    private let blocks: Int
    private let seed: UInt64
    private let sampler: TokenSampler

    /// - Parameters:
    ///   - blocks: KV blocks of `engine.blockTokens` tokens.
    ///   - seed: of prompts and of the choice of tokens.
    ///   - sampler: takes the most probable token unless told otherwise.
    /// - Precondition: the decoder takes as many tokens and rows as the engine's limits.
    public init(
        _ decoder: Decoder, engine: EngineConfiguration, blocks: Int, seed: UInt64,
        sampler: TokenSampler = TokenSampler(temperature: 0)
    ) {
        precondition(
            decoder.maximumTokens >= engine.maximumBatchTokens && decoder.maximumRows >= engine.maximumSequences,
            "a decoder smaller than the engine's limits")
        self.decoder = decoder
        self.engine = engine
        self.blocks = blocks
        self.seed = seed
        self.sampler = sampler
    }

    /// Serves a whole trace; prompts are random tokens, answers as long as the trace says.
    /// - Parameters:
    ///   - timesKernels: also counts the time of kernels by kind, which itself takes a little.
    ///   - clock: seconds of CPU time so far; the thread's own unless a test puts another in its place.
    /// - Throws: a trace that does not fit, or what a kernel library refuses.
    public func serve(
        _ trace: RequestTrace, timesKernels: Bool = false, clock: () -> Double = ThreadClock.seconds
    ) throws -> ServedRun {
        try decoder.prepare()
        let cache = PagedKeyValues(decoder.shape, blocks: blocks, blockTokens: engine.blockTokens)
        var scheduler = try BatchScheduler(
            trace, engine: engine, cache: cache, maximumContext: decoder.model.maximumContext)
        var texts = trace.inputTokens.indices.map { prompt($0, tokens: Int(trace.inputTokens[$0])) }
        var streams = texts.indices.map { RandomStream(seed: seed, name: "host server/choice/\($0)") }
        var run = ServedRun(requests: [], steps: [], answers: [])
        var now: Int64 = 0
        while !scheduler.isFinished {
            if let arrival = scheduler.idleUntil { now = max(now, arrival) }
            decoder.stopwatch = timesKernels ? KernelStopwatch() : nil
            let start = clock()
            scheduler.arrive(by: now)
            let plan = scheduler.plan()
            let parts = parts(of: plan, scheduler.requests, texts)
            let logits = try decoder.step(parts, cache)
            sample(plan, parts, logits, &texts, &streams)
            let nanoseconds = max(1, Int64(((clock() - start) * 1e9).rounded()))
            now += nanoseconds
            scheduler.complete(plan, at: now)
            run.steps.append(ServedStep(shape: shape(of: parts), nanoseconds: nanoseconds, kernels: decoder.stopwatch))
        }
        precondition(cache.freeBlocks == cache.totalBlocks, "KV blocks were lost")
        run.requests = scheduler.requests
        run.answers = zip(texts, scheduler.requests).map { Array($0.dropFirst($1.inputTokens)) }
        return run
    }

    private func prompt(_ request: Int, tokens: Int) -> [Int32] {
        var stream = RandomStream(seed: seed, name: "host server/prompt/\(request)")
        return (0..<tokens).map { _ in Int32(stream.uniform(below: decoder.model.vocabulary)) }
    }

    private func parts(of plan: StepPlan, _ requests: [ServedRequest], _ texts: [[Int32]]) -> [DecoderPart] {
        func part(_ request: Int, _ count: Int, isChunk: Bool) -> DecoderPart {
            let known = requests[request], end = known.stored + count
            return DecoderPart(
                tokens: texts[request][known.stored..<end], prior: known.stored, blocks: known.blocks,
                isChunk: isChunk, wantsLogits: !isChunk || end == known.target)
        }
        return plan.decoding.map { part($0, 1, isChunk: false) }
            + plan.chunks.map { part($0.request, $0.tokens, isChunk: true) }
    }

    /// Appends a token to every sequence whose logits were computed.
    private func sample(
        _ plan: StepPlan, _ parts: [DecoderPart], _ logits: UnsafeMutablePointer<Float>, _ texts: inout [[Int32]],
        _ streams: inout [RandomStream]
    ) {
        let requests = plan.decoding + plan.chunks.map(\.request)
        var row = logits
        for (request, part) in zip(requests, parts) where part.wantsLogits {
            let token = decoder.timed(.elementwise) {
                sampler.sample(row, count: decoder.model.vocabulary, using: &streams[request])
            }
            texts[request].append(Int32(token))
            row += decoder.model.vocabulary
        }
    }

    private func shape(of parts: [DecoderPart]) -> StepShape {
        var shape = StepShape(logitRows: 0)
        var keys: Int64 = 0
        for part in parts {
            if part.isChunk {
                shape.chunks.append(PrefillChunk(tokens: part.tokens.count, priorContext: part.prior))
            } else {
                shape.decodeSequences += 1
                keys += Int64(part.prior + 1)
            }
            if part.wantsLogits { shape.logitRows += 1 }
        }
        (shape.decodeContextTokens, shape.decodeWindowTokens) = (keys, keys)
        return shape
    }
}
