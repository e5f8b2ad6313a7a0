import Testing

@testable import EventEngine

/// Laws of shared links on random networks.
@Suite struct FlowNetworkLawTests {
    /// A random network with its twin, and the random numbers that drive them.
    struct Workload {
        var random: RandomStream
        var network = FlowNetwork()
        var twin: PlainFlowNetwork

        init(seed: UInt64) {
            random = RandomStream(seed: seed, name: "flows")
            var capacities: [Double] = []
            for index in 0..<(1 + random.uniform(below: 8)) {
                capacities.append(Double(1 + random.uniform(below: 40)) * 1e9 / 3)
                _ = network.addLink(name: "link\(index)", bytesPerSecond: capacities[index])
            }
            twin = PlainFlowNetwork(capacities: capacities)
        }

        mutating func path() -> [LinkUse] {
            let first = random.uniform(below: network.linkCount)
            let length = 1 + random.uniform(below: min(3, network.linkCount))
            return (0..<length).map { hop in
                LinkUse(
                    link: Int32((first + hop * 2 + hop / 2) % network.linkCount),
                    lanes: Int32(1 + random.uniform(below: 4)))
            }
        }

        mutating func bytes() -> Int64 {
            random.bernoulli(0.1)
                ? Int64(random.uniform(below: 3)) : Int64(random.uniform(below: 1 << 24))
        }
    }

    /// Load within capacity, and for every flow a full link on which no lane is faster.
    static func checkMaxMin(_ network: inout FlowNetwork) {
        #expect(network.imbalances().isEmpty)
        var load = [Int64](repeating: 0, count: network.linkCount)
        var fastest = load
        func crossings(of flow: Flow) -> [Crossing] {
            var (list, index) = ([Crossing](), Int(flow.firstCrossing))
            while index >= 0 {
                list.append(network.crossings[index])
                index = Int(list[list.count - 1].nextOfFlow)
            }
            return list
        }
        let moving = network.flows.filter { $0.isActive && $0.bytesPerLane > 0 }
        for flow in moving {
            for crossing in crossings(of: flow) {
                load[Int(crossing.link)] += Int64(crossing.lanes) * flow.rate
                fastest[Int(crossing.link)] = max(fastest[Int(crossing.link)], flow.rate)
            }
        }
        for flow in moving {
            let hasBottleneck = crossings(of: flow).contains { crossing in
                let link = network.links[Int(crossing.link)]
                // Full but for less than one unit of rate a lane.
                return link.capacity - load[Int(crossing.link)] < link.activeLanes
                    && fastest[Int(crossing.link)] == flow.rate
            }
            #expect(hasBottleneck)
        }
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func capacityFairnessAndConservationHoldThroughout(seed: UInt64) {
        var workload = Workload(seed: seed)
        var active: [FlowID] = []
        var moved = [Int64](repeating: 0, count: workload.network.linkCount)
        var ended: [Int64] = []
        var paths: [[LinkUse]] = []
        var sizes: [Int64] = []
        var now: Nanoseconds = 0
        while paths.count < 150 || workload.network.nextCompletion != nil {
            let pause = Nanoseconds(workload.random.uniform(below: 2_000_000))
            let next = workload.network.nextCompletion ?? .max
            now = paths.count < 150 ? min(now + pause, next) : next
            workload.network.completions(at: now) { _, token in
                ended.append(token)
                for use in paths[Int(token)] {
                    moved[Int(use.link)] += Int64(use.lanes) * sizes[Int(token)]
                }
            }
            if paths.count < 150, now < next {
                paths.append(workload.path())
                sizes.append(workload.bytes())
                active.append(
                    workload.network.start(
                        bytesPerLane: sizes[sizes.count - 1], path: paths[paths.count - 1],
                        token: Int64(paths.count - 1), owner: 0, at: now))
            }
            Self.checkMaxMin(&workload.network)
        }
        #expect(ended.sorted() == (0..<150).map { $0 })
        #expect(workload.network.linkStatistics(at: now).map(\.bytesCarried) == moved)
        #expect(workload.network.activeFlowCount == 0)
    }

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func completionsAreThoseOfThePlainTwin(seed: UInt64) {
        var workload = Workload(seed: seed)
        var ends: [Int64: Nanoseconds] = [:]
        var plainEnds: [Int64: Double] = [:]
        func collect(through deadline: Nanoseconds) {
            while let time = workload.network.nextCompletion, time <= deadline {
                workload.network.completions(at: time) { _, token in ends[token] = time }
            }
            let plain = workload.twin.advance(to: Double(deadline))
            for (token, end) in plain { plainEnds[token] = end }
        }
        var now: Nanoseconds = 0
        for token in 0..<40 as Range<Int64> {
            now += Nanoseconds(workload.random.uniform(below: 1_000_000))
            collect(through: now)
            let path = workload.path()
            let bytes = 1 + workload.bytes()
            workload.network.start(bytesPerLane: bytes, path: path, token: token, owner: 0, at: now)
            workload.twin.flows.append(.init(token: token, remaining: Double(bytes), path: path))
        }
        collect(through: 1 << 50)
        #expect(ends.count == 40 && plainEnds.count == 40)
        // Rounding up delays each completion, and what waits for it, by less than a nanosecond.
        for (token, end) in ends { #expect(abs(Double(end) - (plainEnds[token] ?? 0)) < 40) }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func ratesDoNotDependOnTheOrderOfStarts(seed: UInt64) {
        var workload = Workload(seed: seed)
        let empty = workload.network
        let flows = (0..<30).map { _ in (workload.path(), 1 + workload.bytes()) }
        func rates(in order: [Int]) -> [Double?] {
            var network = empty
            var names = [FlowID?](repeating: nil, count: flows.count)
            for index in order {
                names[index] = network.start(
                    bytesPerLane: flows[index].1, path: flows[index].0, token: 0, owner: 0, at: 5)
                // Asking in between must not matter either.
                if index % 7 == 0 { _ = network.nextCompletion }
            }
            return names.map { name in name.flatMap { network.laneBytesPerSecond(of: $0) } }
        }
        let inOrder = rates(in: Array(flows.indices))
        #expect(!inOrder.contains(nil))
        #expect(rates(in: flows.indices.reversed()) == inOrder)
        #expect(rates(in: flows.indices.shuffled(using: &workload.random)) == inOrder)
    }

    /// A flow that shares nothing with a change keeps its rate and its end to the nanosecond.
    @Test func strangersAreNotDisturbed() {
        var network = FlowNetwork()
        let links = (0..<2).map { network.addLink(name: "l\($0)", bytesPerSecond: 3e9) }
        network.start(bytesPerLane: 10_000, path: [LinkUse(link: links[0])], token: 0, owner: 0, at: 0)
        let end = network.nextCompletion
        for time in 1..<100 as Range<Nanoseconds> {
            let flow = network.start(
                bytesPerLane: 1 << 40, path: [LinkUse(link: links[1], lanes: 7)], token: 1, owner: 0,
                at: time)
            #expect(network.nextCompletion == end)
            network.cancel(flow, at: time)
        }
        #expect(network.flows[0].since == 0)
    }
}
