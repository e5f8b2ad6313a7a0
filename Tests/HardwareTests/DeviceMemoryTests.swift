import EventEngine
import Hardware
import Testing

@Suite struct DeviceMemoryTests {
    @Test func ledgersHaveTheCapacitiesOfTheDescriptors() throws {
        let memory = try Machine(nominal(("a2", "atlas-800t-a2", 1), ("h20", "hgx-h20", 2))).cluster.memory
        #expect(memory.devices.count == 24)
        #expect(memory.hosts.count == 3)
        #expect(memory[DeviceID(0)].capacityBytes == 68_719_476_736)
        #expect(memory[DeviceID(8)].capacityBytes == 96_000_000_000)
        #expect(memory[DeviceID(17)].name == "h20/1/1")
        #expect(memory[NodeID(0)].capacityBytes == 1_649_267_441_664)
        #expect(memory[NodeID(2)].capacityBytes == 2_199_023_255_552)
        #expect(memory[NodeID(2)].name == "h20/1 host")
    }

    @Test func aLedgerRunsOutByItsName() throws {
        var memory = try Machine(nominal(("h20", "hgx-h20", 1))).cluster.memory
        let weights = memory[DeviceID(3)].addPool("weights")
        try memory[DeviceID(3)].reserve(90_000_000_000, pool: weights, at: 0)
        let error = #expect(throws: OutOfMemory.self) {
            try memory[DeviceID(3)].reserve(6_000_000_001, pool: weights, at: 5)
        }
        #expect(error?.ledger == "h20/0/3")
        #expect(memory[DeviceID(3)].usedBytes == 90_000_000_000)
        #expect(memory[DeviceID(2)].usedBytes == 0)
    }
}
