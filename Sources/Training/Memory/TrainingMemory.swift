import ModelGraph

/// Which numbers a training state is made of.
public struct TrainingPrecision: Sendable, Equatable {
    /// Bytes of one weight as it is multiplied with: 2 for bf16.
    public var weightBytes: Int
    /// Bytes of one accumulated gradient: 4 for fp32, 2 for bf16.
    public var gradientBytes: Int
    /// Bytes of the optimizer's states of one weight: 12 for Adam with an fp32 master copy (4 + 4 + 4).
    public var optimizerBytes: Int

    /// Mixed precision with Adam, gradients in fp32: 18 bytes a parameter in all.
    public init(weightBytes: Int = 2, gradientBytes: Int = 4, optimizerBytes: Int = 12) {
        self.weightBytes = weightBytes
        self.gradientBytes = gradientBytes
        self.optimizerBytes = optimizerBytes
    }
}

/// What one device holds of a model in training, in bytes, by pool.
///
/// Of a pipeline an average stage is counted: embedding and output head are spread over all stages as
/// layers are, as published estimates do (18 bytes a parameter over `tensor x pipeline` ranks).
public struct TrainingMemory: Sendable, Equatable {
    /// Weights of this rank's shard.
    public var parameterBytes: Int64
    /// Accumulated gradients.
    public var gradientBytes: Int64
    /// States of the optimizer.
    public var optimizerBytes: Int64
    /// The largest unit of weights that is gathered whole while it is computed; zero unless weights are sharded.
    public var gatheredBytes: Int64

    /// All of it: what a device must hold while it updates, activations apart.
    public var stateBytes: Int64 { parameterBytes + gradientBytes + optimizerBytes }

    /// The state of one device.
    /// - Parameter frozen: weights only, as of a reference model.
    public init(
        model: ModelDescriptor, parallelism: TrainingParallelism, sharding: StateSharding = .optimizer,
        precision: TrainingPrecision = TrainingPrecision(), frozen: Bool = false
    ) {
        let experts = model.expertParameters
        let dense = model.parameters.total - experts
        let shards = Int64(parallelism.modelShards)
        /// Bytes of `each` per weight, over the copies too where `isSharded`.
        func bytes(_ each: Int, isSharded: Bool) -> Int64 {
            let copies = isSharded ? Int64(parallelism.replicas) : 1
            let expertCopies = isSharded ? Int64(parallelism.expertReplicas) : 1
            return Self.quotient(dense * Int64(each), shards * copies)
                + Self.quotient(experts * Int64(each), shards * Int64(parallelism.expert) * expertCopies)
        }
        parameterBytes = bytes(precision.weightBytes, isSharded: sharding >= .parameters)
        gradientBytes = frozen ? 0 : bytes(precision.gradientBytes, isSharded: sharding >= .gradients)
        optimizerBytes = frozen ? 0 : bytes(precision.optimizerBytes, isSharded: sharding >= .optimizer)
        gatheredBytes = sharding >= .parameters
            ? Self.quotient(
                model.largestUnitParameters(expertRanks: parallelism.expert) * Int64(precision.weightBytes),
                Int64(parallelism.tensor)) : 0
    }

    static func quotient(_ bytes: Int64, _ parts: Int64) -> Int64 { (bytes + parts - 1) / parts }
}

extension ModelDescriptor {
    /// Values of the routed experts of all layers.
    public var expertParameters: Int64 {
        groups.reduce(0) { $0 + parameters(ofLayerIn: $1).experts * Int64($1.count) }
    }

    /// Values of the largest unit that fully sharded data parallelism gathers at once: a layer, with the
    /// experts of one rank, or the embedding.
    func largestUnitParameters(expertRanks: Int) -> Int64 {
        let layers = groups.map { group in
            let layer = parameters(ofLayerIn: group)
            return layer.total - layer.experts + layer.experts / Int64(expertRanks)
        }
        return max(embeddingParameters, layers.max() ?? 0)
    }
}
