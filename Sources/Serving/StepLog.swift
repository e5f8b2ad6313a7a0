import EventEngine
import ModelGraph

/// The steps that the replicas of a workload have run, in the order in which they were recorded; kept only where
/// someone asked for them with ``ServingEngine/keepSteps()``.
public struct StepLog: Sendable {
    /// One step of one replica.
    public struct Step: Sendable, Equatable {
        /// The pool of the replica.
        public var pool: Int32
        /// When it began.
        public var start: Nanoseconds
        /// How long it took.
        public var duration: Nanoseconds
        /// Where its prompt chunks stand in ``StepLog/chunks``.
        public var firstChunk: Int32
        /// How many prompt chunks it computed.
        public var chunkCount: Int32
        /// Sequences that got one token each.
        public var decodeSequences: Int32
        /// Rows for which logits were computed.
        public var logitRows: Int32
        /// Keys that the decoding sequences read in full-attention and in sliding-window layers.
        public var contextTokens: Int64
        /// Keys that the decoding sequences read in sliding-window layers.
        public var windowTokens: Int64
        /// Sum of the squares of the sequences' contexts.
        public var squaredContext: Int64
    }

    /// The steps themselves.
    public internal(set) var steps: [Step] = []
    /// Prompt chunks of all steps.
    public internal(set) var chunks: [PrefillChunk] = []

    /// What a step computed.
    public func shape(of step: Step) -> StepShape {
        StepShape(
            chunks: Array(chunks[Int(step.firstChunk)..<Int(step.firstChunk + step.chunkCount)]),
            decodeSequences: Int(step.decodeSequences), decodeContextTokens: step.contextTokens,
            decodeWindowTokens: step.windowTokens, decodeSquaredContext: step.squaredContext,
            logitRows: Int(step.logitRows))
    }
}

extension ServingEngine {
    /// Keeps a list of all steps from now on, in ``stepLog``. Changes nothing else of a run.
    public mutating func keepSteps() { stepLog = StepLog() }

    /// Records the steps of a replica's plan that have ended, before anything of the plan is undone.
    mutating func logSteps(_ replica: Int) {
        guard stepLog != nil else { return }
        let firstChunk = stepLog?.chunks.count ?? 0
        var finished = 0
        for planned in replicas[replica].planChunks {
            let computed = requests[Int(planned.request)].computed
            stepLog?.chunks.append(PrefillChunk(tokens: Int(planned.tokens), priorContext: Int(computed)))
            if computed + planned.tokens == requests[Int(planned.request)].target { finished += 1 }
        }
        let batch = replicas[replica].batch
        var reader = batch.reader
        var previous = replicas[replica].planStart
        for (step, end) in replicas[replica].planEnds.enumerated() {
            reader.advance(to: batch.tick + Int64(step) + 1)
            stepLog?.steps.append(StepLog.Step(
                pool: Int32(replicas[replica].pool), start: previous, duration: end - previous,
                firstChunk: Int32(firstChunk), chunkCount: Int32(replicas[replica].planChunks.count),
                decodeSequences: Int32(batch.count), logitRows: Int32(batch.count + finished),
                contextTokens: batch.count > 0 ? reader.full : 0,
                windowTokens: batch.count > 0 ? reader.windowed : 0,
                squaredContext: batch.count > 0 ? reader.squares : 0))
            previous = end
        }
    }
}
