import EventEngine
import Testing

@Suite struct EventHandlerTests {
    struct Ticker: EventHandler {
        var ticks: [Nanoseconds] = []

        mutating func handle(_ event: Event, queue: inout EventQueue) {
            ticks.append(event.time)
            queue.schedule(Event(time: event.time + 10, component: 0, kind: 0, phase: .timer))
        }
    }

    @Test func aRunIncludesItsDeadlineAndCountsWhatItServed() {
        var ticker = Ticker()
        var queue = EventQueue()
        queue.schedule(Event(time: 0, component: 0, kind: 0, phase: .timer))
        #expect(queue.run(&ticker, through: 30) == 4)
        #expect(ticker.ticks == [0, 10, 20, 30])
        #expect(queue.count == 1)
    }

    @Test func anEmptyQueueServesNothing() {
        var ticker = Ticker()
        var queue = EventQueue()
        #expect(queue.run(&ticker) == 0)
        #expect(queue.now == 0)
    }
}
