import EventEngine
import Testing

@testable import Serving

/// The ring buffer against an array.
@Suite struct RequestQueueTests {
    @Test func behavesAsAnArray() {
        var random = RandomStream(seed: 1, name: "request queue")
        for _ in 0..<50 {
            var queue = RequestQueue()
            var twin: [Int32] = []
            for step in Int32(0)..<120 {
                switch random.uniform(below: 7) {
                case 0...2:
                    queue.append(step)
                    twin.append(step)
                case 3:
                    queue.prepend(step)
                    twin.insert(step, at: 0)
                case 4 where !twin.isEmpty:
                    let other = twin[random.uniform(below: twin.count)]
                    queue.remove(other)
                    twin.removeAll { $0 == other }
                case 5 where !twin.isEmpty:
                    #expect(queue.removeFirst() == twin.removeFirst())
                default:
                    // Who is not in the queue cannot be taken out of it.
                    queue.remove(-1)
                }
                #expect(queue.first == twin.first)
                #expect(queue.count == twin.count)
                #expect(queue.isEmpty == twin.isEmpty)
            }
            for request in twin { #expect(queue.removeFirst() == request) }
        }
    }
}
