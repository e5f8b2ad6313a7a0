import EventEngine
import Hardware
import TraceFormats

@testable import Serving

/// Small serving workloads of every kind, drawn from a seed: co-located and separated, each way of transfer,
/// all routers, ample and tiny KV memory, shared prefixes, ticks, closed loops, answers of one token.
struct RandomServing {
    private var random: RandomStream
    /// Whether all requests are alike, so that equal replicas run in lockstep.
    var isUniform = false

    init(seed: UInt64) {
        random = RandomStream(seed: seed, name: "serving cases")
    }

    static func example(seed: UInt64) -> ServingCase {
        var generator = RandomServing(seed: seed)
        return generator.next()
    }

    /// The same, with devices that fail and are repaired while it runs.
    static func failing(seed: UInt64) throws -> ServingCase {
        var example = example(seed: seed)
        let end = try example.finished().engine.lastActivity
        var generator = RandomServing(seed: ~seed)
        let devices = example.pools.reduce(0) { $0 + $1.replicas * $1.tensorParallel }
        for _ in 0..<generator.number(1...3) {
            let device = DeviceID(generator.number(0...devices - 1))
            let time = Int64(generator.number(0...Int(end)))
            let repair = time + Int64(generator.number(1...Int(end) + 1))
            // A device fails once, so that no failure meets a device that is down.
            guard !example.changes.contains(where: { $0.device == device }) else { continue }
            example.changes.append(ServingRun.Change(time: time, device: device, fails: true))
            example.changes.append(ServingRun.Change(time: repair, device: device, fails: false))
        }
        return example
    }

    /// The same, cut somewhere.
    static func cut(seed: UInt64) throws -> ServingCase {
        var example = example(seed: seed)
        let end = try example.finished().engine.lastActivity
        var generator = RandomServing(seed: ~seed)
        example.until = Int64(generator.number(0...Int(end)))
        return example
    }

    /// The same with some arrivals moved to the very instants at which steps end.
    static func coinciding(seed: UInt64) throws -> ServingCase {
        var example = example(seed: seed)
        var generator = RandomServing(seed: ~seed)
        var first = 0
        for _ in 0..<4 where first + 1 < example.trace.count {
            var run = try example.run(fastForward: false)
            var ends: [Nanoseconds] = []
            run.run { engine, time in
                if engine.replicas.contains(where: { $0.planEnds.last == time }) { ends.append(time) }
            }
            let request = generator.number(first + 1...example.trace.count - 1)
            let earliest = example.trace.arrivalNanoseconds[request - 1]
            let latest = request + 1 < example.trace.count ? example.trace.arrivalNanoseconds[request + 1] : .max
            let possible = ends.filter { $0 >= earliest && $0 <= latest }
            guard !possible.isEmpty else { continue }
            example.trace.arrivalNanoseconds[request] = generator.pick(possible)
            first = request
        }
        return example
    }

    private mutating func chance(_ percent: Int) -> Bool { random.uniform(below: 100) < percent }
    private mutating func pick<Value>(_ values: [Value]) -> Value { values[random.uniform(below: values.count)] }
    private mutating func number(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + random.uniform(below: range.count)
    }

    mutating func next() -> ServingCase {
        isUniform = chance(30)
        var example = ServingCase()
        example.seed = random.next()
        example.model = pick(["qwen3-0.6b", "qwen3-0.6b", "gpt-oss-20b", "deepseek-v3", "qwen3-30b-a3b"])
        example.execution = pick([.graphFull, .eager, .geDynamic])
        example.prefillRouter = pick(RoutingPolicy.allCases)
        example.decodeRouter = pick(RoutingPolicy.allCases)
        example.engine = engine()
        example.trace = trace(block: example.engine.blockTokens)
        if chance(25) { example.concurrency = number(1...12) }
        if chance(15) { example.frontEnd = Int64(number(1...20)) * 1_000_000 }
        example.pools = chance(40) ? mixedPools() : separatedPools()
        example.transfer = pick(TransferMode.allCases)
        example.firstToken = pick(FirstTokenSource.allCases)
        setMemory(&example)
        return example
    }

    private mutating func engine() -> EngineConfiguration {
        let sequences = number(1...12)
        return EngineConfiguration(
            maximumBatchTokens: max(sequences, pick([16, 48, 128, 512, 8192])), maximumSequences: sequences,
            blockTokens: pick([1, 4, 16, 16, 64]), prefixCache: chance(75), chunkedPrefill: chance(70),
            admitsWholePrompts: chance(30))
    }

