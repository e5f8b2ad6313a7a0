extension SchedulingEngine {
    /// All runs of jobs that have ended, in the order of their ends.
    public var segments: [RunSegment] { books.segments }
    /// The runs of a job, in order.
    public func runs(of index: Int) -> [RunSegment] {
        var runs: [RunSegment] = []
        var segment = states[index].segment
        while segment >= 0 {
            runs.append(books.segments[Int(segment)])
            segment = runs[runs.count - 1].previous
        }
        return runs.reversed()
    }

    /// The shares of nodes that a run had.
    public func shares(of segment: RunSegment) -> ArraySlice<NodeShare> {
        books.shares[Int(segment.firstShare)..<Int(segment.firstShare + segment.shareCount)]
    }
}
