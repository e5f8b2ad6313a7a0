import EventEngine

/// Brings the events of many sources into one order of time.
///
/// Units are worked out when the time of their first event comes, so that only those under way are in memory. Equal
/// times keep the order of sources, units and lists.
struct FlowMerge {
    private let sources: [any FlowSource]
    /// The next unit of each source.
    private var next: [Int]
    private var waiting = FlowHeap()
    private var sequence: UInt64 = 0

    init(_ sources: [any FlowSource]) {
        self.sources = sources
        next = Array(repeating: 0, count: sources.count)
    }

    /// The next event; nil when all have been given.
    mutating func pop() -> FlowEvent? {
        while let source = earliestSource(), waiting.firstTime.map({ start(of: source) <= $0 }) ?? true {
            for event in sources[source].events(of: next[source]) {
                waiting.push(event, sequence)
                sequence += 1
            }
            next[source] += 1
        }
        return waiting.pop()
    }

    private func start(of source: Int) -> Nanoseconds { sources[source].start(of: next[source]) }

    private func earliestSource() -> Int? {
        var best: Int?
        for source in sources.indices where next[source] < sources[source].count {
            if let known = best, start(of: known) <= start(of: source) { continue }
            best = source
        }
        return best
    }
}

/// A binary heap of events by time, equal times in the order in which they came.
struct FlowHeap {
    private var entries: [(event: FlowEvent, sequence: UInt64)] = []

    /// The time of the first event.
    var firstTime: Nanoseconds? { entries.first?.event.time }

    mutating func push(_ event: FlowEvent, _ sequence: UInt64) {
        entries.append((event, sequence))
        var child = entries.count - 1
        while child > 0, precedes(child, (child - 1) / 2) {
            entries.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func pop() -> FlowEvent? {
        guard let first = entries.first else { return nil }
        let last = entries.removeLast()
        guard !entries.isEmpty else { return first.event }
        entries[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < entries.count && precedes(child, least) {
                least = child
            }
            guard least != parent else { return first.event }
            entries.swapAt(parent, least)
            parent = least
        }
    }

    private func precedes(_ left: Int, _ right: Int) -> Bool {
        (entries[left].event.time, entries[left].sequence) < (entries[right].event.time, entries[right].sequence)
    }
}
