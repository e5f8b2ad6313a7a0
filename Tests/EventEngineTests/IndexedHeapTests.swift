import Testing

@testable import EventEngine

@Suite struct IndexedHeapTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func theMinimumIsThatOfATable(seed: UInt64) {
        var random = RandomStream(seed: seed, name: "heap")
        var heap = IndexedHeap()
        heap.extend(to: 40)
        var table: [Int32: Int64] = [:]
        for _ in 0..<5000 {
            let item = Int32(random.uniform(below: 40))
            if random.bernoulli(0.7) {
                let key = Int64(random.uniform(below: 30))
                heap.set(item, to: key)
                table[item] = key
            } else {
                heap.remove(item)
                table[item] = nil
            }
            let least = table.min { ($0.value, $0.key) < ($1.value, $1.key) }
            #expect(heap.minimum?.item == least?.key)
            #expect(heap.minimum?.key == least?.value)
            #expect(heap.isEmpty == table.isEmpty)
        }
    }

    @Test func itLeavesInOrder() {
        var heap = IndexedHeap()
        heap.extend(to: 5)
        for (item, key) in [(3, 7), (0, 9), (4, 7), (1, 2)] as [(Int32, Int64)] {
            heap.set(item, to: key)
        }
        heap.set(0, to: 1)
        var order: [Int32] = []
        while let (item, _) = heap.minimum {
            order.append(item)
            heap.remove(item)
        }
        #expect(order == [0, 1, 3, 4])
    }
}
