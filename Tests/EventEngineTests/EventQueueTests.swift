import Testing

@testable import EventEngine

@Suite struct EventQueueTests {
    /// Delays of all the kinds that break queues: ties, zeros, neighbours, and wide spans.
    enum Delays: String, CaseIterable, Sendable {
        case ties, zeros, small, exponential, wide

        func draw(_ random: inout RandomStream) -> Nanoseconds {
            switch self {
            case .ties: Nanoseconds(random.uniform(below: 3)) * 100
            case .zeros: random.bernoulli(0.7) ? 0 : Nanoseconds(random.uniform(below: 4))
            case .small: Nanoseconds(random.uniform(below: 8))
            case .exponential: TimeConversion.nanoseconds(fromSeconds: random.exponential(mean: 1e-3))
            case .wide: Nanoseconds(1) << Nanoseconds(random.uniform(below: 45))
            }
        }
    }

    static func event(at time: Nanoseconds, _ number: Int, _ random: inout RandomStream) -> Event {
        let phase = Phase.allCases[random.uniform(below: Phase.allCases.count)]
        return Event(
            time: time, component: Int32(number), kind: UInt16(number & 0xff), phase: phase,
            a: Int64(number), b: -Int64(number))
    }

    @Test(arguments: Delays.allCases, [1, 2, 3] as [UInt64])
    func theOrderIsThatOfThePlainTwin(delays: Delays, seed: UInt64) {
        var random = RandomStream(seed: seed, name: delays.rawValue)
        var queue = EventQueue()
        var twin = PlainEventQueue()
        var scheduled = 0
        for _ in 0..<2000 {
            for _ in 0..<random.uniform(below: 3) {
                let event = Self.event(at: queue.now + delays.draw(&random), scheduled, &random)
                queue.schedule(event)
                twin.schedule(event)
                scheduled += 1
            }
            let deadline = random.bernoulli(0.5) ? .max : queue.now + delays.draw(&random)
            #expect(queue.nextTime == twin.nextTime)
            #expect(queue.pop(through: deadline) == twin.pop(through: deadline))
            #expect(queue.now == twin.now)
            #expect(queue.count == twin.count)
            #expect(queue.brokenInvariant() == nil)
        }
        while let event = twin.pop() { #expect(queue.pop() == event) }
        #expect(queue.isEmpty && queue.pop() == nil && queue.nextTime == nil)
    }

    /// The HOLD model: a committed number that notices any change of order, on any machine.
    @Test(
        arguments: [
            (Delays.ties, 16_260_265_428_674_632_476), (.zeros, 16_415_058_752_505_665_754),
            (.exponential, 12_378_994_279_274_372_814), (.wide, 3_607_742_134_879_802_074),
        ] as [(Delays, UInt64)])
    func theOrderHashOfTheHoldModelStays(delays: Delays, expected: UInt64) {
        var random = RandomStream(seed: 7, name: "hold")
        var queue = EventQueue()
        for number in 0..<500 {
            queue.schedule(Self.event(at: delays.draw(&random), number, &random))
        }
        var hash: UInt64 = 0
        for _ in 0..<20_000 {
            guard let event = queue.pop() else { break }
            let word = UInt64(event.time) ^ UInt64(event.component) << 40
            hash = (hash ^ word) &* 0x100_0000_01b3
            queue.schedule(
                Self.event(at: queue.now + delays.draw(&random), Int(event.component), &random))
        }
        #expect(hash == expected)
    }

    @Test func anInstantIsServedInPhasesAndRounds() {
        var queue = EventQueue()
        func note(_ phase: Phase, _ number: Int64) -> Event {
            Event(time: 5, component: 0, kind: 0, phase: phase, a: number)
        }
        queue.schedule(note(.sample, 1))
        queue.schedule(note(.arrival, 2))
        queue.schedule(note(.arrival, 3))
        var order: [Int64] = []
        while let event = queue.pop() {
            order.append(event.a)
            if event.a == 2 {
                queue.schedule(note(.completion, 20))  // has passed: next round
                queue.schedule(note(.arrival, 21))  // being served: behind 3
                queue.schedule(note(.scheduling, 22))  // still to come
            }
            if event.a == 20 { queue.schedule(note(.completion, 200)) }
        }
        #expect(order == [2, 3, 21, 22, 1, 20, 200])
    }

    @Test func itKnowsWhetherTheInstantGoesOn() {
        var queue = EventQueue()
        for (time, phase) in [(5, Phase.completion), (5, .arrival), (9, .timer)] as [(Nanoseconds, Phase)] {
            queue.schedule(Event(time: time, component: 0, kind: 0, phase: phase))
        }
        #expect(!queue.holdsPresentEvents, "nothing of time zero")
        _ = queue.pop()
        #expect(queue.holdsPresentEvents)
        _ = queue.pop()
        #expect(!queue.holdsPresentEvents)
        queue.schedule(Event(time: 5, component: 0, kind: 0, phase: .completion))
        #expect(queue.holdsPresentEvents, "a phase that has passed makes another round")
    }

    @Test func nothingDueLeavesTheClockAlone() {
        var queue = EventQueue()
        queue.schedule(Event(time: 100, component: 0, kind: 0, phase: .timer))
        #expect(queue.pop(through: 99) == nil)
        #expect(queue.now == 0)
        queue.schedule(Event(time: 50, component: 1, kind: 0, phase: .timer))
        #expect(queue.nextTime == 50)
        #expect(queue.pop(through: 50)?.component == 1)
        #expect(queue.pop(through: 100)?.component == 0)
        #expect(queue.now == 100)
    }

    @Test func aCopyIsAnotherQueue() {
        var queue = EventQueue()
        for time in 1...20 as ClosedRange<Int64> {
            queue.schedule(Event(time: time * 3, component: 0, kind: 0, phase: .timer, a: time))
        }
        _ = queue.pop()
        var copy = queue
        _ = copy.pop()
        copy.schedule(Event(time: 7, component: 9, kind: 0, phase: .timer))
        #expect(copy.brokenInvariant() == nil && queue.brokenInvariant() == nil)
        #expect(queue.count == 19 && copy.count == 19)
        #expect(queue.pop()?.time == 6)
        #expect(copy.pop()?.component == 9)
    }

    /// A list that never empties within an instant must not grow with what has passed through it.
    @Test func aLongInstantReusesItsRoom() {
        var queue = EventQueue()
        for number in 0..<3 as Range<Int64> {
            queue.schedule(Event(time: 0, component: 0, kind: 0, phase: .arrival, a: number))
        }
        for step in 0..<10_000 as Range<Int64> {
            guard let event = queue.pop() else { break }
            #expect(event.a == step)
            queue.schedule(Event(time: 0, component: 0, kind: 0, phase: .arrival, a: step + 3))
        }
        #expect(queue.storage.lists[queue.roundBase + 2].capacity <= 16)
    }

    @Test func thePastIsClosed() async {
        await #expect(processExitsWith: .failure) {
            var queue = EventQueue()
            queue.schedule(Event(time: 10, component: 0, kind: 0, phase: .timer))
            _ = queue.pop()
            queue.schedule(Event(time: 9, component: 0, kind: 0, phase: .timer))
        }
    }
}
