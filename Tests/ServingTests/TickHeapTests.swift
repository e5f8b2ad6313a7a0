import EventEngine
import Testing

@testable import Serving

/// The heap against sorting.
@Suite struct TickHeapTests {
    @Test func givesEntriesByTickThenRequest() {
        var random = RandomStream(seed: 1, name: "tick heap")
        for _ in 0..<100 {
            var heap = TickHeap()
            var twin: [[Int64]] = []
            for request in 0..<(1 + random.uniform(below: 60)) {
                let tick = Int64(random.uniform(below: 12))
                heap.push(TickHeap.Entry(tick: tick, request: Int32(request)))
                twin.append([tick, Int64(request)])
                guard random.uniform(below: 3) == 0 else { continue }
                heap.removeFirst()
                twin.remove(at: smallest(twin))
            }
            while let top = heap.first {
                let position = smallest(twin)
                #expect([top.tick, Int64(top.request)] == twin[position])
                heap.removeFirst()
                twin.remove(at: position)
            }
            #expect(twin.isEmpty && heap.isEmpty)
        }
    }

    private func smallest(_ entries: [[Int64]]) -> Int {
        entries.indices.min { entries[$0].lexicographicallyPrecedes(entries[$1]) } ?? 0
    }
}
