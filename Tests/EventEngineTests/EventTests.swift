import EventEngine
import Testing

@Suite struct EventTests {
    @Test func anEventIs32TriviallyCopyableBytes() {
        #expect(MemoryLayout<Event>.size == 32)
        #expect(MemoryLayout<Event>.stride == 32)
        #expect(_isPOD(Event.self))
    }

    @Test func phasesAreServedFromFactsToObservations() {
        #expect(
            Phase.allCases.sorted() == [.completion, .transfer, .arrival, .timer, .scheduling, .sample])
        #expect(Phase.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5])
    }

    @Test func payloadIsZeroUnlessGiven() {
        let event = Event(time: 7, component: 1, kind: 2, phase: .timer)
        #expect(event == Event(time: 7, component: 1, kind: 2, phase: .timer, a: 0, b: 0))
    }

    /// The habit that replaces removal from the queue.
    @Test func aStaleGenerationIsIgnoredByItsOwner() {
        var queue = EventQueue()
        var generation: Int64 = 0
        queue.schedule(Event(time: 10, component: 0, kind: 0, phase: .timer, b: generation))
        generation += 1
        queue.schedule(Event(time: 20, component: 0, kind: 0, phase: .timer, b: generation))
        var rang: [Nanoseconds] = []
        while let event = queue.pop() {
            if event.b == generation { rang.append(event.time) }
        }
        #expect(rang == [20])
    }
}
