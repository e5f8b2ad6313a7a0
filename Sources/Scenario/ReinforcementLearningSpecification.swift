import Hardware
import JSONText
import ModelGraph
import ReinforcementLearning
import Serving
import Timing
import Training

/// A reinforcement-learning workload as the scenario states it.
public struct ReinforcementLearningSpecification: Sendable {
    public var name: String
    public var path: JSONPath
    public var model: ModelDescriptor
    public var steps: Int
    public var warmupSteps: Int
    public var algorithm: AlgorithmConfiguration
    public var lengths: RolloutLengthsSpecification
    public var reward: RewardConfiguration
    public var tools: ToolCalls?
    public var placement: PlacementSpecification
    public var train: TrainSpecification
    public var rollout: RolloutSpecification
    public var transition: TransitionSpecification
    public var schedule: ScheduleConfiguration
    public var dataEngine: DataEngineSpecification?
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
    public var mode: PlacementMode
    /// Names of node groups.
    public var trainNodes: String
    public var rolloutNodes: String
    public var trainDevices: Int
    public var rolloutDevices: Int
    /// Memory of a device as its driver reports it; the descriptor's if absent.
    public var deviceMemoryBytes: Int64?
    public var pricePerDeviceHour: Double?
    /// How the devices of both sides are held.
    public var lease = LeaseSpecification()
}

/// How training is cut and how fast it is.
public struct TrainSpecification: Sendable {
    public var tensor: Int
    public var pipeline: Int
    public var context: Int
    public var expert: Int
    public var sharding: StateSharding
    public var gradientBytes: Int
    public var recompute: Recomputation
    public var schedule: PipelineSchedule
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
    public var tensor: Int
    public var memoryUtilisation: Double
    /// Activations, graphs and runtime of the engine on each device.
    public var reservedBytes: Int64
    public var engine: EngineConfiguration
    public var execution: ExecutionMode
    public var keyValueType: DataType?
    public var timing: String?
    public var dispatch: DispatchPolicy
    public var inFlightPerReplica: Int?
    public var migratesTail: Bool
}

/// What happens between generating and training.
public struct TransitionSpecification: Sendable {
    public var configuration: TransitionConfiguration
    public var residueBytes: Int64
    /// The usual one of the placement if absent.
    public var reshard: ReshardMethod?
    public var bucketBytes: Int64
}

/// The data engine and what it streams.
public struct DataEngineSpecification: Sendable {
    public var configuration: DataEngineConfiguration
    public var streamedPasses: [ComputePass]
    /// Group of the nodes that the warehouses are on; without it their bytes cross no link.
    public var nodes: String?
}
