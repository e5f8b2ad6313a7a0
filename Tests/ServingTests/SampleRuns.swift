import EventEngine

@testable import Serving

/// Random workloads that ran to the end, once for all laws that look at them.
struct SampleRuns {
    let seed: UInt64
    let example: ServingCase
    let run: ServingRun
    let outcome: ServingOutcome
    let records: [RequestRecord]
    /// What a replica did that it must not, seen while the run went on.
    let excesses: [String]

    static let all: [SampleRuns] = (0..<120).compactMap { try? SampleRuns(seed: UInt64($0)) }

    private init(seed: UInt64) throws {
        self.seed = seed
        example = RandomServing.example(seed: seed)
        var run = try example.run()
        var watch = CapacityWatch()
        run.run { engine, _ in watch.look(at: engine) }
        self.run = run
        outcome = run.outcome
        records = run.engine.records
        excesses = watch.excesses
    }
}

/// Looks for limits that are exceeded and for steps that overlap.
struct CapacityWatch {
    private(set) var excesses: [String] = []
    /// Start and end of the plan that each replica ran last.
    private var plans: [(start: Nanoseconds, end: Nanoseconds)] = []

    mutating func look(at engine: ServingEngine) {
        if plans.isEmpty { plans = engine.replicas.map { _ in (-1, -1) } }
        for index in engine.replicas.indices { look(at: engine.replicas[index], index) }
    }

    private mutating func look(at replica: Replica, _ index: Int) {
        if replica.cache.usedBlocks > replica.cache.totalBlocks { excesses.append("blocks of \(index)") }
        if replica.cache.freeBlocks < 0 { excesses.append("free blocks of \(index)") }
        if replica.running > replica.engine.maximumSequences { excesses.append("sequences of \(index)") }
        if replica.batch.count > replica.running { excesses.append("batch of \(index)") }
        guard let end = replica.planEnds.last else { return }
        if replica.planStart != plans[index].start {
            if replica.planStart < plans[index].end { excesses.append("overlap on \(index)") }
            if tokens(replica) > replica.engine.maximumBatchTokens { excesses.append("tokens of \(index)") }
        }
        if end <= replica.planStart { excesses.append("an empty step of \(index)") }
        plans[index] = (replica.planStart, end)
    }

    /// Tokens of the step that begins. A prompt that is not cut may be longer than a step, then it is alone.
    private func tokens(_ replica: Replica) -> Int {
        let prompts = replica.planChunks.map { Int($0.tokens) }
        if !replica.engine.chunkedPrefill, prompts.count == 1 { return replica.batch.count }
        return replica.batch.count + prompts.reduce(0, +)
    }
}
