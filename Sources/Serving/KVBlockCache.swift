/// The paged KV memory of one replica: blocks in use, free blocks, and blocks that nobody uses but that
/// keep a prefix until the room is needed (least recently used first), as in vLLM's block pool.
///
/// A *unit* is what the trace gives one hash: a chained prefix block, equal exactly if it and all before
/// it are equal. A unit covers one or more blocks. Units are dense integers; lookups cost one step of
/// open addressing. The longest prefix is found by walking a request's units until one is missing.
struct KVBlockCache: Sendable {
    private(set) var totalBlocks: Int
    /// Blocks that hold nothing.
    private(set) var freeBlocks: Int
    /// Blocks of cached units that no request uses.
    private(set) var evictableBlocks = 0
    private(set) var peakUsedBlocks = 0
    private(set) var evictedUnits = 0

    private var index = UnitIndex()
    private var slots: [Slot] = []
    private var freeSlots: [Int32] = []
    private var oldest: Int32 = -1
    private var newest: Int32 = -1

    private struct Slot: Sendable {
        var unit: Int32
        var users: Int32
        var blocks: Int32
        var older: Int32
        var newer: Int32
    }

    init(totalBlocks: Int) {
        self.totalBlocks = totalBlocks
        freeBlocks = totalBlocks
    }

    /// The same memory with nothing in it; what was recorded stays.
    func emptied() -> KVBlockCache {
        var empty = KVBlockCache(totalBlocks: totalBlocks)
        empty.peakUsedBlocks = peakUsedBlocks
        empty.evictedUnits = evictedUnits
        return empty
    }

    /// An empty memory of another size; what was recorded stays.
    func resized(to blocks: Int) -> KVBlockCache {
        precondition(usedBlocks == 0, "a KV memory in use cannot change its size")
        var other = KVBlockCache(totalBlocks: blocks)
        other.peakUsedBlocks = peakUsedBlocks
        other.evictedUnits = evictedUnits
        return other
    }

    /// Gives the memory another size, with what is in it; of a smaller one, blocks that no request uses go first.
    /// - Precondition: requests hold no more than that.
    mutating func resize(to blocks: Int) {
        precondition(usedBlocks <= blocks, "KV blocks in use cannot be given up")
        while totalBlocks - freeBlocks > blocks { evictOldest() }
        freeBlocks += blocks - totalBlocks
        totalBlocks = blocks
    }

    /// Blocks that can be had, by eviction where needed.
    var availableBlocks: Int { freeBlocks + evictableBlocks }
    /// Blocks held by requests.
    var usedBlocks: Int { totalBlocks - freeBlocks - evictableBlocks }

    /// Number of leading units of the list that are cached.
    func cachedPrefix(_ units: ArraySlice<Int32>) -> Int {
        var length = 0
        for unit in units {
            guard index[unit] >= 0 else { break }
            length += 1
        }
        return length
    }

    /// Blocks of the first `count` units that no request uses now: holding them makes them unavailable.
    func evictableBlocks(among units: ArraySlice<Int32>, count: Int) -> Int {
        var blocks = 0
        for unit in units.prefix(count) {
            let slot = index[unit]
            if slot >= 0, slots[Int(slot)].users == 0 { blocks += Int(slots[Int(slot)].blocks) }
        }
        return blocks
    }

    /// Takes blocks for a request's own use; the caller has checked that they are available.
    mutating func take(_ blocks: Int) {
        precondition(blocks <= availableBlocks, "KV blocks taken that are not there")
        while freeBlocks < blocks { evictOldest() }
        freeBlocks -= blocks
        peakUsedBlocks = max(peakUsedBlocks, usedBlocks)
    }

    /// Returns blocks taken before.
    mutating func give(_ blocks: Int) {
        freeBlocks += blocks
        precondition(freeBlocks + evictableBlocks <= totalBlocks, "more KV blocks returned than taken")
    }

    /// One more request uses a cached unit.
    mutating func hold(_ unit: Int32) {
        let slot = Int(index[unit])
        if slots[slot].users == 0 {
            unlink(Int32(slot))
            evictableBlocks -= Int(slots[slot].blocks)
        }
        slots[slot].users += 1
        peakUsedBlocks = max(peakUsedBlocks, usedBlocks)
    }

    /// A request that has `blocks` of its own for a unit shares them from now on and uses the unit. When
    /// the unit is cached already its own copy is dropped.
    mutating func share(_ unit: Int32, blocks: Int) {
        if index[unit] >= 0 {
            give(blocks)
            hold(unit)
            return
        }
        let slot: Int32
        if let free = freeSlots.popLast() {
            slot = free
            slots[Int(free)] = Slot(unit: unit, users: 1, blocks: Int32(blocks), older: -1, newer: -1)
        } else {
            slot = Int32(slots.count)
            slots.append(Slot(unit: unit, users: 1, blocks: Int32(blocks), older: -1, newer: -1))
        }
        index.insert(unit, slot)
    }

    /// A request no longer uses a unit; it stays cached as the most recently used.
    mutating func release(_ unit: Int32) {
        let slot = index[unit]
        slots[Int(slot)].users -= 1
        guard slots[Int(slot)].users == 0 else { return }
        evictableBlocks += Int(slots[Int(slot)].blocks)
        slots[Int(slot)].older = newest
        slots[Int(slot)].newer = -1
        if newest >= 0 { slots[Int(newest)].newer = slot } else { oldest = slot }
        newest = slot
    }

    /// A request takes the blocks of a cached unit that no one uses for its own, and the unit is no more.
    mutating func claim(_ unit: Int32) {
        let slot = index[unit]
        unlink(slot)
        evictableBlocks -= Int(slots[Int(slot)].blocks)
        index.remove(unit)
        freeSlots.append(slot)
        peakUsedBlocks = max(peakUsedBlocks, usedBlocks)
    }

    private mutating func evictOldest() {
        let slot = oldest
        unlink(slot)
        let blocks = Int(slots[Int(slot)].blocks)
        evictableBlocks -= blocks
        freeBlocks += blocks
        evictedUnits += 1
        index.remove(slots[Int(slot)].unit)
        freeSlots.append(slot)
    }

    private mutating func unlink(_ slot: Int32) {
        let older = slots[Int(slot)].older, newer = slots[Int(slot)].newer
        if older >= 0 { slots[Int(older)].newer = newer } else { oldest = newer }
        if newer >= 0 { slots[Int(newer)].older = older } else { newest = older }
        slots[Int(slot)].older = -1
        slots[Int(slot)].newer = -1
    }
}
