import Hardware
import JSONText
import ModelGraph
import Serving
import Timing
import TraceFormats

/// A scenario (or one variant of it) as typed values; not yet bound to devices.
public struct ScenarioSpecification: Sendable {
    /// The scenario's name, in results.
    public var name: String
    /// Root of all random streams.
    public var seed: UInt64
    /// Nodes and links that the workloads share.
    public var cluster: ClusterSpecification
    /// In the order of the scenario.
    public var workloads: [WorkloadSpecification]
    /// Simulated time after which the run ends, unfinished requests counted as such.
    public var untilNanoseconds: Int64?
    /// What happens to devices, in the order of the scenario.
    public var events: [ScenarioEvent]
    /// Which steps real kernels run, and at what scale.
    public var sampling: SamplingSpecification

    /// The serving workloads among all.
    public var serving: [ServingSpecification] {
        workloads.compactMap { if case .serving(let serving) = $0 { serving } else { nil } }
    }
}

/// Something that happens at a given time.
public struct ScenarioEvent: Sendable {
    /// Where it stands in the scenario, for messages.
    public var path: JSONPath
    /// When it happens, from the start of the run.
    public var nanoseconds: Int64
    /// A device (`h20/0/3`) or a whole node (`h20/0`) fails.
    public var target: String
    /// For how long; for good if absent.
    public var durationNanoseconds: Int64?
}

/// A serving workload as the scenario states it.
public struct ServingSpecification: Sendable {
    /// The workload's name in the scenario.
    public var name: String
    /// Where it stands in the scenario, for messages.
    public var path: JSONPath
    /// The model that is served.
    public var model: ModelDescriptor
    /// Type of the weights; nil: as published.
    public var weightType: DataType?
    /// Longest prompt and answer together, in tokens.
    public var maximumContext: Int
    /// Where requests come from.
    public var traffic: TrafficSpecification
    /// The replicas, group by group.
    public var pools: [PoolSpecification]
    /// Engine settings of pools that do not state their own.
    public var engine: EngineSpecification
    /// Type of the KV cache and its way between pools.
    public var keyValue: KeyValueSpecification
    /// Chooses among mixed or prefill replicas.
    public var prefillRouter: RoutingPolicy
    /// Chooses among decode replicas.
    public var decodeRouter: RoutingPolicy
    /// What counts as good.
    public var objective: ServiceLevelObjective
}

/// One pool of replicas.
public struct PoolSpecification: Sendable {
    /// Its name in the scenario and in results.
    public var name: String
    /// Where it stands in the scenario, for messages.
    public var path: JSONPath
    /// Whether its replicas compute prompts, generate, or both.
    public var role: PoolRole
    /// Name of a node group.
    public var nodes: String
    /// How the model is cut over a replica's devices.
    public var parallelism: Parallelism
    /// Number of replicas.
    public var replicas: Int
    /// Most tokens of one step; nil: the engine's.
    public var maximumBatchTokens: Int?
    /// Most sequences at once in a replica; nil: the engine's.
    public var maximumSequences: Int?
    /// Path of a timing profile whose figures replace those shipped for the device.
    public var timing: String?
    /// Folder of measured kernels of this model on this device, which refine the model's times.
    public var measuredKernels: String?
    /// KV blocks of each replica, in place of what memory leaves.
    public var keyValueBlocks: Int?
    /// How its devices are held.
    public var lease = LeaseSpecification()
}

/// An engine's settings, of all pools that do not state their own.
public struct EngineSpecification: Sendable {
    /// Limits of the engine in each replica.
    public var configuration: EngineConfiguration
    /// How the host launches steps.
    public var execution: ExecutionMode
    /// Share of device memory that the engine may use.
    public var memoryFraction: Double
    /// Device memory kept back for activations and the runtime.
    public var reservedBytes: Int64
    /// From a request's arrival until the engine has it in its queue.
    public var frontEndNanoseconds: Int64 = 0
}

/// The KV cache's number type and its way between pools.
public struct KeyValueSpecification: Sendable {
    /// Number type of cached keys and values.
    public var type: DataType
    /// How KV gets from the prefill to the decode side.
    public var transfer: TransferMode
    /// Which side's token the client sees first.
    public var firstToken: FirstTokenSource
}

/// Where requests come from.
public struct TrafficSpecification: Sendable {
    /// Where it stands in the scenario, for messages.
    public var path: JSONPath
    /// A trace file or a generator.
    public var source: TrafficSource
    /// Requests kept in flight, when arrivals follow completions.
    public var concurrency: Int?
}

/// A trace file or a generator.
public enum TrafficSource: Sendable, Equatable {
    case trace(file: String, format: RequestTraceFormat, options: TraceReadOptions)
    /// Generated; lengths of a trace file are filled in when it is read.
    case generator(GeneratorConfiguration, lengthsFrom: EmpiricalLengths)
}

/// Lengths that come from trace files: both from the same request when both name the same file.
public struct EmpiricalLengths: Sendable, Equatable {
    /// Where prompt lengths come from; nil: they are drawn.
    public var input: TraceReference?
    /// Where answer lengths come from; nil: they are drawn.
    public var output: TraceReference?
}

/// A trace file and its format.
public struct TraceReference: Sendable, Equatable {
    /// Path of the file.
    public var file: String
    /// How the file is read.
    public var format: RequestTraceFormat
}
