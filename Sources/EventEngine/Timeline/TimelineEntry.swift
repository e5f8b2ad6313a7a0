/// A row of a timeline: a group of other rows, slices, or a counter.
@frozen public struct TimelineTrack: Equatable, Sendable {
    /// Its place in ``TimelineRecorder/tracks``; negative where there is none.
    public var index: Int32

    /// The track of this place.
    @inlinable public init(_ index: Int32) { self.index = index }

    /// No track.
    public static let none = TimelineTrack(-1)
}

/// What a track is called and what it holds.
public struct TimelineTrackDescription: Equatable, Sendable {
    /// What is on a track.
    public enum Content: Equatable, Sendable {
        /// Other tracks.
        case group
        /// Slices, nested in each other.
        case slices
        /// Values over time, in this unit.
        case counter(unit: String)
    }

    /// As it is shown.
    public var name: String
    /// The group that it stands in; `none` at the top.
    public var parent: TimelineTrack
    /// What is on it.
    public var content: Content
}

/// A text that many entries share.
@frozen public struct TimelineName: Equatable, Sendable {
    /// Its place in ``TimelineRecorder/names``; negative where there is none.
    public var index: Int32

    /// The name of this place.
    @inlinable public init(_ index: Int32) { self.index = index }

    /// No name.
    public static let none = TimelineName(-1)
}

/// One thing in a timeline: 32 trivially copyable bytes.
@frozen public struct TimelineEntry: Equatable, Sendable {
    /// What an entry says. The last three belong to the begin, end or instant before them.
    @frozen public enum Kind: UInt8, Sendable {
        /// A slice begins; a non-negative `value` is a number that is shown behind its name.
        case begin
        /// The innermost open slice of the track ends.
        case end
        /// Something that takes no time; `value` as for `begin`.
        case instant
        /// A counter has a new value: the bits of a `Double`.
        case counter
        /// An integer with a name.
        case argument
        /// An arrow of this number comes from the slice before it in time, and goes on to the next.
        case flow
        /// An arrow of this number ends here.
        case flowEnd
    }

    /// What it says.
    public var kind: Kind
    /// The row it is on.
    public var track: TimelineTrack
    /// What it is called.
    public var name: TimelineName
    /// When.
    public var time: Nanoseconds
    /// By kind.
    public var value: Int64

    /// An entry.
    public init(kind: Kind, track: TimelineTrack, name: TimelineName, time: Nanoseconds, value: Int64) {
        self.kind = kind
        self.track = track
        self.name = name
        self.time = time
        self.value = value
    }

    /// Whether it belongs to the entry before it.
    public var isAttachment: Bool { kind.rawValue >= Kind.argument.rawValue }
}
