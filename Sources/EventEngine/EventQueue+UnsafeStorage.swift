/// One growable list of events in memory of its own, read from the front.
@usableFromInline struct EventList {
    @usableFromInline var events: UnsafeMutablePointer<Event>
    @usableFromInline var capacity: Int
    /// The index of the first event that has not been taken.
    @usableFromInline var head = 0
    /// The index after the last event.
    @usableFromInline var end = 0
    /// The smallest time that was appended since the list was last empty.
    @usableFromInline var minimumTime = Nanoseconds.max

    @inlinable init(capacity: Int) {
        self.capacity = capacity
        events = .allocate(capacity: capacity)
    }
}

/// The lists of an `EventQueue`: 64 buckets and two rounds of one list per phase.
///
/// All unsafe code of the engine is in this file. Plain arrays in its place give the same order
/// and take five times as long. Every list owns its memory; `EventQueue` makes the storage unique
/// before it changes anything, which is what makes the class safe to send.
@usableFromInline final class EventStorage: @unchecked Sendable {
    /// The list of the first phase of one round, behind the 64 buckets.
    @inlinable static var firstRound: Int { 64 }
    @inlinable static var phaseCount: Int { 6 }
    @inlinable static var listCount: Int { firstRound + 2 * phaseCount }
    @inlinable static func otherRound(than base: Int) -> Int { 2 * firstRound + phaseCount - base }

    @usableFromInline let lists: UnsafeMutablePointer<EventList>

    @usableFromInline init() {
        lists = .allocate(capacity: Self.listCount)
        for index in 0..<Self.listCount {
            (lists + index).initialize(to: EventList(capacity: 4))
        }
    }

    @usableFromInline init(copying other: EventStorage) {
        lists = .allocate(capacity: Self.listCount)
        for index in 0..<Self.listCount {
            let source = other.lists[index]
            var copy = EventList(capacity: source.capacity)
            copy.end = source.end - source.head
            copy.minimumTime = source.minimumTime
            copy.events.initialize(from: source.events + source.head, count: copy.end)
            (lists + index).initialize(to: copy)
        }
    }

    deinit {
        for index in 0..<Self.listCount { lists[index].events.deallocate() }
        lists.deallocate()
    }

    @inlinable func count(of list: Int) -> Int { lists[list].end &- lists[list].head }

    @inlinable func isEmpty(_ list: Int) -> Bool { lists[list].end == lists[list].head }

    @inlinable func minimumTime(of list: Int) -> Nanoseconds { lists[list].minimumTime }

    /// The events of a list in order, for checks.
    func contents(of list: Int) -> [Event] {
        let source = lists[list]
        return Array(UnsafeBufferPointer(start: source.events + source.head, count: count(of: list)))
    }

    @inlinable func append(_ event: Event, to list: Int) {
        withUnsafePointer(to: event) { append(copyOf: $0, to: list) }
    }

    /// Appends the event at `source`, as 32 bytes and not field by field.
    @inlinable @inline(__always)
    func append(copyOf source: UnsafePointer<Event>, to list: Int) {
        let target = lists + list
        if target.pointee.end == target.pointee.capacity { makeRoom(in: target) }
        (target.pointee.events + target.pointee.end).initialize(from: source, count: 1)
        target.pointee.end &+= 1
        if source.pointee.time < target.pointee.minimumTime {
            target.pointee.minimumTime = source.pointee.time
        }
    }

    /// Removes the first event of a list that is not empty.
    @inlinable func takeFirst(from list: Int) -> Event {
        let source = lists + list
        let event = source.pointee.events[source.pointee.head]
        source.pointee.head &+= 1
        if source.pointee.head == source.pointee.end { removeAll(from: list) }
        return event
    }

    /// Removes and returns the event of a list that holds exactly one; otherwise does nothing.
    @inlinable func takeOnly(from list: Int) -> Event? {
        count(of: list) == 1 ? takeFirst(from: list) : nil
    }

    @inlinable func removeAll(from list: Int) {
        lists[list].head = 0
        lists[list].end = 0
        lists[list].minimumTime = .max
    }

    /// Empties `bucket` into the list of each event's phase, from list `round` on, if it happens at
    /// `now`, and into its lower bucket otherwise; returns which phases and buckets have got events.
    @inlinable func spread(
        _ bucket: Int, at now: Nanoseconds, round: Int
    ) -> (phases: UInt8, buckets: UInt64) {
        var phases: UInt8 = 0
        var buckets: UInt64 = 0
        var source = UnsafePointer(lists[bucket].events + lists[bucket].head)
        let end = UnsafePointer(lists[bucket].events + lists[bucket].end)
        while source < end {
            let time = source.pointee.time
            if time == now {
                let phase = source.pointee.phase.rawValue
                phases |= 1 &<< phase
                append(copyOf: source, to: round &+ Int(phase))
            } else {
                let lower = 64 &- (time ^ now).leadingZeroBitCount
                buckets |= 1 &<< UInt64(truncatingIfNeeded: lower)
                append(copyOf: source, to: lower)
            }
            source += 1
        }
        removeAll(from: bucket)
        return (phases, buckets)
    }

    /// Makes room for one more event: slides the list down if half of it was taken, else doubles it.
    @inline(never) @usableFromInline func makeRoom(in target: UnsafeMutablePointer<EventList>) {
        let list = target.pointee
        let live = list.end - list.head
        if list.head > list.capacity / 2 {
            target.pointee.events.update(from: list.events + list.head, count: live)
        } else {
            let larger = UnsafeMutablePointer<Event>.allocate(capacity: list.capacity * 2)
            larger.initialize(from: list.events + list.head, count: live)
            list.events.deallocate()
            target.pointee.events = larger
            target.pointee.capacity = list.capacity * 2
        }
        target.pointee.head = 0
        target.pointee.end = live
    }
}
