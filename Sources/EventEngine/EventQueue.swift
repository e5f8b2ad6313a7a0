/// The pending events of a simulation, in one total order.
///
/// ```swift
/// var queue = EventQueue()
/// queue.schedule(Event(time: 50, component: 0, kind: 1, phase: .arrival))
/// queue.schedule(Event(time: 50, component: 0, kind: 2, phase: .completion))
/// queue.schedule(Event(time: 20, component: 0, kind: 3, phase: .timer))
/// while let event = queue.pop() { print(event.time, event.phase) }
/// // 20 timer
/// // 50 completion
/// // 50 arrival
/// ```
///
/// **Guarantee.** Events are popped in the order (time, round, phase, sequence), where the
/// sequence is the order of scheduling. When an instant opens, all its events form its first
/// round. An event scheduled for the present instant joins the round being served if its phase is
/// the one being served or a later one; if its phase has already passed it waits for the next
/// round of the same instant. The order is a function of the calls alone.
///
/// **Not guaranteed.** Nothing bounds the number of rounds of an instant: two components that
/// answer each other without delay keep the clock still for ever. There is no removal; see
/// `Event` for how owners cancel.
///
/// **How.** A radix heap (Ahuja, Mehlhorn, Orlin, Tarjan 1990, doi:10.1145/77600.77615) on integer
/// time: an event lies in the bucket of the highest bit in which its time differs from `now`. It
/// needs time to be monotone, which is a law of simulation anyway, and is stable by construction,
/// since all events of one time are in one bucket in order of scheduling. `schedule` is O(1);
/// `pop` is O(log of the time span) amortised over sequential memory; `nextTime` is O(1).
///
/// The queue is a value: a copy is an independent queue (and a deep copy at its first change).
public struct EventQueue: Sendable {
    /// The time of the last popped event; zero before the first.
    @inlinable public var now: Nanoseconds { clock }

    /// The number of pending events.
    @inlinable public var count: Int { pending }

    /// Whether nothing is pending.
    @inlinable public var isEmpty: Bool { pending == 0 }

    @usableFromInline var clock: Nanoseconds = 0
    @usableFromInline var pending = 0
    /// The phase of the last popped event of this round.
    @usableFromInline var servedPhase = Phase.completion
    /// Bit b is set when bucket b holds events. Bucket 0 would be `now` itself and is never used.
    @usableFromInline var bucketMask: UInt64 = 0
    /// Bit p is set when the present (or next) round holds events of phase p.
    @usableFromInline var roundMask: UInt8 = 0
    @usableFromInline var nextRoundMask: UInt8 = 0
    /// Where the lists of the present round begin; the other one of the two is the next round's.
    @usableFromInline var roundBase = EventStorage.firstRound
    @usableFromInline var storage = EventStorage()

    /// An empty queue at time zero.
    public init() {}

    /// The time of the earliest pending event, or nil. Disturbs nothing.
    @inlinable public var nextTime: Nanoseconds? {
        if roundMask | nextRoundMask != 0 { return clock }
        if bucketMask == 0 { return nil }
        return storage.minimumTime(of: bucketMask.trailingZeroBitCount)
    }

    /// Whether more events of the present instant are pending.
    @inlinable public var holdsPresentEvents: Bool { roundMask | nextRoundMask != 0 }

    /// Adds an event.
    /// - Precondition: `event.time >= now`; nothing happens before its cause.
    @inlinable public mutating func schedule(_ event: Event) {
        precondition(event.time >= clock, "an event was scheduled before the present instant")
        makeStorageUnique()
        pending += 1
        if event.time == clock { join(event) } else { file(event) }
    }

    /// Removes and returns the next event and moves `now` to it, or returns nil when none is left.
    @inlinable public mutating func pop() -> Event? { pop(through: .max) }

    /// Removes and returns the next event that is due by `deadline`, or returns nil.
    ///
    /// When nothing is due `now` stays where it is, so that events may still be scheduled between
    /// `now` and the deadline.
    @inlinable public mutating func pop(through deadline: Nanoseconds) -> Event? {
        if roundMask == 0 {
            if nextRoundMask != 0 {
                if clock > deadline { return nil }
                openNextRound()
            } else {
                if bucketMask == 0 { return nil }
                let bucket = bucketMask.trailingZeroBitCount
                if storage.minimumTime(of: bucket) > deadline { return nil }
                makeStorageUnique()
                bucketMask &= bucketMask &- 1
                if let only = storage.takeOnly(from: bucket) {
                    clock = only.time
                    servedPhase = only.phase
                    pending -= 1
                    return only
                }
                openInstant(from: bucket)
            }
        } else if clock > deadline {
            return nil
        }
        return takeFromRound()
    }
}
