import EventEngine
import Hardware
import ModelGraph
import Timing
import TraceFormats

@testable import Serving

/// A small serving workload with its cluster, put together in code; KV memory is stated in blocks.
struct ServingCase {
    struct Pool {
        var name: String
        var role: PoolRole
        var replicas = 1
        var tensorParallel = 1
        var node = "hgx-h20"
        var blocks = 100_000
        /// A pool's own budget, where it differs.
        var maximumBatchTokens: Int?
    }

    var model = "qwen3-0.6b"
    var pools = [Pool(name: "mixed", role: .mixed)]
    var engine = EngineConfiguration()
    var execution = ExecutionMode.graphFull
    var transfer = TransferMode.pull
    var firstToken = FirstTokenSource.decode
    var prefillRouter = RoutingPolicy.leastLoaded
    var decodeRouter = RoutingPolicy.leastKeyValue
    var maximumContext = 32_768
    var concurrency: Int?
    var frontEnd: Nanoseconds = 0
    var seed: UInt64 = 1
    var trace = RequestTrace()
    /// Changes to every node: a slower NIC, another device.
    var nic: Double?
    var devicePeak = 1.0
    var deviceBandwidth = 1.0
    var networkEfficiency = 0.85
    var transferSetup: Nanoseconds = 1_840_000
    /// Replaces the model's own bytes per token of KV on the wire.
    var wireBytesPerToken: Int64?
    var changes: [ServingRun.Change] = []
    /// Cuts the run.
    var until = Nanoseconds.max

    static func separated(prefill: Int = 1, decode: Int = 1) -> [Pool] {
        [
            Pool(name: "prefill", role: .prefill, replicas: prefill),
            Pool(name: "decode", role: .decode, replicas: decode),
        ]
    }

    /// A run that has not begun.
    func run(fastForward: Bool = true) throws -> ServingRun {
        var machine = try Machine(cluster())
        let pools = try self.pools.map { try poolConfiguration($0, fastForward, &machine) }
        var configuration = ServingConfiguration(
            name: "chat", pools: pools,
            transfer: TransferConfiguration(
                mode: transfer, firstToken: firstToken, wireBytesPerToken: try wireBytesPerToken ?? wireBytes()),
            maximumContext: maximumContext, prefillRouter: prefillRouter, decodeRouter: decodeRouter,
            concurrency: concurrency, seed: seed)
        configuration.frontEndNanoseconds = frontEnd
        var run = ServingRun(ServingEngine(configuration: configuration, trace: trace, component: 1), machine)
        run.changes = changes
        return run
    }

    /// A run that has ended.
    func finished(fastForward: Bool = true) throws -> ServingRun {
        var run = try run(fastForward: fastForward)
        run.run(until: until)
        return run
    }

    private func cluster() throws -> ClusterSpecification {
        let groups = try pools.map { pool in
            let node = try nodeDescriptor(pool)
            let perNode = node.devicesPerNode / pool.tensorParallel
            return NodeGroup(name: pool.name, node: node, count: (pool.replicas + perNode - 1) / perNode)
        }
        var cluster = ClusterSpecification(nodeGroups: groups)
        cluster.networkEfficiency = networkEfficiency
        cluster.transferSetupNanoseconds = transferSetup
        return cluster
    }

    private func nodeDescriptor(_ pool: Pool) throws -> NodeDescriptor {
        var overrides = NodeTypeOverrides()
        overrides.networkBytesPerSecond = nic
        var node = try Shipped.node(pool.node).resolved(overrides)
        for type in node.device.matrixRates.supported { node.device.matrixRates[type]?.value *= devicePeak }
        node.device.memoryBytesPerSecond.value *= deviceBandwidth
        return node
    }

    private func wireBytes() throws -> Int64 {
        let model = try Shipped.model(model)
        let logical = model.keyValueBytesPerToken(model.keyValueType)
        let ranks = pools.last?.tensorParallel ?? 1
        return model.latentAttention == nil ? logical * Int64(max(1, ranks / model.keyValueHeads)) : logical
    }

    private func poolConfiguration(
        _ pool: Pool, _ fastForward: Bool, _ machine: inout Machine
    ) throws -> PoolConfiguration {
        let node = try nodeDescriptor(pool)
        var engine = engine
        engine.fastForward = fastForward
        engine.maximumBatchTokens = pool.maximumBatchTokens ?? engine.maximumBatchTokens
        let profile = try Shipped.profile(node.device.name)
        let operators = StepOperators(
            model: try Shipped.model(model), parallelism: Parallelism(tensor: pool.tensorParallel))
        let timer = OperatorTimer(device: node.device, scaleUpBytesPerSecond: 300e9, profile: profile)
        let cost = StepCostModel(
            operators: operators, timer: timer, host: profile.host, execution: execution,
            maximumTokens: engine.maximumBatchTokens, maximumSequences: engine.maximumSequences)
        let replicas = try machine.cluster.placement(
            in: pool.name, replicas: pool.replicas, tensorParallel: pool.tensorParallel)
        return PoolConfiguration(
            name: pool.name, role: pool.role, engine: engine, replicas: replicas, cost: cost, blocks: pool.blocks)
    }
}

/// Shipped descriptors, read once for all tests.
enum Shipped {
    private static let models = table(["qwen3-0.6b", "qwen3-8b", "gpt-oss-20b", "deepseek-v3", "qwen3-30b-a3b"]) {
        try ModelDescriptor.named($0)
    }
    private static let nodes = table(["hgx-h20", "atlas-800t-a2", "pcie-l40s-8", "hgx-h100"]) {
        try NodeType.named($0)
    }
    private static let profiles = table(["h20-96", "ascend-910b2", "l40s", "h100"]) {
        try ProfileRegistry.profile(for: $0)
    }

    static var modelNames: [String] { models.keys.sorted() }

    static func model(_ name: String) throws -> ModelDescriptor { try find(name, in: models) { try .named($0) } }
    static func node(_ name: String) throws -> NodeType { try find(name, in: nodes) { try .named($0) } }
    static func profile(_ device: String) throws -> TimingProfile {
        try find(device, in: profiles) { try ProfileRegistry.profile(for: $0) }
    }

    private static func table<Value>(_ names: [String], _ read: (String) throws -> Value) -> [String: Value] {
        Dictionary(uniqueKeysWithValues: names.compactMap { name in (try? read(name)).map { (name, $0) } })
    }

    private static func find<Value>(
        _ name: String, in table: [String: Value], _ read: (String) throws -> Value
    ) throws -> Value {
        if let known = table[name] { return known }
        return try read(name)
    }
}

extension RequestTrace {
    /// Requests without prefix blocks: (arrival in nanoseconds, prompt, answer).
    init(_ requests: [(arrival: Nanoseconds, input: Int, output: Int)]) {
        self.init()
        arrivalNanoseconds = requests.map(\.arrival)
        inputTokens = requests.map { Int32($0.input) }
        outputTokens = requests.map { Int32($0.output) }
    }

    /// `count` equal requests with equal gaps.
    init(count: Int, gap: Nanoseconds = 0, input: Int, output: Int) {
        self.init((0..<count).map { (Int64($0) * gap, input, output) })
    }
}
