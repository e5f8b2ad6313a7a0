import EventEngine

/// The plain twin of `FlowNetwork`: progressive filling as in the textbook, in floating point, from
/// nothing for every question.
struct PlainFlowNetwork {
    struct Flow {
        var token: Int64
        var remaining: Double
        var path: [LinkUse]
    }

    var capacities: [Double]
    var flows: [Flow] = []
    private(set) var now = 0.0

    /// The fair rates of the lanes of all flows, in the order of `flows`.
    ///
    /// All rates rise together until a link is full; the flows on it are then fixed, the rest go on.
    func rates() -> [Double] {
        var rates = [Double](repeating: 0, count: flows.count)
        var open = Set(flows.indices)
        var rest = capacities
        while !open.isEmpty {
            var lanes = [Double](repeating: 0, count: capacities.count)
            for flow in open {
                for use in flows[flow].path { lanes[Int(use.link)] += Double(use.lanes) }
            }
            let steps = capacities.indices.map { lanes[$0] > 0 ? rest[$0] / lanes[$0] : .infinity }
            guard let tightest = steps.indices.min(by: { steps[$0] < steps[$1] }) else { break }
            for flow in open { rates[flow] += steps[tightest] }
            for link in rest.indices { rest[link] -= lanes[link] * steps[tightest] }
            open = open.filter { flow in !flows[flow].path.contains { Int($0.link) == tightest } }
        }
        return rates
    }

    /// Moves on to `time`, in nanoseconds, and returns the tokens of the flows that ended before it,
    /// each with its end.
    mutating func advance(to time: Double) -> [(token: Int64, end: Double)] {
        var ended: [(Int64, Double)] = []
        while true {
            let rates = rates()
            let waits = flows.indices.map { flows[$0].remaining / rates[$0] * 1e9 }
            let step = min(waits.min() ?? .infinity, time - now)
            for flow in flows.indices { flows[flow].remaining -= rates[flow] * step / 1e9 }
            now += step
            let done = flows.indices.filter { waits[$0] <= step }
            for flow in done { ended.append((flows[flow].token, now)) }
            for flow in done.reversed() { flows.remove(at: flow) }
            if done.isEmpty { return ended }
        }
    }
}
