import EventEngine
import Testing

@testable import Serving

/// The block cache against a twin of a dictionary and a list in order of use.
@Suite struct KVBlockCacheTests {
    private struct Twin {
        var free: Int
        var users: [Int32: Int] = [:]
        var blocks: [Int32: Int] = [:]
        /// Cached units that nobody uses, least recently used first.
        var idle: [Int32] = []
        var evicted = 0

        var evictable: Int { idle.reduce(0) { $0 + (blocks[$1] ?? 0) } }

        mutating func take(_ count: Int) {
            while free < count {
                let oldest = idle.removeFirst()
                free += blocks.removeValue(forKey: oldest) ?? 0
                users[oldest] = nil
                evicted += 1
            }
            free -= count
        }

        mutating func hold(_ unit: Int32) {
            idle.removeAll { $0 == unit }
            users[unit, default: 0] += 1
        }

        mutating func share(_ unit: Int32, _ count: Int) {
            if blocks[unit] == nil { blocks[unit] = count } else { free += count }
            hold(unit)
        }

        mutating func release(_ unit: Int32) {
            users[unit, default: 0] -= 1
            if users[unit] == 0 { idle.append(unit) }
        }
    }

    private func expectEqual(_ cache: KVBlockCache, _ twin: Twin, _ total: Int, units: ArraySlice<Int32>) {
        #expect(cache.freeBlocks == twin.free)
        #expect(cache.evictableBlocks == twin.evictable)
        #expect(cache.availableBlocks == twin.free + twin.evictable)
        #expect(cache.usedBlocks == total - twin.free - twin.evictable)
        #expect(cache.evictedUnits == twin.evicted)
        let cached = units.prefix { twin.blocks[$0] != nil }
        #expect(cache.cachedPrefix(units) == cached.count)
        #expect(cache.evictableBlocks(among: units, count: units.count)
            == units.filter { twin.idle.contains($0) }.reduce(0) { $0 + (twin.blocks[$1] ?? 0) })
    }

    @Test(arguments: [12, 40, 200])
    func behavesAsItsTwin(_ total: Int) {
        var random = RandomStream(seed: 1, name: "cache \(total)")
        var cache = KVBlockCache(totalBlocks: total)
        var twin = Twin(free: total)
        var own = 0, peak = 0
        var held: [Int32] = []
        for _ in 0..<1_500 {
            let unit = Int32(random.uniform(below: 25))
            let count = Int(unit) % 3 + 1
            switch random.uniform(below: 5) {
            case 0 where cache.availableBlocks >= count:
                cache.take(count)
                twin.take(count)
                own += count
            case 1 where own >= count:
                cache.give(count)
                twin.free += count
                own -= count
            case 2 where own >= count:
                cache.share(unit, blocks: count)
                twin.share(unit, count)
                own -= count
                held.append(unit)
            case 3 where twin.blocks[unit] != nil:
                cache.hold(unit)
                twin.hold(unit)
                held.append(unit)
            case 4 where !held.isEmpty:
                let released = held.remove(at: random.uniform(below: held.count))
                cache.release(released)
                twin.release(released)
            default: continue
            }
            peak = max(peak, total - twin.free - twin.evictable)
            let start = random.uniform(below: 20)
            expectEqual(cache, twin, total, units: (0..<25).map { Int32($0) }[start..<start + 5])
        }
        #expect(cache.peakUsedBlocks == peak)
        #expect(twin.evicted > 0 || total > 100)
    }

    @Test func theLeastRecentlyUsedUnitGoesFirst() {
        var cache = KVBlockCache(totalBlocks: 3)
        for unit in Int32(0)..<3 {
            cache.take(1)
            cache.share(unit, blocks: 1)
        }
        for unit in [1, 0, 2] as [Int32] { cache.release(unit) }
        // Use makes a unit young again.
        cache.hold(1)
        cache.release(1)
        cache.take(1)
        #expect(cache.cachedPrefix([0]) == 0)
        cache.take(1)
        #expect(cache.cachedPrefix([2]) == 0)
        #expect(cache.cachedPrefix([1]) == 1)
        #expect(cache.evictedUnits == 2)
    }

    @Test func aSecondCopyOfAUnitIsDropped() {
        var cache = KVBlockCache(totalBlocks: 10)
        cache.take(4)
        cache.share(7, blocks: 2)
        #expect(cache.usedBlocks == 4)
        cache.share(7, blocks: 2)
        #expect(cache.usedBlocks == 2)
        cache.release(7)
        #expect(cache.usedBlocks == 2)
        cache.release(7)
        #expect(cache.usedBlocks == 0)
        #expect(cache.evictableBlocks == 2)
    }
}
