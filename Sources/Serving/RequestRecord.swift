import EventEngine

/// What became of one request: its stages in nanoseconds. Times that did not happen are `nil`.
public struct RequestRecord: Sendable {
    public var index: Int
    public var arrival: Nanoseconds
    public var inputTokens: Int
    public var outputTokens: Int
    public var stage: RequestStage
    public var rejection: RejectionReason?
    /// From arrival until its prompt (or the first part of it) is scheduled.
    public var queueing: Nanoseconds?
    /// From there until the prompt is computed.
    public var prefill: Nanoseconds?
    /// From there until the decode side has reserved room (pull); 0 otherwise.
    public var decodeQueueing: Nanoseconds?
    /// What the transfer alone adds.
    public var transfer: Nanoseconds?
    public var timeToFirstToken: Nanoseconds?
    public var timePerOutputToken: Nanoseconds?
    public var longestInterval: Nanoseconds?
    public var endToEnd: Nanoseconds?
    public var prefixTokensHit: Int
    public var preemptions: Int
    /// Starts over that device failures forced.
    public var restarts: Int
    public var prefillReplica: Int?
    public var decodeReplica: Int?
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
