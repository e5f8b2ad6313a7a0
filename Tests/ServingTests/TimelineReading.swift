import EventEngine

/// A recorded timeline as its viewers resolve it: begins and ends of a track matched innermost first.
struct TimelineReading {
    struct Slice: Equatable {
        var track: String
        var name: String
        var number: Int64
        var from: Nanoseconds
        var to: Nanoseconds
        var depth: Int
        var arguments: [String: Int64] = [:]
    }

    private(set) var slices: [Slice] = []
    /// What breaks a rule: an end without a begin, a slice outside of the one around it, or before its predecessor.
    private(set) var faults: [String] = []
    /// Tracks by number of each arrow, in the order of recording.
    private(set) var flows: [Int64: [String]] = [:]
    /// Slices that have not ended.
    private(set) var open = 0

    init(_ recorder: TimelineRecorder) {
        let paths = recorder.tracks.indices.map { Self.path($0, recorder) }
        var stacks: [[Int]] = Array(repeating: [], count: paths.count)
        var latest: [Nanoseconds] = Array(repeating: 0, count: paths.count)
        var last: Int?
        for entry in recorder.entries {
            let track = Int(entry.track.index)
            switch entry.kind {
            case .begin, .end:
                if entry.time < latest[track] { faults.append("\(paths[track]): back in time at \(entry.time)") }
                latest[track] = entry.time
                if entry.kind == .begin {
                    slices.append(Slice(
                        track: paths[track], name: recorder.names[Int(entry.name.index)], number: entry.value,
                        from: entry.time, to: -1, depth: stacks[track].count))
                    stacks[track].append(slices.count - 1)
                    last = slices.count - 1
                } else {
                    last = stacks[track].popLast()
                    if let last { slices[last].to = entry.time } else { faults.append("\(paths[track]): no begin") }
                }
            case .argument:
                if let last { slices[last].arguments[recorder.names[Int(entry.name.index)]] = entry.value }
            case .flow, .flowEnd:
                if let last { flows[entry.value, default: []].append(slices[last].track) }
            case .instant, .counter: last = nil
            }
        }
        open = stacks.reduce(0) { $0 + $1.count }
    }

    /// A track with the groups around it.
    static func path(_ track: Int, _ recorder: TimelineRecorder) -> String {
        let description = recorder.tracks[track]
        guard description.parent != .none else { return description.name }
        return path(Int(description.parent.index), recorder) + " > " + description.name
    }

    /// Time of the slices of a name inside a request.
    func time(_ names: [String], of request: Int) -> Nanoseconds {
        guard let whole = slices.first(where: { $0.name == "request" && $0.number == Int64(request) })
        else { return -1 }
        return slices.filter {
            $0.track == whole.track && $0.depth == 1 && names.contains($0.name) && $0.from >= whole.from
                && $0.to <= whole.to
        }.reduce(0) { $0 + $1.to - $1.from }
    }
}
