import EventEngine

/// What a request must achieve to count as good, each bound optional.
public struct ServiceLevelObjective: Sendable, Equatable {
    /// Longest time from arrival to the first token.
    public var timeToFirstToken: Nanoseconds?
    /// Mean time between a request's tokens; a request with one token has none and meets it.
    public var timePerOutputToken: Nanoseconds?
    /// Longest time between two tokens of a request.
    public var interTokenLatency: Nanoseconds?
    /// Longest time from arrival to the last token.
    public var endToEnd: Nanoseconds?
    /// Share of arrived requests that should meet all of them.
    public var attainment: Double

    public init(
        timeToFirstToken: Nanoseconds? = nil, timePerOutputToken: Nanoseconds? = nil,
        interTokenLatency: Nanoseconds? = nil, endToEnd: Nanoseconds? = nil, attainment: Double = 0.9
    ) {
        self.timeToFirstToken = timeToFirstToken
        self.timePerOutputToken = timePerOutputToken
        self.interTokenLatency = interTokenLatency
        self.endToEnd = endToEnd
        self.attainment = attainment
    }

    /// Whether any bound is set.
    public var isSet: Bool {
        timeToFirstToken != nil || timePerOutputToken != nil || interTokenLatency != nil || endToEnd != nil
    }

    func isMet(by request: RequestRecord) -> Bool {
        guard request.stage == .completed else { return false }
        func within(_ value: Nanoseconds?, _ bound: Nanoseconds?) -> Bool {
            guard let value, let bound else { return true }
            return value <= bound
        }
        return within(request.timeToFirstToken, timeToFirstToken)
            && within(request.timePerOutputToken, timePerOutputToken)
            && within(request.longestInterval, interTokenLatency)
            && within(request.endToEnd, endToEnd)
    }
}
