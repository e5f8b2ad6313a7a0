/// How an instant is served: rounds of six first-in-first-out lists, one for each phase.
extension EventQueue {
    /// Adds an event of the present instant to the round being served or to the next one.
    @inlinable mutating func join(_ event: Event) {
        let phase = Int(event.phase.rawValue)
        if event.phase >= servedPhase {
            roundMask |= 1 &<< event.phase.rawValue
            storage.append(event, to: roundBase &+ phase)
        } else {
            nextRoundMask |= 1 &<< event.phase.rawValue
            storage.append(event, to: EventStorage.otherRound(than: roundBase) &+ phase)
        }
    }

    /// Adds an event of a later instant to its bucket.
    @inlinable mutating func file(_ event: Event) {
        let bucket = 64 &- (event.time ^ clock).leadingZeroBitCount
        bucketMask |= 1 &<< UInt64(bucket)
        storage.append(event, to: bucket)
    }

    /// Removes the next event of the present round, which must not be empty.
    @inlinable mutating func takeFromRound() -> Event {
        makeStorageUnique()
        let phase = roundMask.trailingZeroBitCount
        let list = roundBase &+ phase
        let event = storage.takeFirst(from: list)
        if storage.isEmpty(list) { roundMask &= roundMask &- 1 }
        servedPhase = event.phase
        pending -= 1
        return event
    }

    /// Begins the next round of this instant with what was scheduled for phases already passed.
    @inlinable mutating func openNextRound() {
        roundBase = EventStorage.otherRound(than: roundBase)
        roundMask = nextRoundMask
        nextRoundMask = 0
        servedPhase = .completion
    }

    /// Moves the clock to the earliest time in `bucket` and spreads the bucket over the first round
    /// of that instant and the lower buckets, keeping the order of scheduling.
    ///
    /// The caller has taken `bucket`, the lowest one, out of the mask; every event lands strictly
    /// lower, so that no event is moved more often than time has bits.
    @inlinable mutating func openInstant(from bucket: Int) {
        clock = storage.minimumTime(of: bucket)
        servedPhase = .completion
        let spread = storage.spread(bucket, at: clock, round: roundBase)
        roundMask = spread.phases
        bucketMask |= spread.buckets
    }

    @inlinable mutating func makeStorageUnique() {
        if !isKnownUniquelyReferenced(&storage) { storage = EventStorage(copying: storage) }
    }
}
