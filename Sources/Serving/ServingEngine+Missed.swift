import EventEngine

extension ServingEngine {
    /// Requests of the whole run.
    public var requestCount: Int { requests.count }

    /// Requests that cannot meet an objective any more, whatever comes; some that will not are not seen yet.
    ///
    /// Only a request that waits for its first token is held against the time that has passed: a batch that
    /// decodes may be ahead of what is written down of it.
    /// - Parameters:
    ///   - objective: what a request must achieve.
    ///   - now: the time of the event that was served last.
    public func missedRequests(_ objective: ServiceLevelObjective, at now: Nanoseconds) -> Int {
        var missed = 0
        for index in 0..<nextArrival where hasMissed(requests[index], index, objective, now) { missed += 1 }
        return missed
    }

    private func hasMissed(
        _ request: Request, _ index: Int, _ objective: ServiceLevelObjective, _ now: Nanoseconds
    ) -> Bool {
        switch request.stage {
        case .future, .decoding: return false
        case .rejected: return true
        case .completed: return !objective.isMet(by: RequestRecord(request, index: index))
        case .waiting, .prefilling, .prefilled, .transferring:
            guard let bound = objective.timeToFirstToken else { return false }
            return (request.firstToken >= 0 ? request.firstToken : now) - request.arrival > bound
        }
    }
}
