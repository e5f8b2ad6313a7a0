/// The place of an event among all events of one instant, in the order they are served.
///
/// Facts come before decisions: what has ended frees its resources, then what was moving lands,
/// then new work is seen, then clocks ring, and only then does a scheduler choose and an observer
/// look.
@frozen public enum Phase: UInt8, CaseIterable, Comparable, Sendable {
    /// A step, an operation or a job has ended and frees what it held.
    case completion
    /// A flow has landed, or shared links must be shared anew.
    case transfer
    /// New work enters: a request, a job, a prompt.
    case arrival
    /// A time-out, a lease or a period has run out.
    case timer
    /// A scheduler decides, having seen all of the above.
    case scheduling
    /// An observer samples a state in which nothing is half done.
    case sample

    /// Orders phases as they are served.
    @inlinable public static func < (left: Phase, right: Phase) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// Something that happens at an instant: 32 trivially copyable bytes.
///
/// An event names the component it is for by index, says what happens by `kind`, and carries two
/// words that only the component understands (indices, counts, a generation). It never holds a
/// reference: that would cost a retain and release for every event.
///
/// **Cancelling is the owner's business.** The queue never searches. An owner that may change its
/// mind keeps a generation counter, puts it into `b`, and adds one to it to cancel; when the event
/// is popped and its `b` is not the present generation, the owner ignores it:
///
/// ```swift
/// queue.schedule(Event(time: deadline, component: 3, kind: timeout, phase: .timer, b: generation))
/// generation += 1                                  // cancelled: whatever is pending is stale
/// // … later, when it is popped:
/// guard event.b == generation else { return }      // stale
/// ```
@frozen public struct Event: Equatable, Sendable {
    /// When it happens.
    public var time: Nanoseconds
    /// The index of the component it is for; what is indexed is the owner's choice.
    public var component: Int32
    /// What happens, as the raw value of the owner's own enumeration.
    public var kind: UInt16
    /// Its place within the instant.
    public var phase: Phase
    /// First payload word.
    public var a: Int64
    /// Second payload word; by habit the generation, where an event can be cancelled.
    public var b: Int64

    /// An event at `time`; the payload words are zero unless given.
    @inlinable public init(
        time: Nanoseconds, component: Int32, kind: UInt16, phase: Phase, a: Int64 = 0, b: Int64 = 0
    ) {
        self.time = time
        self.component = component
        self.kind = kind
        self.phase = phase
        self.a = a
        self.b = b
    }
}
