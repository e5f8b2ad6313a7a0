import EventEngine
import ModelGraph

/// What the copies of a model exchange in a step: gradients to reduce, weights to gather.
///
/// | sharding | per optimizer step | per micro-batch |
/// |---|---|---|
/// | none | all-reduce of gradients | |
/// | optimizer, gradients | reduce-scatter of gradients, all-gather of weights | |
/// | parameters | | all-gather of weights for forward and for backward, reduce-scatter of gradients |
///
/// With an optimizer step of `P` weights over `d` copies, sharded states and fp32 gradients move
/// `6 P (d - 1) / d` bytes a rank. Buckets are layers; gradients go out during the last backward pass.
struct ReplicaCommunication {
    let configuration: TrainingConfiguration

    init(_ configuration: TrainingConfiguration) { self.configuration = configuration }

    /// Exposed and hidden nanoseconds of one optimizer step, or of one forward pass over its micro-batches.
    func parts(_ pass: TrainingPass, _ stage: StageTimes, microBatches: Int) -> (exposed: Int64, hidden: Int64) {
        let layout = configuration.parallelism
        guard layout.replicas > 1 else { return (0, 0) }
        if configuration.sharding == .parameters {
            return gathered(pass, stage, microBatches)
        }
        guard pass == .update else { return (0, 0) }
        let reduce = nanoseconds(bytesPerWeight: configuration.precision.gradientBytes)
        guard configuration.sharding != .none else { return overlapped(2 * reduce, behind: stage) }
        let gradients = overlapped(reduce, behind: stage)
        let weights = overlapped(nanoseconds(bytesPerWeight: configuration.precision.weightBytes), behind: stage)
        return (gradients.exposed + weights.exposed, gradients.hidden + weights.hidden)
    }

    /// One pass over this rank's weights through the ring of its copies, experts in their own smaller ring.
    private func nanoseconds(bytesPerWeight: Int) -> Double {
        let layout = configuration.parallelism
        let model = configuration.model
        let shard = Double(layout.modelShards)
        let experts = Double(model.expertParameters) / shard / Double(layout.expert)
        let dense = Double(model.parameters.total - model.expertParameters) / shard
        let links = configuration.links
        return links.gatherNanoseconds(
            bytes: dense * Double(bytesPerWeight), ranks: layout.replicas, stride: layout.tensor)
            + links.gatherNanoseconds(
                bytes: experts * Double(bytesPerWeight), ranks: layout.expertReplicas,
                stride: layout.tensor * layout.expert)
    }

    /// Bytes that a rank sends for one pass of its weights through the ring of its copies, `(n - 1) / n` of them.
    func sentBytes(bytesPerWeight: Int) -> Int64 {
        let layout = configuration.parallelism
        let shard = Int64(layout.modelShards) * Int64(layout.replicas)
        let dense = configuration.model.parameters.total - configuration.model.expertParameters
        let expertShard = Int64(layout.modelShards * layout.expert) * Int64(layout.expertReplicas)
        return dense * Int64(bytesPerWeight) * Int64(layout.replicas - 1) / shard
            + configuration.model.expertParameters * Int64(bytesPerWeight) * Int64(layout.expertReplicas - 1)
            / expertShard
    }

    /// Parts in which weights and gradients go: the layers of a stage.
    var buckets: Int { max(1, configuration.model.layers / configuration.parallelism.pipeline) }

    /// Beside the backward pass of one micro-batch (or the forward pass of the next, for weights).
    private func overlapped(_ nanoseconds: Double, behind stage: StageTimes) -> (exposed: Int64, hidden: Int64) {
        let transfer = PortableMath.roundHalfToEven(nanoseconds / Double(buckets))
        guard configuration.overlapsCommunication else { return (transfer * Int64(buckets), 0) }
        let computation = PortableMath.roundHalfToEven(
            (stage.inputBackward + stage.weightBackward) / Double(buckets))
        let both = OverlappedCommunication(buckets: buckets, computation: computation, transfer: transfer)
        return (both.exposedNanoseconds, both.totalNanoseconds - both.exposedNanoseconds)
    }

    /// Fully sharded: every micro-batch gathers the weights again.
    private func gathered(
        _ pass: TrainingPass, _ stage: StageTimes, _ microBatches: Int
    ) -> (exposed: Int64, hidden: Int64) {
        let fetch = PortableMath.roundHalfToEven(
            nanoseconds(bytesPerWeight: configuration.precision.weightBytes) / Double(buckets))
        let reduce = PortableMath.roundHalfToEven(
            nanoseconds(bytesPerWeight: configuration.precision.gradientBytes) / Double(buckets))
        func computation(_ time: Double) -> Int64 { PortableMath.roundHalfToEven(time / Double(buckets)) }
        var exposed: Int64 = 0, total: Int64 = 0
        func add(_ part: OverlappedCommunication) {
            exposed += part.exposedNanoseconds
            total += part.totalNanoseconds
        }
        add(OverlappedCommunication(prefetched: buckets, computation: computation(stage.forward), transfer: fetch))
        if pass == .update {
            let backward = computation(stage.inputBackward + stage.weightBackward)
            // Weights in and gradients out share the wire.
            add(OverlappedCommunication(
                prefetched: buckets, computation: backward, transfer: fetch + reduce))
        }
        if !configuration.overlapsCommunication { exposed = total }
        return (exposed * Int64(microBatches), (total - exposed) * Int64(microBatches))
    }
}
