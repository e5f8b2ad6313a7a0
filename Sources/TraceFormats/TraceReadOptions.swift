/// What to do with the requests of a file before they become a trace.
///
/// Applied in the order of the properties, to requests in the order of arrival, so each sees what the ones above left.
public struct TraceReadOptions: Sendable, Equatable {
    /// Coarse timestamps: requests that share one are spread evenly, in line order, over the time to the next one (over
    /// one tick where the next comes later than two ticks, or not at all). No random numbers.
    public var spreadTicks = false
    /// Only requests that arrive within this time after the first one; the first kept one becomes time 0.
    public var windowNanoseconds: Range<Int64>?
    /// Only so many requests, the first to arrive. The whole file is read all the same, since it need not be sorted.
    public var maximumRequests: Int?
    /// Divides every arrival: 2 offers the same requests at twice the rate. Positive and finite.
    public var speed = 1.0

    /// Options that change nothing unless said otherwise.
    public init(
        spreadTicks: Bool = false, windowNanoseconds: Range<Int64>? = nil, maximumRequests: Int? = nil,
        speed: Double = 1
    ) {
        self.spreadTicks = spreadTicks
        self.windowNanoseconds = windowNanoseconds
        self.maximumRequests = maximumRequests
        self.speed = speed
    }
}
