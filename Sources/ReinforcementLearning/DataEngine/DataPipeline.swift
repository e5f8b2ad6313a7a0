import EventEngine

/// One step's samples on their way from rollout through the stages, event by event.
///
/// A chunk of a stage starts when its inputs are written, the stage's devices are free and the stage has fewer
/// chunks under way than it may; it asks its controller, reads, computes and writes. A stage that is not
/// streamed, and every stage behind a barrier, waits for all chunks of its inputs. Of several chunks that
/// could take the same devices the earlier stage goes first, then the earlier chunk.
///
/// With `m` chunks, equal stages on devices of their own and a store that costs nothing, the step ends at
/// `T_rollout + sum of T_j / m over streamed stages + sum of T_j over the others`, if each stage keeps up.
public struct DataPipeline: Sendable {
    /// What the step came to.
    public struct Outcome: Sendable, Equatable {
        /// When the last stage ended.
        public var endNanoseconds: Nanoseconds
        /// When each stage began its first chunk and ended its last.
        public var stages: [(start: Nanoseconds, end: Nanoseconds)]
        /// Bytes through the store.
        public var movedBytes: Int64
        /// Requests for metadata.
        public var requests: Int

        /// Whether two outcomes are alike.
        public static func == (left: Outcome, right: Outcome) -> Bool {
            left.endNanoseconds == right.endNanoseconds && left.movedBytes == right.movedBytes
                && left.requests == right.requests
                && left.stages.elementsEqual(right.stages) { $0.start == $1.start && $0.end == $1.end }
        }
    }

    private enum Kind: UInt16 { case generated, written, answered, read, computed }

    private let configuration: DataEngineConfiguration
    private let stages: [DataStage]
    private let chunkTokens: [Int64]
    private let chunkSamples: [Int]
    private var store: SampleStore
    private var queue = EventQueue()
    /// Chunks written, by stage; the last row is rollout's.
    private var written: [[Bool]]
    private var writtenCount: [Int]
    /// The next chunk that each stage takes.
    private var nextChunk: [Int]
    private var underWay: [Int]
    /// Chunks read and waiting for devices, by stage.
    private var waiting: [[Int]]
    private var isBusy: [Bool]
    private var times: [(start: Nanoseconds, end: Nanoseconds)]
    private var end: Nanoseconds = 0

    /// Runs a step.
    /// - Parameters:
    ///   - completions: when each sample was generated, ascending, with its tokens.
    ///   - rolloutEnd: when rollout gives its devices (number 0) up.
    ///   - stages: in an order in which inputs come before their readers.
    public static func run(
        _ configuration: DataEngineConfiguration, stages: [DataStage],
        completions: [(time: Nanoseconds, tokens: Int64)], rolloutEnd: Nanoseconds
    ) -> Outcome {
        var pipeline = DataPipeline(configuration, stages, completions)
        pipeline.isBusy[0] = true
        pipeline.writeRollout(completions, rolloutEnd)
        while let event = pipeline.queue.pop() { pipeline.handle(event) }
        return Outcome(
            endNanoseconds: max(pipeline.end, rolloutEnd), stages: pipeline.times,
            movedBytes: pipeline.store.movedBytes, requests: pipeline.store.requests)
    }

    private init(
        _ configuration: DataEngineConfiguration, _ stages: [DataStage],
        _ completions: [(time: Nanoseconds, tokens: Int64)]
    ) {
        self.configuration = configuration
        self.stages = stages
        store = SampleStore(configuration)
        let size = max(1, configuration.chunkSamples)
        let starts = stride(from: 0, to: completions.count, by: size)
        chunkTokens = starts.map { start in
            completions[start..<min(start + size, completions.count)].reduce(0) { $0 + $1.tokens }
        }
        chunkSamples = starts.map { min(size, completions.count - $0) }
        let chunks = chunkTokens.count
        written = Array(repeating: Array(repeating: false, count: chunks), count: stages.count + 1)
        writtenCount = Array(repeating: 0, count: stages.count + 1)
        nextChunk = Array(repeating: 0, count: stages.count)
        underWay = nextChunk
        waiting = Array(repeating: [], count: stages.count)
        isBusy = Array(repeating: false, count: (stages.map(\.devices).max() ?? 0) + 1)
        times = Array(repeating: (start: .max, end: 0), count: stages.count)
    }

