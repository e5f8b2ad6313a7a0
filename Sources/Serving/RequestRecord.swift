import EventEngine

/// What became of one request: its stages in nanoseconds. Times that did not happen are `nil`.
public struct RequestRecord: Sendable {
    /// Its place in the order of arrival, from 0.
    public var index: Int
    /// When it arrived, in simulated time.
    public var arrival: Nanoseconds
    /// Tokens of its prompt.
    public var inputTokens: Int
    /// Tokens that its answer has when it is complete.
    public var outputTokens: Int
    /// How far it had come when the run ended.
    public var stage: RequestStage
    /// Why it was turned away; nil if it was not.
    public var rejection: RejectionReason?
    /// From arrival until its prompt (or the first part of it) is scheduled.
    public var queueing: Nanoseconds?
    /// From there until the prompt is computed.
    public var prefill: Nanoseconds?
    /// From there until the decode side has reserved room (pull); 0 otherwise.
    public var decodeQueueing: Nanoseconds?
    /// What the transfer alone adds.
    public var transfer: Nanoseconds?
    /// From arrival until the client has the first token.
    public var timeToFirstToken: Nanoseconds?
    /// From the first to the last token, divided by the tokens after the first.
    public var timePerOutputToken: Nanoseconds?
    /// Longest time between two neighbouring tokens; nil with one token.
    public var longestInterval: Nanoseconds?
    /// From arrival to the last token.
    public var endToEnd: Nanoseconds?
    /// Prompt tokens whose KV a prefix cache held.
    public var prefixTokensHit: Int
    /// Times it lost its KV blocks to others and was computed again.
    public var preemptions: Int
    /// Starts over that device failures forced.
    public var restarts: Int
    /// Where its prompt was computed, as an index into ``ServingEngine/replicaNames``.
    public var prefillReplica: Int?
    /// Where its tokens were generated, as an index into ``ServingEngine/replicaNames``.
    public var decodeReplica: Int?
    /// Bytes of KV that crossed links for it.
    public var transferBytes: Int64

    init(_ request: Request, index: Int) {
        self.index = index
        arrival = request.arrival
        inputTokens = Int(request.inputTokens)
        outputTokens = Int(request.outputTokens)
        stage = request.stage
        rejection = request.rejection
        func span(_ from: Nanoseconds, _ to: Nanoseconds) -> Nanoseconds? { from >= 0 && to >= 0 ? to - from : nil }
        queueing = span(request.arrival, request.firstScheduled)
        prefill = span(request.firstScheduled, request.prefillEnd)
        decodeQueueing = span(request.prefillEnd, request.transferStart)
        transfer = span(request.transferStart, request.transferEnd)
        if request.restarts > 0, request.firstToken >= 0, request.transferStart > request.firstToken {
            // A later attempt's way to the decode side is no part of the time to the first token.
            (decodeQueueing, transfer) = (nil, nil)
        }
        timeToFirstToken = span(request.arrival, request.firstToken)
        endToEnd = span(request.arrival, request.completion)
        if let total = span(request.firstToken, request.completion), request.outputTokens > 1 {
            timePerOutputToken = total / Int64(request.outputTokens - 1)
            longestInterval = request.longestInterval
        }
        prefixTokensHit = Int(request.prefixTokensHit)
        preemptions = Int(request.preemptions)
        restarts = Int(request.restarts)
        prefillReplica = request.prefillReplica >= 0 ? Int(request.prefillReplica) : nil
        decodeReplica = request.decodeReplica >= 0 ? Int(request.decodeReplica) : nil
        transferBytes = request.transferBytes
    }
}