    private mutating func mixedPools() -> [ServingCase.Pool] {
        let tensor = pick([1, 1, 2])
        var pools = [ServingCase.Pool(name: "one", role: .mixed, replicas: number(1...4), tensorParallel: tensor)]
        if chance(25) {
            pools.append(ServingCase.Pool(name: "two", role: .mixed, replicas: number(1...2), node: "pcie-l40s-8"))
        }
        return pools
    }

    private mutating func separatedPools() -> [ServingCase.Pool] {
        let nodes = ["hgx-h20", "atlas-800t-a2"]
        return [
            ServingCase.Pool(name: "prompts", role: .prefill, replicas: number(1...4), tensorParallel: pick([1, 2, 4]),
                             node: pick(nodes)),
            ServingCase.Pool(name: "answers", role: .decode, replicas: number(1...4), tensorParallel: pick([1, 2, 4]),
                             node: pick(nodes)),
        ]
    }

    /// Tiny memory holds little more than the largest request, so that requests are preempted and units
    /// evicted; some traces then have requests that do not fit.
    private mutating func setMemory(_ example: inout ServingCase) {
        let block = example.engine.blockTokens
        let largest = (0..<example.trace.count).map { request in
            Int(example.trace.inputTokens[request]) + Int(example.trace.outputTokens[request])
        }.max() ?? 1
        let need = (largest + block - 1) / block
        for pool in example.pools.indices {
            example.pools[pool].blocks = pick([
                need, need + number(0...4), need + need / 2, 2 * need, 4 * need, 100_000, max(1, need * 9 / 10),
            ])
        }
    }

    // MARK: Traffic

    private mutating func trace(block: Int) -> RequestTrace {
        let count = number(4...24)
        let arrivals = self.arrivals(count)
        let longest = pick([20, 100, 400])
        var lengths = (0..<count).map { _ in (input: number(1...longest), output: answer()) }
        if isUniform { lengths = Array(repeating: lengths[0], count: count) }
        guard chance(70) else {
            return RequestTrace((0..<count).map { (arrivals[$0], lengths[$0].input, lengths[$0].output) })
        }
        // Units of the trace and blocks of the engine must divide each other.
        return prefixed(arrivals, lengths, unit: pick([block, 2 * block, 4 * block, max(1, block / 4)]))
    }

    private mutating func answer() -> Int {
        if chance(15) { return 1 }
        return chance(8) ? number(100...300) : number(2...40)
    }

    private mutating func arrivals(_ count: Int) -> [Nanoseconds] {
        let kind = random.uniform(below: 4)
        let gap = pick([20_000, 500_000, 3_000_000])
        let tick = pick([1_000_000, 10_000_000])
        var time = 0.0
        return (0..<count).map { index in
            time += random.exponential(mean: Double(gap))
            switch kind {
            case 0: return 0
            case 1: return Int64(index * gap)
            case 2: return Int64(index == 0 ? 0 : time)
            default: return index == 0 ? 0 : Int64(time) / Int64(tick) * Int64(tick)
            }
        }
    }

    /// Prompts that begin with one of a few documents, some of them equal to an earlier one.
    private mutating func prefixed(
        _ arrivals: [Nanoseconds], _ lengths: [(input: Int, output: Int)], unit: Int
    ) -> RequestTrace {
        var lengths = lengths
        var chains: [[Int32]] = []
        var known: [[Int]: Int32] = [:]
        let documents = number(1...3), depth = number(1...8)
        for request in arrivals.indices {
            if request > 0, chance(25) {
                let twin = random.uniform(below: request)
                lengths[request].input = lengths[twin].input
                chains.append(chains[twin])
                continue
            }
            let document = random.uniform(below: documents)
            let units = (lengths[request].input + unit - 1) / unit
            // A whole unit of a document is shared, a partial one belongs to its request.
            let shared = min(depth, lengths[request].input / unit)
            chains.append((0..<units).map { position in
                let key = position < shared ? [document, position] : [document, position, request]
                if let id = known[key] { return id }
                known[key] = Int32(known.count)
                return Int32(known.count - 1)
            })
        }
        var trace = RequestTrace(arrivals.indices.map { (arrivals[$0], lengths[$0].input, lengths[$0].output) })
        trace.blockTokens = unit
        trace.blockStart = chains.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
        trace.blockIDs = chains.flatMap { $0 }
        trace.distinctBlocks = known.count
        return trace
    }
}