    /// Rollout writes each chunk when its last sample is generated; then it frees its devices.
    private mutating func writeRollout(
        _ completions: [(time: Nanoseconds, tokens: Int64)], _ rolloutEnd: Nanoseconds
    ) {
        let size = max(1, configuration.chunkSamples)
        for chunk in chunkTokens.indices {
            let last = min((chunk + 1) * size, completions.count) - 1
            schedule(.generated, at: completions[last].time, stage: stages.count, chunk: chunk)
        }
        schedule(.computed, at: rolloutEnd, stage: -1, chunk: 0)
    }

    private mutating func handle(_ event: Event) {
        let stage = Int(event.a), chunk = Int(event.b)
        switch Kind(rawValue: event.kind) {
        case .generated:
            schedule(.written, at: store.move(bytes(chunk, share: 1), at: queue.now), stage: stage, chunk: chunk)
        case .answered:
            let read = store.move(bytes(chunk, share: stages[stage].readShare), at: queue.now)
            schedule(.read, at: read, stage: stage, chunk: chunk)
        case .written:
            written[stage][chunk] = true
            writtenCount[stage] += 1
        case .read: waiting[stage].append(chunk)
        case .computed where stage < 0: isBusy[0] = false
        case .computed: completeChunk(stage, chunk)
        case nil: break
        }
        takeChunks()
        startChunks()
    }

    private mutating func completeChunk(_ stage: Int, _ chunk: Int) {
        isBusy[stages[stage].devices] = false
        underWay[stage] -= 1
        times[stage].end = queue.now
        end = max(end, queue.now)
        let done = store.move(bytes(chunk, share: stages[stage].writtenShare), at: queue.now)
        schedule(.written, at: done, stage: stage, chunk: chunk)
    }

    /// Stages ask for the next chunks that are ready.
    private mutating func takeChunks() {
        for stage in stages.indices {
            while nextChunk[stage] < chunkTokens.count, underWay[stage] < max(1, configuration.inFlightChunks),
                isReady(stage, nextChunk[stage]) {
                let chunk = nextChunk[stage]
                nextChunk[stage] += 1
                underWay[stage] += 1
                schedule(.answered, at: store.request(stage: stage, at: queue.now), stage: stage, chunk: chunk)
            }
        }
    }

    private func isReady(_ stage: Int, _ chunk: Int) -> Bool {
        let rows = stages[stage].inputs.isEmpty ? [stages.count] : stages[stage].inputs
        guard configuration.kind == .streaming && stages[stage].isStreamed else {
            return rows.allSatisfy { writtenCount[$0] == chunkTokens.count }
        }
        return rows.allSatisfy { written[$0][chunk] }
    }

    /// Free devices begin what has been read.
    private mutating func startChunks() {
        for stage in stages.indices where !waiting[stage].isEmpty && !isBusy[stages[stage].devices] {
            let chunk = waiting[stage].removeFirst()
            isBusy[stages[stage].devices] = true
            times[stage].start = min(times[stage].start, queue.now)
            let whole = chunkSamples.reduce(0, +)
            let duration = PortableMath.roundHalfToEven(
                Double(stages[stage].nanoseconds) * Double(chunkSamples[chunk]) / Double(whole))
            schedule(.computed, at: queue.now + duration, stage: stage, chunk: chunk)
        }
    }

    private func bytes(_ chunk: Int, share: Double) -> Int64 {
        let all = configuration.bytes(tokens: chunkTokens[chunk], samples: chunkSamples[chunk])
        return PortableMath.roundHalfToEven(Double(all) * share)
    }

    private mutating func schedule(_ kind: Kind, at time: Nanoseconds, stage: Int, chunk: Int) {
        queue.schedule(Event(
            time: time, component: 0, kind: kind.rawValue, phase: kind == .computed ? .completion : .transfer,
            a: Int64(stage), b: Int64(chunk)))
    }
}
