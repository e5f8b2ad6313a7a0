import EventEngine
import Testing

@Suite struct MemoryLedgerTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func theBooksBalanceOnRandomUse(seed: UInt64) throws {
        var random = RandomStream(seed: seed, name: "memory")
        var ledger = MemoryLedger(name: "npu0", capacityBytes: 1000)
        let pools = (0..<4).map { ledger.addPool("pool\($0)") }
        var held = [Int64](repeating: 0, count: 4)
        var (peak, peakTime, refusals) = (Int64(0), Nanoseconds(0), 0)
        for time in 0..<3000 as Range<Nanoseconds> {
            let pool = random.uniform(below: 4)
            if random.bernoulli(0.6) {
                let bytes = Int64(random.uniform(below: 200))
                let before = ledger
                do {
                    try ledger.reserve(bytes, pool: pools[pool], at: time)
                    held[pool] += bytes
                } catch {
                    #expect(held.reduce(0, +) + bytes > 1000)
                    #expect(ledger == before)
                    refusals += 1
                }
            } else if held[pool] > 0 {
                let bytes = Int64(random.uniform(below: Int(held[pool]) + 1))
                ledger.release(bytes, pool: pools[pool], at: time)
                held[pool] -= bytes
            }
            let used = held.reduce(0, +)
            if used > peak { (peak, peakTime) = (used, time) }
            #expect(ledger.usedBytes == used && ledger.freeBytes == 1000 - used && used <= 1000)
            #expect(ledger.peakBytes == peak && ledger.peakTime == peakTime)
            #expect(pools.map { ledger.usedBytes(pool: $0) } == held)
        }
        #expect(refusals > 0)
        for pool in pools { ledger.release(held[pool], pool: pool, at: 3000) }
        #expect(ledger.poolsNotReturned.isEmpty && ledger.usedBytes == 0)
    }

    @Test func aPoolRemembersItsOwnPeak() throws {
        var ledger = MemoryLedger(name: "npu0", capacityBytes: 100)
        let weights = ledger.addPool("weights")
        let cache = ledger.addPool("kv")
        try ledger.reserve(60, pool: weights, at: 1)
        try ledger.reserve(40, pool: cache, at: 2)
        ledger.release(30, pool: cache, at: 3)
        try ledger.reserve(5, pool: cache, at: 4)
        #expect(ledger.peakBytes(pool: cache) == 40 && ledger.usedBytes(pool: cache) == 15)
        #expect(ledger.peakBytes == 100 && ledger.peakTime == 2)
        #expect(ledger.poolsNotReturned.map(\.name) == ["weights", "kv"])
        #expect(ledger.poolStates.map(\.usedBytes) == [60, 15])
    }

    @Test func theLastByteIsGrantedAndNoMore() throws {
        var ledger = MemoryLedger(name: "host", capacityBytes: 10)
        let pool = ledger.addPool("all")
        try ledger.reserve(10, pool: pool, at: 0)
        try ledger.reserve(0, pool: pool, at: 0)
        #expect(throws: OutOfMemory.self) { try ledger.reserve(1, pool: pool, at: 0) }
    }

    @Test func givingBackWhatWasNeverTakenIsAProgrammingError() async {
        await #expect(processExitsWith: .failure) {
            var ledger = MemoryLedger(name: "host", capacityBytes: 10)
            let pool = ledger.addPool("all")
            ledger.release(1, pool: pool, at: 0)
        }
    }

    /// Others take from an elastic pool what is not free, down to its floor, and never more than is missing.
    @Test func othersTakeFromAnElasticPool() throws {
        var memory = MemoryLedger(name: "npu0", capacityBytes: 100)
        let cache = memory.addPool("kv"), weights = memory.addPool("weights")
        try memory.reserve(90, pool: cache, at: 0)
        memory.makeElastic(pool: cache, floorBytes: 20)
        try memory.reserve(30, pool: weights, at: 1)
        #expect(memory.usedBytes(pool: cache) == 70 && memory.freeBytes == 0)
        #expect(throws: OutOfMemory.self) { try memory.reserve(51, pool: weights, at: 2) }
        #expect(memory.usedBytes(pool: cache) == 70 && memory.usedBytes(pool: weights) == 30)
        try memory.reserve(50, pool: weights, at: 3)
        #expect(memory.usedBytes(pool: cache) == 20 && memory.usedBytes == 100)
        // The pool itself takes nothing from itself.
        #expect(throws: OutOfMemory.self) { try memory.reserve(1, pool: cache, at: 4) }
        memory.release(80, pool: weights, at: 5)
        #expect(memory.freeBytes == 80 && memory.peakBytes == 100)
    }
}
