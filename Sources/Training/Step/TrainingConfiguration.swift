import Hardware
import ModelGraph
import Timing

/// How fast a device computes a training step.
public enum TrainingSpeed: Sendable {
    /// A stated share of the peak, over whole passes: executed FLOP (recomputation included) over devices,
    /// peak and time. Bubbles and communication are inside it, nothing comes on top.
    case utilisation(Double)
    /// Operators timed one by one; bubbles and communication come on top.
    case operators(OperatorTimer)
}

/// All that decides how long the passes of a training step take and what they hold.
public struct TrainingConfiguration: Sendable {
    /// The model that is trained.
    public var model: ModelDescriptor
    /// How the model is cut over devices.
    public var parallelism: TrainingParallelism
    /// Which parts of the state are spread over data-parallel ranks.
    public var sharding: StateSharding
    /// Bytes of weights, gradients and optimizer state per parameter.
    public var precision: TrainingPrecision
    /// Which activations are computed again in the backward pass.
    public var recompute: Recomputation
    /// In which order stages compute micro-batches.
    public var schedule: PipelineSchedule
    /// Tokens of one micro-batch on the ranks of one data-parallel copy, over all context-parallel ranks.
    public var microBatchTokens: Int
    /// A stated share of the peak, or operators timed one by one.
    public var speed: TrainingSpeed
    /// The device, for its peaks.
    public var device: DeviceDescriptor
    /// Bandwidths and latencies between ranks.
    public var links: TrainingLinks
    /// Whether gradients are reduced, and weights gathered, while passes compute.
    public var overlapsCommunication: Bool

    /// A configuration of one optimizer state per weight on devices that are alike.
    public init(
        model: ModelDescriptor, parallelism: TrainingParallelism, sharding: StateSharding = .optimizer,
        precision: TrainingPrecision = TrainingPrecision(), recompute: Recomputation = .full,
        schedule: PipelineSchedule = .oneForwardOneBackward, microBatchTokens: Int = 8192,
        speed: TrainingSpeed, device: DeviceDescriptor, links: TrainingLinks, overlapsCommunication: Bool = true
    ) {
        self.model = model
        self.parallelism = parallelism
        self.sharding = sharding
        self.precision = precision
        self.recompute = recompute
        self.schedule = schedule
        self.microBatchTokens = microBatchTokens
        self.speed = speed
        self.device = device
        self.links = links
        self.overlapsCommunication = overlapsCommunication
    }

    /// Peak of the matrix units in bf16, in FLOP/s: what MFU divides by.
    public var peakFlopPerSecond: Double { OperatorTimer.peakFlopPerSecond(of: device, .bf16) }

    /// What one device holds.
    public var memory: TrainingMemory {
        TrainingMemory(model: model, parallelism: parallelism, sharding: sharding, precision: precision)
    }

    /// Bytes that an update holds on one device beside ``TrainingMemory/stateBytes``: activations, logits
    /// and gathered weights.
    public func updateActivationBytes(microBatches: Int = .max) -> Int64 {
        let activation = ActivationMemory(model: model, parallelism: parallelism, recompute: recompute)
        let tokens = (microBatchTokens + parallelism.context - 1) / parallelism.context
        return memory.gatheredBytes
            + activation.updateBytes(
                tokens: tokens,
                inFlight: schedule.peakInFlight(stages: parallelism.pipeline, microBatches: microBatches))
    }

    /// Bytes that a forward pass holds on one device beside the weights.
    public var forwardActivationBytes: Int64 {
        let activation = ActivationMemory(model: model, parallelism: parallelism, recompute: recompute)
        let tokens = (microBatchTokens + parallelism.context - 1) / parallelism.context
        return memory.gatheredBytes
            + activation.forwardBytes(tokens: tokens, model: model, tensor: parallelism.tensor)
    }
}
