/// What has become of one submitted request.
public struct FinishedRequest: Sendable, Equatable {
    /// Its index, as ``ServingEngine/submit(_:to:at:_:_:)`` returned it; free for another request from now on.
    public var request: Int32
    /// Response tokens there are, those with which it was submitted included.
    public var responseTokens: Int32
    /// Whether it has all the tokens that it asked for; otherwise it was aborted or lost its room.
    public var isComplete: Bool
}

/// The completion sink of an embedded engine: a flat list that the embedder empties.
struct FinishedRequests: Sendable {
    private(set) var list: [FinishedRequest] = []
    /// Indices of requests that nobody uses any more.
    private var free: [Int32] = []

    mutating func add(_ request: Int32, responseTokens: Int32, isComplete: Bool) {
        list.append(FinishedRequest(request: request, responseTokens: responseTokens, isComplete: isComplete))
    }

    /// Moves the list to the caller, whose array it replaces; the requests' indices can be used again.
    mutating func take(into other: inout [FinishedRequest]) {
        other.removeAll(keepingCapacity: true)
        swap(&list, &other)
        for finished in other { free.append(finished.request) }
    }

    mutating func takeFree() -> Int32? { free.popLast() }
    mutating func giveFree(_ request: Int32) { free.append(request) }
}
