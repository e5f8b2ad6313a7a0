import EventEngine
import Testing

@Suite struct OutOfMemoryTests {
    static let gib: Int64 = 1 << 30

    static func shortage() -> OutOfMemory? {
        var ledger = MemoryLedger(name: "a2/0/npu3", capacityBytes: 64 * gib)
        let pools = ["activations", "weights", "kv"].map { ledger.addPool($0) }
        do throws(OutOfMemory) {
            try ledger.reserve(2 * gib, pool: pools[0], at: 0)
            try ledger.reserve(40 * gib + gib / 2, pool: pools[1], at: 0)
            try ledger.reserve(20 * gib, pool: pools[2], at: 5)
            try ledger.reserve(3 * gib, pool: pools[0], at: 9)
            return nil
        } catch {
            return error
        }
    }

    @Test func theCauseIsInTheFields() throws {
        let shortage = try #require(Self.shortage())
        #expect(shortage.ledger == "a2/0/npu3" && shortage.pool == "activations" && shortage.time == 9)
        #expect(shortage.requestedBytes == 3 * Self.gib && shortage.capacityBytes == 64 * Self.gib)
        #expect(shortage.freeBytes == Self.gib + Self.gib / 2)
        #expect(shortage.missingBytes == Self.gib + Self.gib / 2)
        #expect(shortage.holdings.map(\.name) == ["activations", "weights", "kv"])
    }

    @Test func theCauseIsInTheWords() throws {
        #expect(
            try #require(Self.shortage()).description == """
                out of memory on a2/0/npu3: activations asked for 3.00 GiB, but 1.50 GiB of 64.00 GiB are \
                free (held: weights 40.50 GiB, kv 20.00 GiB, activations 2.00 GiB); \
                free or add at least 1.50 GiB
                """)
    }

    @Test func anEmptyLedgerSaysThatNothingIsHeld() {
        var ledger = MemoryLedger(name: "host", capacityBytes: 1000)
        let pool = ledger.addPool("pinned")
        let error = #expect(throws: OutOfMemory.self) {
            try ledger.reserve(2047, pool: pool, at: 0)
        }
        #expect(
            error?.description == """
                out of memory on host: pinned asked for 1.99 KiB, but 1000 B of 1000 B are free \
                (held: nothing); free or add at least 1.02 KiB
                """)
    }
}
