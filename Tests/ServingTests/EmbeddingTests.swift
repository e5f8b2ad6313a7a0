import EventEngine
import Hardware
import Testing
import TraceFormats

@testable import Serving

/// The engine inside another workload: what is submitted comes back, and nothing is lost on the way.
@Suite struct EmbeddingTests {
    /// Requests that are all submitted at time zero end when those of a trace do.
    @Test(arguments: 0..<6)
    func submittedRequestsEndLikeThoseOfATrace(_ seed: UInt64) throws {
        var random = RandomStream(seed: seed, name: "embedding")
        var serving = ServingCase()
        serving.pools[0].blocks = 60 + random.uniform(below: 200)
        serving.engine.maximumSequences = 4 + random.uniform(below: 20)
        serving.engine.prefixCache = false
        let requests = (0..<30).map { _ in
            (arrival: Nanoseconds(0), input: 1 + random.uniform(below: 300), output: 1 + random.uniform(below: 400))
        }
        serving.trace = RequestTrace(requests)
        let plain = try serving.finished()
        var embedded = try EmbeddedRun(serving)
        for request in requests { embedded.submit(request.input, request.output, group: 0) }
        embedded.run()
        let ends = plain.engine.records.map { $0.arrival + ($0.endToEnd ?? -1) }
        #expect(embedded.ends == ends)
        #expect(embedded.engine.heldBlocks == 0)
    }

    /// Stopping, moving and aborting at any time: all tokens are accounted for, with and without fast-forward.
    @Test(arguments: 0..<12)
    func interruptionsLoseNothing(_ seed: UInt64) throws {
        let fast = try interrupted(seed, fastForward: true), stepped = try interrupted(seed, fastForward: false)
        #expect(fast.ends == stepped.ends)
        #expect(fast.tokens == stepped.tokens)
        #expect(fast.engine.heldBlocks == 0)
        #expect(fast.engine.use.decodeTokens == Int64(fast.generated))
        #expect(fast.tokens.count == 24)
        for (index, tokens) in fast.tokens.enumerated() where !fast.aborted.contains(index) {
            #expect(tokens == fast.wanted[index])
        }
    }

    private func interrupted(_ seed: UInt64, fastForward: Bool) throws -> EmbeddedRun {
        var random = RandomStream(seed: seed, name: "interruptions")
        var serving = ServingCase()
        serving.pools[0].replicas = 2
        serving.pools[0].blocks = 80 + random.uniform(below: 100)
        serving.engine.maximumSequences = 6
        serving.engine.fastForward = fastForward
        var run = try EmbeddedRun(serving, fastForward: fastForward)
        for index in 0..<24 {
            run.submit(
                1 + random.uniform(below: 200), 2 + random.uniform(below: 500), group: Int32(index / 4),
                to: random.uniform(below: 2))
        }
        for _ in 0..<10 {
            run.run(until: run.now + Int64(random.uniform(below: 300_000_000)))
            switch random.uniform(below: 4) {
            case 0: run.pauseAndResume(random.uniform(below: 2))
            case 1: run.moveAll(from: random.uniform(below: 2))
            case 2: run.abort(random.uniform(below: 24))
            default: break
            }
        }
        run.run()
        return run
    }

    /// A group's prompt is computed once where prefixes are kept.
    @Test func groupsShareTheirPrompt() throws {
        var serving = ServingCase()
        serving.engine.maximumBatchTokens = 1024
        var run = try EmbeddedRun(serving)
        for _ in 0..<8 { run.submit(1025, 10, group: 3) }
        run.run()
        // The first computes all, the others their last block.
        #expect(run.engine.use.prefillTokens == 1025 + 7)
    }

    @Test func aSleepingReplicaComesBackWithOtherMemory() throws {
        var run = try EmbeddedRun(ServingCase())
        run.sleepAndWake(blocks: 10)
        run.submit(100, 60, group: 0)
        run.submit(102, 60, group: 1)
        run.run()
        #expect(run.tokens == [60])
        #expect(run.engine.use.peakKeyValueShare == 1)
        #expect(run.engine.weightsVersion(of: 0) == 7)
    }
}

/// An embedded engine driven by hand.
struct EmbeddedRun {
    var engine: ServingEngine
    private var machine: Machine
    private var queue = EventQueue()
    private var finished: [FinishedRequest] = []
    /// Which submission a request of the engine is.
    private var submissions: [Int32: Int] = [:]
    private var prompts: [(tokens: Int, group: Int32)] = []
    private(set) var wanted: [Int] = []
    private var done: [Int] = []
    private(set) var ends: [Nanoseconds] = []
    private(set) var generated = 0
    private(set) var aborted: Set<Int> = []
    var now: Nanoseconds = 0

    var tokens: [Int] { done }

    init(_ serving: ServingCase, fastForward: Bool = true) throws {
        let run = try serving.run(fastForward: fastForward)
        engine = ServingEngine(embedded: run.engine.configuration, component: 1)
        machine = run.machine
    }

    mutating func submit(_ prompt: Int, _ response: Int, group: Int32, to replica: Int = 0) {
        let submitted = SubmittedRequest(promptTokens: prompt, responseTokens: response, group: group)
        guard let request = engine.submit(submitted, to: replica, at: now, &queue, &machine) else { return }
        submissions[request] = wanted.count
        prompts.append((prompt, group))
        wanted.append(response)
        done.append(0)
        ends.append(-1)
    }

    mutating func run(until: Nanoseconds = .max) {
        while let event = queue.pop(through: until) {
            engine.handle(event, &queue, &machine)
            now = event.time
            take()
        }
        if until < .max { now = max(now, until) }
    }

    @discardableResult
    private mutating func take() -> [Int] {
        engine.takeFinished(into: &finished)
        return finished.map { item in
            let index = submissions.removeValue(forKey: item.request) ?? -1
            generated += Int(item.responseTokens) - done[index]
            done[index] = Int(item.responseTokens)
            if item.isComplete { ends[index] = now }
            return index
        }
    }

    mutating func pauseAndResume(_ replica: Int) {
        engine.pause(replica, at: now, &queue, &machine)
        take()
        run(until: now + 50_000_000)
        engine.resume(replica, at: now, &queue, &machine)
    }

    /// All that a replica has goes on with the other.
    mutating func moveAll(from replica: Int) {
        engine.halt(replica, at: now, &queue, &machine)
        for index in take() where done[index] < wanted[index] && !aborted.contains(index) {
            let submitted = SubmittedRequest(
                promptTokens: prompts[index].tokens, responseTokens: wanted[index], generatedTokens: done[index],
                group: prompts[index].group)
            guard let request = engine.submit(submitted, to: 1 - replica, at: now, &queue, &machine) else { continue }
            submissions[request] = index
        }
    }

    mutating func abort(_ index: Int) {
        guard let request = submissions.first(where: { $0.value == index })?.key else { return }
        aborted.insert(index)
        engine.abort(request, at: now, &queue, &machine)
        take()
    }

    mutating func sleepAndWake(blocks: Int) {
        engine.sleep(0, at: now, &queue, &machine)
        engine.wake(0, blocks: blocks, version: 7, at: now, &queue, &machine)
    }
}
