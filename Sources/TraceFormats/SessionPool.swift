import EventEngine

/// The conversations whose users are thinking, ordered by when they will be ready.
struct SessionPool {
    private let maximumInputTokens: Int64
    private let systemBlocks: Int
    private let rewriteShare: Double
    private var turns: IntegerSampler
    private var thinking: IntegerSampler
    private var newTokens: IntegerSampler
    private var rewriting: RandomStream
    private var sessions: Int32 = 0
    /// A binary heap by (ready, session).
    private var waiting: [Waiting] = []

    private struct Waiting {
        var ready: Int64
        var conversation: Conversation

        func precedes(_ other: Waiting) -> Bool {
            (ready, conversation.session) < (other.ready, other.conversation.session)
        }
    }

    init(
        _ model: SessionModel, maximumInputTokens: Int?, systemBlocks: Int, seed: UInt64
    ) throws(GeneratorProblem) {
        guard model.rewriteShare >= 0, model.rewriteShare <= 1 else {
            throw GeneratorProblem(
                field: "sessions.rewriteShare", found: "\(model.rewriteShare)", remedy: "give a share between 0 and 1")
        }
        rewriteShare = model.rewriteShare
        self.maximumInputTokens = Int64(maximumInputTokens ?? Int(Int32.max))
        self.systemBlocks = systemBlocks
        turns = try IntegerSampler(model.turns, field: "sessions.turns", allowed: 1...1 << 30, seed: seed)
        thinking = try IntegerSampler(
            model.thinkMilliseconds, field: "sessions.think", allowed: 0...1 << 40, seed: seed)
        newTokens = try IntegerSampler(
            model.newTokens, field: "sessions.newTokens", allowed: 0...1 << 30, seed: seed)
        rewriting = RandomStream(seed: seed, name: "requests.sessions.rewrites")
    }

    /// Removes the conversation that has been ready longest at `time`; nil: none is ready.
    mutating func takeDue(at time: Int64) -> Conversation? {
        guard let first = waiting.first, first.ready <= time else { return nil }
        let last = waiting.removeLast()
        if !waiting.isEmpty {
            waiting[0] = last
            siftDown()
        }
        return first.conversation
    }

    /// Notes who sent `request`, and lets the conversation wait for its next turn, if there is to be one.
    mutating func finish(
        _ finished: Conversation, request: Int32, at time: Int64, in trace: inout RequestTrace
    ) throws(GeneratorProblem) {
        var conversation = finished
        if conversation.session < 0 {
            conversation.session = sessions
            sessions += 1
            conversation.remainingTurns = try turns.next() - 1
        }
        trace.sessionIDs?.append(conversation.session)
        trace.previousRequest?.append(conversation.previousRequest)
        guard conversation.remainingTurns > 0 else { return }
        let ready = time.addingReportingOverflow(try thinking.next() * 1_000_000)
        conversation.remainingTurns -= 1
        conversation.previousRequest = request
        conversation.promptTokens += conversation.outputTokens + (try newTokens.next())
        if rewriteShare > 0, rewriting.uniform() < rewriteShare {
            let kept = rewriting.uniform()
            conversation.rewrite(keeping: max(systemBlocks, Int(kept * kept * Double(conversation.blocks.count))))
        }
        guard conversation.promptTokens <= maximumInputTokens, !ready.overflow else { return }
        waiting.append(Waiting(ready: ready.partialValue, conversation: conversation))
        siftUp()
    }

    private mutating func siftUp() {
        var index = waiting.count - 1
        while index > 0, waiting[index].precedes(waiting[(index - 1) / 2]) {
            waiting.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func siftDown() {
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < waiting.count {
                if waiting[child].precedes(waiting[least]) { least = child }
            }
            guard least != index else { return }
            waiting.swapAt(index, least)
            index = least
        }
    }
}
