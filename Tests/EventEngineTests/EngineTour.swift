import EventEngine
import Testing

/// A tour of the engine: the smallest simulation that is worth anything, a queue before a server.
///
/// Read `handle`: it is all that a world consists of. An arrival is served at once or waits; the
/// completion is scheduled at the *end* of the service; a completion lets the next one in.
struct ServerWorld: EventHandler {
    enum Kind: UInt16 { case arrive, finish }

    /// When the k-th customer arrives and how long it is served.
    var customers: [(arrival: Nanoseconds, service: Nanoseconds)]
    var trace: [String]? = []
    private(set) var waiting: [Int64] = []
    private(set) var firstWaiting = 0
    private(set) var isBusy = false
    private(set) var totalWait: Nanoseconds = 0

    init(customers: [(arrival: Nanoseconds, service: Nanoseconds)]) { self.customers = customers }

    /// Arrivals are scheduled one at a time, each by the one before it.
    func scheduleArrival(of customer: Int64, on queue: inout EventQueue) {
        guard customer < customers.count else { return }
        queue.schedule(
            Event(
                time: customers[Int(customer)].arrival, component: 0, kind: Kind.arrive.rawValue,
                phase: .arrival, a: customer))
    }

    mutating func handle(_ event: Event, queue: inout EventQueue) {
        switch Kind(rawValue: event.kind) {
        case .arrive:
            trace?.append("\(event.time) arrive \(event.a)")
            waiting.append(event.a)
            scheduleArrival(of: event.a + 1, on: &queue)
        case .finish:
            trace?.append("\(event.time) finish \(event.a)")
            isBusy = false
        case nil: break
        }
        startNext(at: event.time, on: &queue)
    }

    private mutating func startNext(at now: Nanoseconds, on queue: inout EventQueue) {
        guard !isBusy, firstWaiting < waiting.count else { return }
        let customer = waiting[firstWaiting]
        firstWaiting += 1
        isBusy = true
        let (arrival, service) = customers[Int(customer)]
        totalWait += now - arrival
        trace?.append("\(now) start \(customer)")
        queue.schedule(
            Event(
                time: now + service, component: 0, kind: Kind.finish.rawValue, phase: .completion,
                a: customer))
    }
}

@Suite struct EngineTour {
    @Test func fourCustomersByHand() {
        var world = ServerWorld(customers: [(10, 5), (12, 5), (15, 5), (40, 5)])
        var queue = EventQueue()
        world.scheduleArrival(of: 0, on: &queue)
        #expect(queue.run(&world) == 8)
        // At 15 customer 0 has left before customer 2 is seen: completions come before arrivals.
        #expect(
            world.trace == [
                "10 arrive 0", "10 start 0",
                "12 arrive 1",
                "15 finish 0", "15 start 1", "15 arrive 2",
                "20 finish 1", "20 start 2",
                "25 finish 2",
                "40 arrive 3", "40 start 3",
                "45 finish 3",
            ])
        #expect(world.totalWait == 0 + 3 + 5 + 0)
        #expect(queue.now == 45)
    }

    @Test func aRunStopsAtItsDeadlineAndGoesOn() {
        var world = ServerWorld(customers: [(10, 5), (12, 5), (15, 5), (40, 5)])
        var queue = EventQueue()
        world.scheduleArrival(of: 0, on: &queue)
        #expect(queue.run(&world, through: 14) == 2)
        #expect(queue.now == 12 && queue.nextTime == 15)
        #expect(queue.run(&world, through: 30) == 4)
        #expect(world.trace?.last == "25 finish 2")
    }

    /// A FIFO stream says the same without any event of its own.
    @Test func theServerIsAFIFOStream() {
        var stream = FIFOStream()
        let starts = [10, 12, 15, 40].map { stream.enqueue(ready: $0, duration: 5).start }
        #expect(starts == [10, 15, 20, 40])
    }

    /// Customers with exponential gaps of mean 1 ms / load and services of mean 1 ms.
    static func meanWait(
        load: Double, customers: Int, service: (inout RandomStream) -> Double
    ) -> Double {
        var gaps = RandomStream(seed: 1, name: "arrivals")
        var services = RandomStream(seed: 1, name: "services")
        var arrival: Nanoseconds = 0
        var world = ServerWorld(
            customers: (0..<customers).map { _ in
                arrival += PortableMath.roundHalfToEven(gaps.exponential(mean: 1e6 / load))
                return (arrival, PortableMath.roundHalfToEven(1e6 * service(&services)))
            })
        world.trace = nil
        var queue = EventQueue()
        world.scheduleArrival(of: 0, on: &queue)
        queue.run(&world)
        return Double(world.totalWait) / Double(customers) / 1e6
    }

    /// Mean wait before service in M/M/1: load / (1 - load). The tolerance is four standard errors
    /// of a mean of n successive waits (Daley 1968; Whitt 1989, doi:10.1287/mnsc.35.11.1341).
    @Test(arguments: [0.3, 0.5, 0.7])
    func randomServiceWaitsAsTheorySays(load: Double) {
        let customers = 100_000
        let wait = Self.meanWait(load: load, customers: customers) { $0.exponential(mean: 1) }
        let variance =
            load * (2 + 5 * load - 4 * load * load + load * load * load)
            / PortableMath.pow(1 - load, 4)
        let standardError = (variance / Double(customers)).squareRoot()
        #expect(abs(wait - load / (1 - load)) < 4 * standardError)
    }

    /// Mean wait in M/D/1: half of that of M/M/1 (Pollaczek and Khinchine); within 4 %.
    @Test(arguments: [0.3, 0.5, 0.7])
    func constantServiceWaitsHalfAsLong(load: Double) {
        let wait = Self.meanWait(load: load, customers: 100_000) { _ in 1 }
        let expected = load / (2 * (1 - load))
        #expect(abs(wait - expected) < 0.04 * expected)
    }
}
