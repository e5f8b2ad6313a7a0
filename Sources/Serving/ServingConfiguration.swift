import EventEngine
import Hardware
import ModelGraph
import Timing

/// What the replicas of a pool do with a request.
public enum PoolRole: String, Sendable, CaseIterable {
    /// Prompt and answer on the same replica.
    case mixed
    /// Prompts only; the KV moves to a decode pool.
    case prefill
    /// Answers only.
    case decode
}

/// How KV gets from the prefill to the decode side.
public enum TransferMode: String, Sendable, CaseIterable {
    /// The decode side reserves blocks and reads when the whole prompt is computed.
    case pull
    /// The decode side is chosen and reserves first; each layer's KV is written as soon as it is computed.
    case layerwisePush = "layerwise-push"
}

/// Which side's token the client sees first.
public enum FirstTokenSource: String, Sendable, CaseIterable {
    case decode, prefill
}

/// A serving engine's own limits, per replica.
public struct EngineConfiguration: Sendable, Equatable {
    /// Tokens of one step at most, prompts' and decoding sequences' together.
    public var maximumBatchTokens: Int
    /// Sequences that run at once at most.
    public var maximumSequences: Int
    /// Tokens per KV block.
    public var blockTokens: Int
    /// Keeps computed prompts for later requests with the same beginning.
    public var prefixCache: Bool
    /// Cuts long prompts so that they fill what the token budget leaves; otherwise a prompt runs whole.
    public var chunkedPrefill: Bool
    /// Admits a prompt only when blocks for all of it are there, not just for its first chunk (vLLM's
    /// `scheduler_reserve_full_isl`).
    public var admitsWholePrompts: Bool
    /// Sums undisturbed decode steps in a loop instead of one event each; the result is the same.
    public var fastForward: Bool

    public init(
        maximumBatchTokens: Int = 8192, maximumSequences: Int = 256, blockTokens: Int = 16,
        prefixCache: Bool = true, chunkedPrefill: Bool = true, admitsWholePrompts: Bool = false,
        fastForward: Bool = true
    ) {
        self.maximumBatchTokens = maximumBatchTokens
        self.maximumSequences = maximumSequences
        self.blockTokens = blockTokens
        self.prefixCache = prefixCache
        self.chunkedPrefill = chunkedPrefill
        self.admitsWholePrompts = admitsWholePrompts
        self.fastForward = fastForward
    }
}

/// A group of equal replicas.
public struct PoolConfiguration: Sendable {
    /// Its name in the scenario and in results.
    public var name: String
    /// Whether its replicas compute prompts, generate, or both.
    public var role: PoolRole
    /// Limits of the engine in each replica.
    public var engine: EngineConfiguration
    /// Devices of each replica in rank order.
    public var replicas: [[DeviceID]]
    /// Times of a replica's steps.
    public var cost: StepCostModel
    /// KV blocks of one replica.
    public var blocks: Int

    public init(
        name: String, role: PoolRole, engine: EngineConfiguration, replicas: [[DeviceID]], cost: StepCostModel,
        blocks: Int
    ) {
        self.name = name
        self.role = role
        self.engine = engine
        self.replicas = replicas
        self.cost = cost
        self.blocks = blocks
    }
}

/// How KV moves.
public struct TransferConfiguration: Sendable {
    /// How KV gets from the prefill to the decode side.
    public var mode: TransferMode
    /// Which side's token the client sees first.
    public var firstToken: FirstTokenSource
    /// Bytes on the wire for one token of context, replicated heads included.
    public var wireBytesPerToken: Int64

    public init(mode: TransferMode, firstToken: FirstTokenSource, wireBytesPerToken: Int64) {
        self.mode = mode
        self.firstToken = firstToken
        self.wireBytesPerToken = wireBytesPerToken
    }
}

/// A serving workload whose parts have been checked and bound to devices.
public struct ServingConfiguration: Sendable {
    /// The workload's name in the scenario.
    public var name: String
    /// The replicas, group by group.
    public var pools: [PoolConfiguration]
    /// How KV moves between pools.
    public var transfer: TransferConfiguration
    /// Longest prompt and answer together.
    public var maximumContext: Int
    /// Chooses among mixed or prefill replicas.
    public var prefillRouter: RoutingPolicy
    /// Chooses among decode replicas.
    public var decodeRouter: RoutingPolicy
    /// Requests in flight of a closed loop; `nil` when arrivals have times of their own.
    public var concurrency: Int?
    /// From a request's arrival until the engine has it in its queue: HTTP, tokenizer, hand-over between processes.
    public var frontEndNanoseconds: Int64 = 0
    /// Root of the random streams of routers.
    public var seed: UInt64

    public init(
        name: String, pools: [PoolConfiguration], transfer: TransferConfiguration, maximumContext: Int,
        prefillRouter: RoutingPolicy, decodeRouter: RoutingPolicy, concurrency: Int? = nil, seed: UInt64
    ) {
        self.name = name
        self.pools = pools
        self.transfer = transfer
        self.maximumContext = maximumContext
        self.prefillRouter = prefillRouter
        self.decodeRouter = decodeRouter
        self.concurrency = concurrency
        self.seed = seed
    }
}
