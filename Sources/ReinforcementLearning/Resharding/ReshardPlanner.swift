import Hardware
import Training

/// The lanes of each method.
///
/// A broadcast is a chain through its receivers, every link of which carries all bytes while the pieces
/// follow each other: the time of a pipelined ring, `bytes / slowest link`.
struct ReshardPlanner {
    typealias Lane = (source: DeviceID, destination: DeviceID)

    let layout: WeightLayout
    let bucketBytes: Int64

    /// All shards to the first rank, then whole tensors through all rollout devices.
    func fullBroadcast() -> [TransferRound] {
        let root = layout.trainingDevices[0]
        var gather: [Lane] = []
        for stage in 0..<layout.training.pipeline {
            for tensor in 0..<layout.training.tensor {
                gather.append((layout.trainer(tensor: tensor, copy: 0, stage: stage), root))
            }
        }
        return [
            round("gather", gather, layout.trainingShardBytes),
            round("broadcast", chain(from: root, through: layout.rolloutDevices), layout.weightBytes),
        ]
    }

    /// Gathers among the tensor-parallel ranks whose shards make one rollout shard, then passes each stage's
    /// part to the same ranks of the other stages, one stage after the other.
    func gatherAndStageBroadcasts() -> [TransferRound] {
        let shape = layout.training
        var rounds: [TransferRound] = []
        let members = shape.tensor / layout.rolloutTensor
        if members > 1 {
            var ring: [Lane] = []
            for stage in 0..<shape.pipeline {
                for copy in 0..<shape.replicas {
                    for tensor in 0..<shape.tensor {
                        let next = tensor / members * members + (tensor + 1) % members
                        ring.append((
                            layout.trainer(tensor: tensor, copy: copy, stage: stage),
                            layout.trainer(tensor: next, copy: copy, stage: stage)))
                    }
                }
            }
            rounds.append(round("gather", ring, Int64(members - 1) * layout.trainingShardBytes))
        }
        guard shape.pipeline > 1 else { return rounds }
        let part = WeightLayout.quotient(layout.rolloutShardBytes, shape.pipeline)
        for stage in 0..<shape.pipeline {
            var lanes: [Lane] = []
            for copy in 0..<shape.replicas {
                for tensor in 0..<shape.tensor {
                    let others = (1..<shape.pipeline).map {
                        layout.trainer(tensor: tensor, copy: copy, stage: (stage + $0) % shape.pipeline)
                    }
                    lanes += chain(
                        from: layout.trainer(tensor: tensor, copy: copy, stage: stage), through: others)
                }
            }
            rounds.append(round("broadcast stage \(stage)", lanes, part))
        }
        return rounds
    }

    /// Every rollout rank fetches each overlapping piece from a copy that holds it: itself where it does, else
    /// the copies in turn.
    func shardToShard() -> TransferRound {
        let shape = layout.training
        let pieces = max(1, shape.tensor / layout.rolloutTensor)
        let piece = WeightLayout.quotient(
            layout.weightBytes, shape.pipeline * max(shape.tensor, layout.rolloutTensor))
        var lanes: [Lane] = []
        for (index, device) in layout.rolloutDevices.enumerated() {
            let slice = index % layout.rolloutTensor, replica = index / layout.rolloutTensor
            for stage in 0..<shape.pipeline {
                for part in 0..<pieces {
                    let tensor = shape.tensor >= layout.rolloutTensor
                        ? slice * pieces + part : slice * shape.tensor / layout.rolloutTensor
                    let copies = (0..<shape.replicas).map {
                        layout.trainer(tensor: tensor, copy: $0, stage: stage)
                    }
                    let source = copies.contains(device) ? device : copies[replica % copies.count]
                    lanes.append((source, device))
                }
            }
        }
        return round("shards", lanes, piece)
    }

    /// Each stage's whole tensors through all rollout devices, all stages at once.
    func stageBroadcasts() -> TransferRound {
        let shape = layout.training
        var lanes: [Lane] = []
        for stage in 0..<shape.pipeline {
            // Stages take different copies as their roots, so that they send over different links.
            let root = layout.trainer(tensor: 0, copy: stage % shape.replicas, stage: stage)
            lanes += chain(from: root, through: layout.rolloutDevices)
        }
        return round("broadcast stages", lanes, WeightLayout.quotient(layout.weightBytes, shape.pipeline))
    }

    private func chain(from root: DeviceID, through devices: [DeviceID]) -> [Lane] {
        var lanes: [Lane] = []
        var last = root
        for device in devices where device != root {
            lanes.append((last, device))
            last = device
        }
        return lanes
    }

    private func round(_ label: String, _ lanes: [Lane], _ bytes: Int64) -> TransferRound {
        TransferRound(label: label, lanes: lanes, bytesPerLane: bytes, bucketBytes: bucketBytes)
    }
}
