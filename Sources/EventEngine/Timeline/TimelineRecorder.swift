/// Records what a simulation does, for people to look at: slices on tracks, counters, and arrows.
///
/// Any workload records with the same few calls. Tracks and names are made once; what is recorded goes
/// into a flat buffer that the owner of the run loop empties into a file whenever it ``isFull``:
///
/// ```swift
/// let group = recorder.group("train"), track = recorder.track("step", in: group)
/// let forward = recorder.name("forward")
/// if recorder.records(.step) {                        // one comparison when nothing is recorded
///   recorder.slice(track, forward, from: now, to: end)
///   recorder.argument(tokens, 8192)                   // of the slice just recorded
/// }
/// ```
///
/// **Rules.** Calls for one track come in the order in which its slices begin and end, so that they
/// nest: an inner slice begins after and ends before the outer one. Calls for different tracks may come
/// in any order, and later than what they describe. Things that overlap without nesting (requests,
/// transfers) take rows of ``TimelineLanes``. A recorder changes no simulated time and no result.
public struct TimelineRecorder: Sendable {
    /// Entries after which the owner should empty the buffer.
    public static let bufferLimit = 1 << 15

    /// How much is recorded.
    public let level: TimelineLevel
    /// What lies wholly outside need not be recorded.
    public let window: Range<Nanoseconds>
    /// Everything recorded since ``removeEntries()``.
    public private(set) var entries: [TimelineEntry] = []
    /// All names, by ``TimelineName/index``.
    public private(set) var names: [String] = []
    /// All tracks, by ``TimelineTrack/index``.
    public private(set) var tracks: [TimelineTrackDescription] = []

    private var nameIndex: [String: Int32] = [:]
    /// The latest value of each counter, by track; equal values are not repeated.
    private var latest: [Double] = []
    private var flows: Int64 = 0

    /// A recorder.
    /// - Parameters:
    ///   - level: how much it records.
    ///   - window: the part of simulated time that is of interest.
    public init(level: TimelineLevel, window: Range<Nanoseconds> = 0..<Nanoseconds.max) {
        self.level = level
        self.window = window
        if level > .off { entries.reserveCapacity(Self.bufferLimit + 4096) }
    }

    /// Records nothing.
    public static let off = TimelineRecorder(level: .off)

    /// Whether things of a level are recorded.
    @inlinable public func records(_ level: TimelineLevel) -> Bool { level.rawValue <= self.level.rawValue }

    /// Whether things of a level that happen between two instants are recorded.
    @inlinable
    public func records(_ level: TimelineLevel, from: Nanoseconds, to: Nanoseconds) -> Bool {
        records(level) && to >= window.lowerBound && from < window.upperBound
    }

    /// Whether the buffer is to be emptied.
    @inlinable public var isFull: Bool { entries.count >= Self.bufferLimit }

    /// Empties the buffer.
    public mutating func removeEntries() { entries.removeAll(keepingCapacity: true) }

    // MARK: Tracks and names

    /// A group of tracks, inside another one or at the top.
    public mutating func group(_ name: String, in parent: TimelineTrack = .none) -> TimelineTrack {
        add(name, parent, .group)
    }

    /// A track for slices.
    public mutating func track(_ name: String, in parent: TimelineTrack) -> TimelineTrack {
        add(name, parent, .slices)
    }

    /// A track for values over time.
    public mutating func counter(_ name: String, unit: String, in parent: TimelineTrack) -> TimelineTrack {
        add(name, parent, .counter(unit: unit))
    }

    /// The name of a text; equal texts have one name.
    public mutating func name(_ text: String) -> TimelineName {
        if let known = nameIndex[text] { return TimelineName(known) }
        let index = Int32(names.count)
        names.append(text)
        nameIndex[text] = index
        return TimelineName(index)
    }

    /// A number for an arrow that no other arrow has.
    public mutating func newFlow() -> Int64 {
        flows += 1
        return flows
    }

    private mutating func add(
        _ name: String, _ parent: TimelineTrack, _ content: TimelineTrackDescription.Content
    ) -> TimelineTrack {
        tracks.append(TimelineTrackDescription(name: name, parent: parent, content: content))
        latest.append(.nan)
        return TimelineTrack(Int32(tracks.count - 1))
    }

    // MARK: Entries

    /// A slice begins.
    /// - Parameter number: shown behind the name, where there is one.
    public mutating func begin(
        _ track: TimelineTrack, _ name: TimelineName, number: Int64 = -1, at time: Nanoseconds
    ) {
        append(.begin, track, name, time, number)
    }

    /// The innermost open slice of a track ends. Arguments that follow are the slice's.
    public mutating func end(_ track: TimelineTrack, at time: Nanoseconds) {
        append(.end, track, .none, time, 0)
    }

    /// A slice with nothing inside it.
    public mutating func slice(
        _ track: TimelineTrack, _ name: TimelineName, number: Int64 = -1, from: Nanoseconds, to: Nanoseconds
    ) {
        begin(track, name, number: number, at: from)
        end(track, at: to)
    }

    /// Something that takes no time.
    public mutating func instant(
        _ track: TimelineTrack, _ name: TimelineName, number: Int64 = -1, at time: Nanoseconds
    ) {
        append(.instant, track, name, time, number)
    }

    /// A counter has a value from now on.
    public mutating func count(_ track: TimelineTrack, _ value: Double, at time: Nanoseconds) {
        guard latest[Int(track.index)] != value else { return }
        latest[Int(track.index)] = value
        append(.counter, track, .none, time, Int64(bitPattern: value.bitPattern))
    }

    /// A number that belongs to the begin, end or instant just recorded.
    public mutating func argument(_ name: TimelineName, _ value: Int64) {
        append(.argument, .none, name, 0, value)
    }

    /// An arrow passes through the slice whose begin (or instant) was just recorded.
    public mutating func flow(_ number: Int64) { append(.flow, .none, .none, 0, number) }

    /// An arrow ends at the slice whose begin (or instant) was just recorded.
    public mutating func endFlow(_ number: Int64) { append(.flowEnd, .none, .none, 0, number) }

    private mutating func append(
        _ kind: TimelineEntry.Kind, _ track: TimelineTrack, _ name: TimelineName, _ time: Nanoseconds, _ value: Int64
    ) {
        entries.append(TimelineEntry(kind: kind, track: track, name: name, time: time, value: value))
    }
}
