import EventEngine
import Serving
import TraceFormats

/// A request on its way through the host's server.
public struct ServedRequest: Sendable, Equatable {
    /// Nanoseconds from the start of the run, on the server's clock.
    public let arrival: Int64
    /// Tokens of its prompt.
    public let inputTokens: Int
    /// Tokens of its answer.
    public let outputTokens: Int
    /// When the step ended that gave the first and the last token; -1 before.
    public internal(set) var firstToken: Int64 = -1
    /// When the step ended that gave its last token; -1 before.
    public internal(set) var end: Int64 = -1
    /// How often it lost its blocks and started over.
    public internal(set) var preemptions = 0

    /// Tokens that must be stored before it decodes: the prompt, and after a preemption what it had generated.
    var target: Int
    /// Tokens whose keys and values are stored.
    var stored = 0
    var generated = 0
    var blocks: [Int32] = []

    var isDone: Bool { end >= 0 }
}

/// What one step computes.
struct StepPlan: Equatable {
    /// Sequences that get one token, by index of the request.
    var decoding: [Int] = []
    /// Chunks of prompts and their tokens.
    var chunks: [(request: Int, tokens: Int)] = []

    static func == (left: StepPlan, right: StepPlan) -> Bool {
        left.decoding == right.decoding && left.chunks.elementsEqual(right.chunks) { $0 == $1 }
    }
}

/// Continuous batching with chunked prefill over a paged cache, by the rules of the simulated engine (vLLM's): decoding
/// sequences first, then prompts that were begun, then the queue, within a budget of tokens, sequences and blocks.
///
/// When blocks run out the latest admitted request loses its own and starts over from the front of the queue.
struct BatchScheduler {
    private(set) var requests: [ServedRequest]
    let engine: EngineConfiguration
    private let cache: PagedKeyValues
    private var waiting: [Int] = []
    private var prefilling: [Int] = []
    private var decoding: [Int] = []
    /// In the order of admission.
    private var admitted: [Int] = []
    private var nextArrival = 0

    /// - Throws: a trace or an engine that the host's server does not serve.
    init(_ trace: RequestTrace, engine: EngineConfiguration, cache: PagedKeyValues, maximumContext: Int)
        throws(HostServingError) {
        guard !engine.prefixCache, engine.chunkedPrefill, !engine.admitsWholePrompts else {
            throw HostServingError(
                "the host's server has no prefix cache, cuts prompts and admits them by their first chunk",
                remedy: "set prefix_cache false and leave the others out")
        }
        self.engine = engine
        self.cache = cache
        requests = []
        for index in 0..<trace.count {
            let (input, output) = (Int(trace.inputTokens[index]), Int(trace.outputTokens[index]))
            let needed = (input + output + engine.blockTokens - 1) / engine.blockTokens
            guard output > 0, input + output <= maximumContext, needed <= cache.totalBlocks else {
                throw HostServingError(
                    "request \(index) has \(input) tokens in and \(output) out",
                    remedy: "give answers of at least one token, \(maximumContext) tokens at most together, and "
                        + "\(needed) KV blocks")
            }
            requests.append(ServedRequest(
                arrival: trace.arrivalNanoseconds[index], inputTokens: input, outputTokens: output, target: input))
        }
    }

    var isFinished: Bool { nextArrival == requests.count && waiting.isEmpty && admitted.isEmpty }

    /// The next request's arrival where nothing else is left to do.
    var idleUntil: Int64? { waiting.isEmpty && admitted.isEmpty ? requests[nextArrival].arrival : nil }

    /// Puts everything that has arrived by `now` into the queue.
    mutating func arrive(by now: Int64) {
        while nextArrival < requests.count, requests[nextArrival].arrival <= now {
            waiting.append(nextArrival)
            nextArrival += 1
        }
    }

    // MARK: The next step

    /// Decides the next step and takes its blocks.
    mutating func plan() -> StepPlan {
        var preempted = reserveDecoding()
        var plan = StepPlan(decoding: decoding)
        var budget = engine.maximumBatchTokens - decoding.count
        preempted = continuePrompts(&plan, &budget) || preempted
        // One that preempted all it ran would wait for ever if it did not go on at once.
        if !preempted || admitted.isEmpty { admit(&plan, &budget) }
        plan.decoding = decoding
        return plan
    }

    private func missing(_ request: Int, for tokens: Int) -> Int {
        let needed = (tokens + engine.blockTokens - 1) / engine.blockTokens
        return max(0, needed - requests[request].blocks.count)
    }

    private mutating func reserveDecoding() -> Bool {
        var preempted = false
        while decoding.reduce(0, { $0 + missing($1, for: requests[$1].stored + 1) }) > cache.freeBlocks {
            preemptLatest()
            preempted = true
        }
        for request in decoding {
            cache.take(missing(request, for: requests[request].stored + 1), into: &requests[request].blocks)
        }
        return preempted
    }

    private mutating func continuePrompts(_ plan: inout StepPlan, _ budget: inout Int) -> Bool {
        var preempted = false, position = 0
        while position < prefilling.count, budget > 0 {
            let request = prefilling[position]
            let tokens = min(requests[request].target - requests[request].stored, budget)
            let needed = missing(request, for: requests[request].stored + tokens)
            while needed > cache.freeBlocks, position < prefilling.count {
                let victim = preemptLatest()
                plan.chunks.removeAll { $0.request == victim }
                preempted = true
            }
            guard position < prefilling.count else { break }
            cache.take(needed, into: &requests[request].blocks)
            plan.chunks.append((request, tokens))
            budget -= tokens
            position += 1
        }
        return preempted
    }

    private mutating func admit(_ plan: inout StepPlan, _ budget: inout Int) {
        while let request = waiting.first, budget > 0, admitted.count < engine.maximumSequences {
            let tokens = min(requests[request].target, budget)
            let needed = missing(request, for: tokens)
            guard needed <= cache.freeBlocks else { return }
            waiting.removeFirst()
            cache.take(needed, into: &requests[request].blocks)
            prefilling.append(request)
            admitted.append(request)
            plan.chunks.append((request, tokens))
            budget -= tokens
        }
    }

    /// The latest admitted request goes back to the front of the queue. Returns which one.
    @discardableResult
    private mutating func preemptLatest() -> Int {
        let request = admitted.removeLast()
        decoding.removeAll { $0 == request }
        prefilling.removeAll { $0 == request }
        cache.give(&requests[request].blocks)
        requests[request].stored = 0
        requests[request].target = requests[request].inputTokens + requests[request].generated
        requests[request].preemptions += 1
        waiting.insert(request, at: 0)
        return request
    }

    // MARK: The end of a step

    /// A step has ended at `now`: sequences that got a token move on or leave.
    mutating func complete(_ plan: StepPlan, at now: Int64) {
        for request in plan.decoding {
            requests[request].stored += 1
            give(token: request, at: now)
        }
        for (request, tokens) in plan.chunks {
            requests[request].stored += tokens
            guard requests[request].stored == requests[request].target else { continue }
            prefilling.removeAll { $0 == request }
            decoding.append(request)
            give(token: request, at: now)
        }
    }

    private mutating func give(token request: Int, at now: Int64) {
        requests[request].generated += 1
        if requests[request].firstToken < 0 { requests[request].firstToken = now }
        guard requests[request].generated == requests[request].outputTokens else { return }
        requests[request].end = now
        decoding.removeAll { $0 == request }
        admitted.removeAll { $0 == request }
        cache.give(&requests[request].blocks)
    }
}
