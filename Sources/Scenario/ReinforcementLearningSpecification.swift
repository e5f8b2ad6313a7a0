import Hardware
import JSONText
import ModelGraph
import ReinforcementLearning
import Serving
import Timing
import Training

/// A reinforcement-learning workload as the scenario states it.
public struct ReinforcementLearningSpecification: Sendable {
    /// The workload's name in the scenario.
    public var name: String
    /// Where it stands in the scenario, for messages.
    public var path: JSONPath
    /// The policy model.
    public var model: ModelDescriptor
    /// Steps to be done, the warm-up included.
    public var steps: Int
    /// Leading steps that no metric counts.
    public var warmupSteps: Int
    /// What a step computes.
    public var algorithm: AlgorithmConfiguration
    /// Where lengths of prompts and responses come from.
    public var lengths: RolloutLengthsSpecification
    /// How responses are rated.
    public var reward: RewardConfiguration
    /// Tools that responses call; nil: none.
    public var tools: ToolCalls?
    /// Devices of both sides.
    public var placement: PlacementSpecification
    /// How training is cut and how fast it is.
    public var train: TrainSpecification
    /// How replicas generate.
    public var rollout: RolloutSpecification
    /// What happens between generating and training.
    public var transition: TransitionSpecification
    /// How generation and training take turns.
    public var schedule: ScheduleConfiguration
    /// How samples get from stage to stage; nil: at no cost.
    public var dataEngine: DataEngineSpecification?
    /// Phase times that are given; nil: they are computed.
    public var fixedTimes: FixedPhaseTimes?
}

/// Where response lengths come from.
public enum RolloutLengthsSpecification: Sendable, Equatable {
    case generated(prompts: PromptLengths, responses: ResponseLengths)
    /// A CSV file of recorded samples.
    case trace(file: String)
}

/// Devices of both sides.
public struct PlacementSpecification: Sendable {
    /// Whether both sides have the same devices, their own, or lend some.
    public var mode: PlacementMode
    /// Names of node groups.
    public var trainNodes: String
    /// Name of the node group that generates.
    public var rolloutNodes: String
    /// Devices that train.
    public var trainDevices: Int
    /// Devices that generate.
    public var rolloutDevices: Int
    /// Memory of a device as its driver reports it; the descriptor's if absent.
    public var deviceMemoryBytes: Int64?
    /// What a device costs an hour, in any currency; nil: not stated.
    public var pricePerDeviceHour: Double?
    /// How the devices of both sides are held.
    public var lease = LeaseSpecification()
}

/// How training is cut and how fast it is.
public struct TrainSpecification: Sendable {
    /// Ranks that share every matrix.
    public var tensor: Int
    /// Stages of consecutive layers.
    public var pipeline: Int
    /// Ranks that share each sequence.
    public var context: Int
    /// Ranks over which experts are spread.
    public var expert: Int
    /// Which parts of the state are spread over data-parallel ranks.
    public var sharding: StateSharding
    /// Bytes of the gradient of one parameter.
    public var gradientBytes: Int
    /// Which activations are computed again in the backward pass.
    public var recompute: Recomputation
    /// In which order stages compute micro-batches.
    public var schedule: PipelineSchedule
    /// Tokens of one micro-batch of a data-parallel copy.
    public var microBatchTokens: Int
    /// Stated share of the peak; operators are timed if absent.
    public var utilisation: Double?
    /// Peak that the share refers to, in FLOP/s; the descriptor's if absent.
    public var peakFlopPerSecond: Double?
    /// Path of a timing profile whose figures replace those shipped for the device.
    public var timing: String?
}

/// How replicas generate.
public struct RolloutSpecification: Sendable {
    /// Ranks of a replica that share every matrix.
    public var tensor: Int
    /// Share of device memory that the engine may use, 0 to 1.
    public var memoryUtilisation: Double
    /// Activations, graphs and runtime of the engine on each device.
    public var reservedBytes: Int64
    /// Limits of the engine in each replica.
    public var engine: EngineConfiguration
    /// How the host launches steps.
    public var execution: ExecutionMode
    /// Type of cached keys and values; nil: the model's.
    public var keyValueType: DataType?
    /// Path of a timing profile whose figures replace those shipped; nil: none.
    public var timing: String?
    /// How responses find their replica.
    public var dispatch: DispatchPolicy
    /// Responses that a replica has at once; nil: as many as its engine runs sequences.
    public var inFlightPerReplica: Int?
    /// Whether the last responses are gathered on fewer replicas.
    public var migratesTail: Bool
}

/// What happens between generating and training.
public struct TransitionSpecification: Sendable {
    /// What is offloaded, kept and switched.
    public var configuration: TransitionConfiguration
    /// What offloading leaves behind on a device.
    public var residueBytes: Int64
    /// The usual one of the placement if absent.
    public var reshard: ReshardMethod?
    /// Most bytes that one piece of a weight transfer holds.
    public var bucketBytes: Int64
}

/// The data engine and what it streams.
public struct DataEngineSpecification: Sendable {
    /// The kind of engine and its settings.
    public var configuration: DataEngineConfiguration
    /// Passes that begin before all responses are there.
    public var streamedPasses: [ComputePass]
    /// Group of the nodes that the warehouses are on; without it their bytes cross no link.
    public var nodes: String?
}
