import EventEngine

/// The plain twin of `EventQueue`: the whole order spelled out as a key, and a search through all.
struct PlainEventQueue {
    private struct Key: Comparable {
        var time: Nanoseconds
        var round: Int
        var phase: UInt8
        var sequence: Int

        static func < (left: Key, right: Key) -> Bool {
            (left.time, left.round, left.phase, left.sequence)
                < (right.time, right.round, right.phase, right.sequence)
        }
    }

    private(set) var now: Nanoseconds = 0
    private var round = 0
    private var servedPhase = Phase.completion
    private var sequence = 0
    private var pending: [(key: Key, event: Event)] = []

    var count: Int { pending.count }
    var nextTime: Nanoseconds? { pending.map(\.key.time).min() }

    mutating func schedule(_ event: Event) {
        let isNow = event.time == now
        let itsRound = isNow ? (event.phase >= servedPhase ? round : round + 1) : 0
        let key = Key(
            time: event.time, round: itsRound, phase: event.phase.rawValue, sequence: sequence)
        pending.append((key, event))
        sequence += 1
    }

    mutating func pop(through deadline: Nanoseconds = .max) -> Event? {
        guard let index = pending.indices.min(by: { pending[$0].key < pending[$1].key }),
            pending[index].key.time <= deadline
        else { return nil }
        let (key, event) = pending.remove(at: index)
        (now, round, servedPhase) = (key.time, key.round, event.phase)
        return event
    }
}
