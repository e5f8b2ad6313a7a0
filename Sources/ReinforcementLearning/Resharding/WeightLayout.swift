import Hardware
import Training

/// Where the weights lie in training and where rollout wants them.
public struct WeightLayout: Sendable {
    /// How training cuts the model.
    public var training: TrainingParallelism
    /// Devices of training in rank order (see ``TrainingParallelism/rank(tensor:context:data:pipeline:)``).
    public var trainingDevices: [DeviceID]
    /// Devices of one rollout replica.
    public var rolloutTensor: Int
    /// Devices of all rollout replicas, replica by replica; the same ones as in training where cards are shared.
    public var rolloutDevices: [DeviceID]
    /// Bytes of all weights as rollout multiplies with them.
    public var weightBytes: Int64

    /// A layout.
    /// - Throws: tensor parallelism of one side that is no multiple of the other's, or replicas that do not
    ///   divide their devices.
    public init(
        training: TrainingParallelism, trainingDevices: [DeviceID], rolloutTensor: Int,
        rolloutDevices: [DeviceID], weightBytes: Int64
    ) throws(ParallelismProblem) {
        let (t, g) = (training.tensor, rolloutTensor)
        guard max(t, g).isMultiple(of: min(t, g)) else {
            throw .indivisible(what: "tensor-parallel ranks", count: max(t, g), ranks: min(t, g))
        }
        guard rolloutDevices.count.isMultiple(of: g) else {
            throw .indivisible(what: "rollout devices", count: rolloutDevices.count, ranks: g)
        }
        guard trainingDevices.count == training.devices else {
            throw .indivisible(what: "training devices", count: trainingDevices.count, ranks: training.devices)
        }
        self.training = training
        self.trainingDevices = trainingDevices
        self.rolloutTensor = rolloutTensor
        self.rolloutDevices = rolloutDevices
        self.weightBytes = weightBytes
    }

    /// Bytes of one training rank's shard, `W / (t p)`.
    public var trainingShardBytes: Int64 { Self.quotient(weightBytes, training.modelShards) }
    /// Bytes of one rollout rank's shard, `W / g`.
    public var rolloutShardBytes: Int64 { Self.quotient(weightBytes, rolloutTensor) }
    /// Rollout replicas.
    public var replicas: Int { rolloutDevices.count / rolloutTensor }
    /// Whether rollout runs on devices of training.
    public var sharesDevices: Bool {
        let own = Set(trainingDevices)
        return rolloutDevices.contains { own.contains($0) }
    }

    /// The device of a training rank.
    func trainer(tensor: Int, copy: Int, stage: Int) -> DeviceID {
        // Context and data ranks hold the same dense weights: `copy` counts both.
        trainingDevices[(stage * training.replicas + copy) * training.tensor + tensor]
    }

    static func quotient(_ bytes: Int64, _ parts: Int) -> Int64 { (bytes + Int64(parts) - 1) / Int64(parts) }
}
