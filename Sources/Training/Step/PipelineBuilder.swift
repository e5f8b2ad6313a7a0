import EventEngine

/// Places the passes of a pipeline one by one: always the pass that can start earliest, the lower stage first.
struct PipelineBuilder {
    typealias Pass = PipelineTimeline.Pass

    /// A pass that a stage has yet to do.
    private struct Task {
        var pass: Pass
        var microBatch: Int
        var chunk: Int
    }

    private let schedule: PipelineSchedule
    private let stages: Int
    private let microBatches: Int
    private let chunks: Int
    private let forward: Nanoseconds
    private let backward: Nanoseconds
    private let weights: Nanoseconds
    /// End of each forward and backward pass by stage, chunk and micro-batch; negative when not placed.
    private var forwardEnd: [Nanoseconds]
    private var backwardEnd: [Nanoseconds]
    private var queues: [[Task]]
    private var next: [Int]
    private var freeAt: [Nanoseconds]
    /// Weight gradients that wait, by stage, where they are passes of their own.
    private var pending: [[Int]]
    private var held: [Int]
    private(set) var entries: [PipelineTimeline.Entry] = []
    private(set) var peakInFlight = 0.0

    init(_ schedule: PipelineSchedule, stages: Int, microBatches: Int, times: StageTimes) {
        self.schedule = schedule
        self.stages = stages
        self.microBatches = microBatches
        let parts = if case .interleaved(let count) = schedule { count } else { 1 }
        chunks = parts
        func part(_ time: Double) -> Nanoseconds { PortableMath.roundHalfToEven(time / Double(parts)) }
        forward = part(times.forward)
        let splits = schedule == .zeroBubble
        backward = splits ? part(times.inputBackward) : part(times.inputBackward + times.weightBackward)
        weights = splits ? part(times.weightBackward) : 0
        forwardEnd = Array(repeating: -1, count: stages * chunks * microBatches)
        backwardEnd = forwardEnd
        next = Array(repeating: 0, count: stages)
        freeAt = Array(repeating: 0, count: stages)
        pending = Array(repeating: [], count: stages)
        held = Array(repeating: 0, count: stages)
        queues = []
        queues = (0..<stages).map { order(ofStage: $0) }
    }

    /// Forward and backward passes of a stage in the order of one forward, one backward: a warm-up that fills
    /// the stages behind, pairs, and what is left.
    private func order(ofStage stage: Int) -> [Task] {
        let total = microBatches * chunks
        let warmUp: Int
        if chunks > 1 {
            // Megatron-LM: twice the distance to the end, and all chunks but the last of the first group.
            warmUp = min(total, (stages - stage - 1) * 2 + (chunks - 1) * stages)
        } else {
            warmUp = min(total, stages - stage - 1)
        }
        var tasks = (0..<warmUp).map { task(.forward, $0) }
        for index in warmUp..<total {
            tasks.append(task(.forward, index))
            tasks.append(task(.backward, index - warmUp))
        }
        tasks += ((total - warmUp)..<total).map { task(.backward, $0) }
        return tasks
    }

    /// The `index`-th forward or backward pass of a stage: groups of as many micro-batches as stages go through
    /// chunk after chunk, backwards in the reverse order of chunks.
    private func task(_ pass: Pass, _ index: Int) -> Task {
        guard chunks > 1 else { return Task(pass: pass, microBatch: index, chunk: 0) }
        let group = index / (stages * chunks), within = index % (stages * chunks)
        let chunk = within / stages
        return Task(
            pass: pass, microBatch: group * stages + within % stages,
            chunk: pass == .forward ? chunk : chunks - 1 - chunk)
    }

    mutating func run() {
        while true {
            var best: (start: Nanoseconds, stage: Int)?
            for stage in 0..<stages {
                guard let start = earliestStart(ofStage: stage) else { continue }
                if best.map({ start < $0.start }) ?? true { best = (start, stage) }
            }
            guard let best else { break }
            place(best.stage, at: best.start)
        }
        flushWeights()
        entries.sort { ($0.stage, $0.start) < ($1.stage, $1.start) }
    }

    /// When the stage's next forward or backward pass can start; nil when its input is not placed yet.
    private func earliestStart(ofStage stage: Int) -> Nanoseconds? {
        guard next[stage] < queues[stage].count else { return nil }
        guard let ready = inputEnd(queues[stage][next[stage]], stage) else { return nil }
        return max(ready, freeAt[stage])
    }

    private func inputEnd(_ task: Task, _ stage: Int) -> Nanoseconds? {
        let time: Nanoseconds
        switch task.pass {
        case .forward:
            if stage > 0 {
                time = forwardEnd[index(stage - 1, task.chunk, task.microBatch)]
            } else if task.chunk > 0 {
                time = forwardEnd[index(stages - 1, task.chunk - 1, task.microBatch)]
            } else {
                time = 0
            }
        case .backward, .weights:
            if stage < stages - 1 {
                time = backwardEnd[index(stage + 1, task.chunk, task.microBatch)]
            } else if task.chunk < chunks - 1 {
                time = backwardEnd[index(0, task.chunk + 1, task.microBatch)]
            } else {
                time = forwardEnd[index(stage, task.chunk, task.microBatch)]
            }
        }
        return time < 0 ? nil : time
    }

    private mutating func place(_ stage: Int, at start: Nanoseconds) {
        let task = queues[stage][next[stage]]
        fillIdle(stage, until: start)
        if task.pass == .forward { makeRoom(stage) }
        next[stage] += 1
        let begin = max(start, freeAt[stage])
        let end = begin + (task.pass == .forward ? forward : backward)
        let slot = index(stage, task.chunk, task.microBatch)
        append(stage, task.pass, task.microBatch, task.chunk, begin, end)
        if task.pass == .forward {
            forwardEnd[slot] = end
            held[stage] += 1
            if stage == 0 { peakInFlight = max(peakInFlight, Double(held[0]) / Double(chunks)) }
        } else {
            backwardEnd[slot] = end
            if weights > 0 { pending[stage].append(task.microBatch) } else { held[stage] -= 1 }
        }
    }

    /// Weight gradients go into idle time that holds them whole.
    private mutating func fillIdle(_ stage: Int, until start: Nanoseconds) {
        while !pending[stage].isEmpty, freeAt[stage] + weights <= start { placeWeights(stage) }
    }

    /// A stage holds no more activations than the first one does with one forward, one backward: before a forward
    /// pass that would, it does a weight gradient.
    private mutating func makeRoom(_ stage: Int) {
        while !pending[stage].isEmpty, held[stage] >= stages { placeWeights(stage) }
    }

    private mutating func placeWeights(_ stage: Int) {
        let microBatch = pending[stage].removeFirst()
        held[stage] -= 1
        append(stage, .weights, microBatch, 0, freeAt[stage], freeAt[stage] + weights)
    }

    private mutating func flushWeights() {
        for stage in 0..<stages {
            while !pending[stage].isEmpty { placeWeights(stage) }
        }
    }

    private mutating func append(
        _ stage: Int, _ pass: Pass, _ microBatch: Int, _ chunk: Int, _ start: Nanoseconds, _ end: Nanoseconds
    ) {
        freeAt[stage] = end
        entries.append(PipelineTimeline.Entry(
            stage: stage, pass: pass, microBatch: microBatch, chunk: chunk, start: start, end: end))
    }

    private func index(_ stage: Int, _ chunk: Int, _ microBatch: Int) -> Int {
        (stage * chunks + chunk) * microBatches + microBatch
    }
}
