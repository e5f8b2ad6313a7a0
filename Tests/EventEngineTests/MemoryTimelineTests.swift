import Testing

@testable import EventEngine

@Suite struct MemoryTimelineTests {
    @Test func aShortHistoryIsKeptWhole() throws {
        var ledger = MemoryLedger(name: "npu0", capacityBytes: 100, timelineLimit: 10)
        let weights = ledger.addPool("weights")
        let cache = ledger.addPool("kv")
        try ledger.reserve(60, pool: weights, at: 0)
        try ledger.reserve(30, pool: cache, at: 5)
        ledger.release(20, pool: cache, at: 5)
        ledger.release(60, pool: weights, at: 8)
        #expect(
            ledger.timeline.samples == [
                MemorySample(time: 0, pool: weights, bytes: 60, peakBytes: 60),
                MemorySample(time: 5, pool: cache, bytes: 10, peakBytes: 30),
                MemorySample(time: 8, pool: weights, bytes: 0, peakBytes: 0),
            ])
        #expect(ledger.timeline.resolution == 1)
    }

    @Test func itIsOffUnlessAskedFor() throws {
        var ledger = MemoryLedger(name: "npu0", capacityBytes: 100)
        let pool = ledger.addPool("weights")
        try ledger.reserve(60, pool: pool, at: 0)
        #expect(ledger.timeline.samples.isEmpty)
    }

    @Test(arguments: [4, 10, 64], [1, 2] as [UInt64])
    func aLongHistoryIsBoundedAndLosesNoPeak(limit: Int, seed: UInt64) throws {
        var random = RandomStream(seed: seed, name: "timeline")
        var ledger = MemoryLedger(name: "npu0", capacityBytes: 1_000_000, timelineLimit: limit)
        let pools = [ledger.addPool("a"), ledger.addPool("b")]
        var time: Nanoseconds = 0
        for _ in 0..<5000 {
            time += Nanoseconds(random.uniform(below: 1000))
            let pool = pools[random.uniform(below: 2)]
            if random.bernoulli(0.5) {
                try ledger.reserve(Int64(random.uniform(below: 100)), pool: pool, at: time)
            } else {
                ledger.release(ledger.usedBytes(pool: pool) / 2, pool: pool, at: time)
            }
            #expect(ledger.timeline.samples.count <= limit)
        }
        for pool in pools {
            let samples = ledger.timeline.samples.filter { $0.pool == pool }
            #expect(samples.map(\.peakBytes).max() == ledger.peakBytes(pool: pool))
            #expect(samples.last?.bytes == ledger.usedBytes(pool: pool))
            let slices = samples.map { $0.time / ledger.timeline.resolution }
            #expect(zip(slices, slices.dropFirst()).allSatisfy(<))
        }
    }
}
