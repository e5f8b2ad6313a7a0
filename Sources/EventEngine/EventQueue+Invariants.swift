/// What must hold for an `EventQueue` between any two calls. For tests; nothing calls it otherwise.
extension EventQueue {
    /// The first broken invariant in words, or nil. O(pending events).
    func brokenInvariant() -> String? {
        var total = 0
        for bucket in 0..<EventStorage.firstRound {
            let events = storage.contents(of: bucket)
            total += events.count
            if events.isEmpty == (bucketMask >> UInt64(bucket) & 1 == 1) {
                return "the mask is wrong about bucket \(bucket)"
            }
            for event in events where 64 - (event.time ^ clock).leadingZeroBitCount != bucket {
                return "an event at \(event.time) lies in bucket \(bucket) at \(clock)"
            }
            if let least = events.map(\.time).min(), least != storage.minimumTime(of: bucket) {
                return "bucket \(bucket) has forgotten its earliest time"
            }
        }
        for (base, mask) in [
            (roundBase, roundMask), (EventStorage.otherRound(than: roundBase), nextRoundMask),
        ] {
            for phase in Phase.allCases {
                let events = storage.contents(of: base + Int(phase.rawValue))
                total += events.count
                if events.isEmpty == (mask >> phase.rawValue & 1 == 1) {
                    return "the mask is wrong about \(phase)"
                }
                if events.contains(where: { $0.time != clock || $0.phase != phase }) {
                    return "a round holds an event of another instant or phase"
                }
            }
        }
        return total == pending ? nil : "\(pending) events are counted, \(total) are there"
    }
}
