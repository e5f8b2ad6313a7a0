import JSONText
import ModelGraph
import Training

/// A training workload as the scenario states it.
public struct TrainingSpecification: Sendable {
    /// The workload's name in the scenario.
    public var name: String
    /// Where it stands in the scenario, for messages.
    public var path: JSONPath
    /// The model that is trained.
    public var model: ModelDescriptor
    /// Name of a node group.
    public var nodes: String
    /// Devices that train.
    public var devices: Int
    /// Optimizer steps to be done.
    public var steps: Int
    /// Sequences of one optimizer step over all copies.
    public var sequences: Int
    /// Tokens of each of them.
    public var sequenceTokens: Int
    /// How training is cut and how fast it is.
    public var train: TrainSpecification
    /// When state is saved and where to.
    public var checkpoint: CheckpointPolicy
    /// From having devices to the first pass.
    public var startNanoseconds: Int64
}

extension JSONType<TrainingSpecification> {
    /// A workload of kind `training`; its name is filled in by whoever knows the key.
    static func training(nodeGroups: [String], folder: String) -> JSONType {
        .object { workload in
            _ = workload.required("kind", .choice(of: [WorkloadKind.training.rawValue]))
            let nodes: JSONType<String> = nodeGroups.isEmpty ? .name : .choice(of: nodeGroups)
            let batch = workload.required("batch", .trainingBatch)
            let specification = TrainingSpecification(
                name: "", path: workload.path, model: workload.required("model", .model(folder: folder)),
                nodes: workload.optional("nodes", nodes, default: nodeGroups.first ?? ""),
                devices: workload.required("devices", .integer(in: 1...1 << 20)),
                steps: workload.optional("steps", .integer(in: 1...1 << 20), default: 10),
                sequences: batch.sequences, sequenceTokens: batch.tokens,
                train: workload.optional("train", .train(folder: folder), default: .standard),
                checkpoint: workload.optional("checkpoint", .checkpoint, default: CheckpointPolicy()),
                startNanoseconds: workload.optional("start_time", .duration(), default: 0))
            if workload.isSound("model"), workload.isSound("batch"),
                specification.sequenceTokens > specification.model.longestContext {
                workload.fail(
                    at: "batch", "sequences of \(specification.sequenceTokens) tokens exceed the longest context of "
                        + "\(specification.model.name), \(specification.model.longestContext)",
                    remedy: "lower sequence_tokens")
            }
            return specification
        }
    }
}

extension JSONType<(sequences: Int, tokens: Int)> {
    fileprivate static var trainingBatch: JSONType {
        .object { batch in
            (
                sequences: batch.required("sequences", .integer(in: 1...1 << 24)),
                tokens: batch.required("sequence_tokens", .integer(in: 1...1 << 24))
            )
        }
    }
}

extension JSONType<CheckpointPolicy> {
    fileprivate static var checkpoint: JSONType {
        .object { checkpoint in
            CheckpointPolicy(
                everySteps: checkpoint.required("every_steps", .integer(in: 1...1 << 20)),
                isPinned: checkpoint.optional("pinned", .bool, default: true),
                isAsynchronous: checkpoint.optional("asynchronous", .bool, default: false))
        }
    }
}
