/// How a model in training is cut over its devices.
///
/// `devices = tensor x pipeline x context x data`; experts are spread over ranks that otherwise hold copies,
/// so `expert` divides `data x context` (the layout of Megatron-Core with expert tensor parallelism equal
/// to tensor parallelism). Ranks are numbered tensor first, then context, then data, then pipeline, so
/// that tensor-parallel ranks are neighbours.
public struct TrainingParallelism: Sendable, Equatable {
    /// Ranks that share every matrix.
    public var tensor: Int
    /// Stages of consecutive layers.
    public var pipeline: Int
    /// Ranks that share every sequence.
    public var context: Int
    /// Ranks over which whole experts are spread.
    public var expert: Int
    /// Copies of the model that see different samples.
    public var data: Int

    /// A layout; nothing is checked.
    public init(tensor: Int = 1, pipeline: Int = 1, context: Int = 1, expert: Int = 1, data: Int = 1) {
        self.tensor = tensor
        self.pipeline = pipeline
        self.context = context
        self.expert = expert
        self.data = data
    }

    /// The layout of a number of devices: data parallelism takes what the other ways leave.
    /// - Throws: what does not divide what.
    public init(
        devices: Int, tensor: Int = 1, pipeline: Int = 1, context: Int = 1, expert: Int = 1
    ) throws(ParallelismProblem) {
        let model = tensor * pipeline * context
        guard devices >= model, devices.isMultiple(of: model) else {
            throw .devices(devices, multipleOf: model)
        }
        self.init(
            tensor: tensor, pipeline: pipeline, context: context, expert: expert, data: devices / model)
        guard (data * context).isMultiple(of: expert) else {
            throw .expert(expert, replicas: data * context)
        }
    }

    /// All devices.
    public var devices: Int { tensor * pipeline * context * data }
    /// Devices that hold one copy of the dense weights.
    public var modelShards: Int { tensor * pipeline }
    /// Ranks that hold the same dense shard and reduce its gradients: optimizer states are sharded over them.
    public var replicas: Int { data * context }
    /// Ranks that hold the same experts.
    public var expertReplicas: Int { max(1, replicas / expert) }

    /// The rank of a place: tensor fastest, pipeline slowest.
    public func rank(tensor t: Int, context c: Int, data d: Int, pipeline p: Int) -> Int {
        ((p * data + d) * context + c) * tensor + t
    }
}

/// Why devices cannot be cut this way.
public enum ParallelismProblem: Error, Sendable, Equatable {
    /// The devices are not a multiple of those of one copy of the model.
    case devices(Int, multipleOf: Int)
    /// Experts cannot be spread evenly over the copies.
    case expert(Int, replicas: Int)
    /// A number of ranks does not divide what it cuts.
    case indivisible(what: String, count: Int, ranks: Int)
}

extension ParallelismProblem: CustomStringConvertible {
    /// What does not fit and what would.
    public var description: String {
        switch self {
        case .devices(let devices, let multiple):
            "\(devices) devices are not a multiple of \(multiple) "
                + "(tensor x pipeline x context); use a multiple or cut the model into fewer parts"
        case .expert(let expert, let replicas):
            "experts cannot be spread over \(expert) ranks: there are \(replicas) (data x context); use a divisor"
        case .indivisible(let what, let count, let ranks):
            "\(count) \(what) cannot be cut over \(ranks) ranks; use a divisor of \(count)"
        }
    }
}
