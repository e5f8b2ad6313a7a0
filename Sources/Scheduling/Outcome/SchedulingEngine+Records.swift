extension SchedulingEngine {
    /// All runs of jobs that have ended, in the order of their ends.
    public var segments: [RunSegment] { books.segments }
    /// The shares of nodes that a run had.
    public func shares(of segment: RunSegment) -> ArraySlice<NodeShare> {
        books.shares[Int(segment.firstShare)..<Int(segment.firstShare + segment.shareCount)]
    }
}
