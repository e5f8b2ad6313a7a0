/// Rows for things that overlap without nesting: each takes the first row that is free.
public struct TimelineLanes: Sendable {
    private let name: String
    private let parent: TimelineTrack
    private var tracks: [TimelineTrack] = []
    private var isTaken: [Bool] = []
    /// No row before this one is free.
    private var firstFree = 0

    /// Rows `name 1`, `name 2`, … inside a group; made as they are needed.
    public init(_ name: String, in parent: TimelineTrack) {
        self.name = name
        self.parent = parent
    }

    /// The first free row, until it is given back.
    public mutating func take(_ recorder: inout TimelineRecorder) -> TimelineTrack {
        while firstFree < tracks.count, isTaken[firstFree] { firstFree += 1 }
        if firstFree == tracks.count {
            tracks.append(recorder.track("\(name) \(tracks.count + 1)", in: parent))
            isTaken.append(false)
        }
        isTaken[firstFree] = true
        return tracks[firstFree]
    }

    /// A row is free again.
    public mutating func give(_ track: TimelineTrack) {
        guard let row = tracks.firstIndex(of: track) else { return }
        isTaken[row] = false
        firstFree = min(firstFree, row)
    }
}
