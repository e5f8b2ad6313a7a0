import EventEngine
import Testing

@Suite struct FIFOStreamTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func operationsNeverOverlapAndNeverIdleWithoutCause(seed: UInt64) {
        var random = RandomStream(seed: seed, name: "stream")
        var stream = FIFOStream()
        var busy: Nanoseconds = 0
        for _ in 0..<1000 {
            let ready = Nanoseconds(random.uniform(below: 5000))
            let duration = Nanoseconds(random.uniform(below: 10))
            let free = stream.freeAt
            let (start, end) = stream.enqueue(ready: ready, duration: duration)
            #expect(start == max(ready, free))
            #expect(end == start + duration && stream.freeAt == end)
            busy += duration
        }
        #expect(stream.busyNanoseconds == busy)
    }

    @Test func aGapIsNotBusy() {
        var stream = FIFOStream()
        stream.enqueue(ready: 0, duration: 10)
        let (start, end) = stream.enqueue(ready: 100, duration: 7)
        #expect(start == 100 && end == 107)
        #expect(stream.busyNanoseconds == 17)
    }
}
