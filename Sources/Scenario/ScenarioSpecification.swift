import Hardware
import JSONText
import ModelGraph
import Serving
import Timing
import TraceFormats

/// A scenario (or one variant of it) as typed values; not yet bound to devices.
public struct ScenarioSpecification: Sendable {
    public var name: String
    public var seed: UInt64
    public var cluster: ClusterSpecification
    /// In the order of the scenario.
    public var workloads: [WorkloadSpecification]
    /// Simulated time after which the run ends, unfinished requests counted as such.
    public var untilNanoseconds: Int64?
    /// What happens to devices, in the order of the scenario.
    public var events: [ScenarioEvent]
    public var sampling: SamplingSpecification

    /// The serving workloads among all.
    public var serving: [ServingSpecification] {
        workloads.compactMap { if case .serving(let serving) = $0 { serving } else { nil } }
    }
}

/// Something that happens at a given time.
public struct ScenarioEvent: Sendable {
    public var path: JSONPath
    public var nanoseconds: Int64
    /// A device (`h20/0/3`) or a whole node (`h20/0`) fails.
    public var target: String
    /// For how long; for good if absent.
    public var durationNanoseconds: Int64?
}

/// A serving workload as the scenario states it.
public struct ServingSpecification: Sendable {
    public var name: String
    public var path: JSONPath
    public var model: ModelDescriptor
    public var weightType: DataType?
    public var maximumContext: Int
    public var traffic: TrafficSpecification
    public var pools: [PoolSpecification]
    public var engine: EngineSpecification
    public var keyValue: KeyValueSpecification
    public var prefillRouter: RoutingPolicy
    public var decodeRouter: RoutingPolicy
    public var objective: ServiceLevelObjective
}

/// One pool of replicas.
public struct PoolSpecification: Sendable {
    public var name: String
    public var path: JSONPath
    public var role: PoolRole
    /// Name of a node group.
    public var nodes: String
    public var parallelism: Parallelism
    public var replicas: Int
    public var maximumBatchTokens: Int?
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
    public var configuration: EngineConfiguration
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
    public var type: DataType
    public var transfer: TransferMode
    public var firstToken: FirstTokenSource
}

/// Where requests come from.
public struct TrafficSpecification: Sendable {
    public var path: JSONPath
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
    public var input: TraceReference?
    public var output: TraceReference?
}

/// A trace file and its format.
public struct TraceReference: Sendable, Equatable {
    public var file: String
    public var format: RequestTraceFormat
}
