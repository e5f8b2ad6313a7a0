import Hardware
import Training

/// How new weights get from training to rollout.
public enum ReshardMethod: String, Sendable, CaseIterable {
    /// Every tensor is made whole on one rank and goes to every rollout rank, which keeps its part.
    case fullBroadcast = "full-broadcast"
    /// Gathered within tensor-parallel groups, broadcast stage by stage; afterwards the training shard is
    /// swapped to the host (MindSpeed-RL). On shared cards only.
    case allGatherSwap = "all-gather-swap"
    /// Every rollout rank gets exactly its part from the ranks that hold it.
    case shardToShard = "shard-to-shard"
    /// One group for each pipeline stage and all rollout ranks, all stages at once (NeMo-RL, MindSpeed-RL).
    case perStageBroadcast = "per-stage-broadcast"
}

/// The transfers that bring weights from training to rollout, in order, and what they hold in between.
///
/// A plan is a list of rounds; whoever runs it puts each on the network when the one before has landed.
public struct ReshardPlan: Sendable {
    /// How the weights get over.
    public var method: ReshardMethod
    /// Rounds with something to move.
    public var rounds: [TransferRound]
    /// Bytes that each rollout device takes in.
    public var receivedBytes: Int64
    /// The most that a rollout device holds of weights at any time: old shard, new shard and buffers.
    public var peakBytes: Int64
    /// Bytes of the training shard that stay on the device beside the new weights unless swapped out; zero on
    /// separate cards.
    public var redundantBytes: Int64
    /// The copy that gives the redundant memory back, for `all-gather-swap`.
    public var swap: HostCopy?

    /// The plan of a method.
    /// - Parameters:
    ///   - bucketBytes: the most that is in transit to a device at once.
    ///   - isPinned: whether the host memory of a swap is page-locked.
    /// - Throws: `all-gather-swap` between separate cards.
    public init(
        _ method: ReshardMethod, layout: WeightLayout, bucketBytes: Int64 = 512 << 20, isPinned: Bool = true
    ) throws(ReshardProblem) {
        self.method = method
        let isShared = layout.sharesDevices
        redundantBytes = isShared ? layout.trainingShardBytes : 0
        let planner = ReshardPlanner(layout: layout, bucketBytes: bucketBytes)
        let buffer: Int64
        switch method {
        case .fullBroadcast:
            rounds = planner.fullBroadcast()
            receivedBytes = layout.weightBytes
            buffer = min(bucketBytes, layout.weightBytes)
        case .allGatherSwap:
            guard isShared else { throw .needsSharedCards(method) }
            rounds = planner.gatherAndStageBroadcasts()
            receivedBytes = max(0, layout.rolloutShardBytes - layout.trainingShardBytes)
            buffer = min(bucketBytes, WeightLayout.quotient(layout.rolloutShardBytes, layout.training.pipeline))
            swap = HostCopy(
                devices: layout.trainingDevices, direction: .toHost, bytesPerDevice: layout.trainingShardBytes,
                isPinned: isPinned)
        case .shardToShard:
            rounds = [planner.shardToShard()]
            receivedBytes = isShared
                ? max(0, layout.rolloutShardBytes - layout.trainingShardBytes) : layout.rolloutShardBytes
            buffer = 0
        case .perStageBroadcast:
            rounds = [planner.stageBroadcasts()]
            receivedBytes = layout.weightBytes
            buffer = min(bucketBytes, layout.weightBytes) * Int64(layout.training.pipeline)
        }
        rounds.removeAll(where: \.isEmpty)
        peakBytes = redundantBytes + layout.rolloutShardBytes + buffer
    }

    /// Bytes over all lanes of all rounds.
    public var totalBytes: Int64 { rounds.reduce(0) { $0 + $1.totalBytes } }
}

/// Why weights cannot be brought over this way.
public enum ReshardProblem: Error, Sendable, Equatable {
    /// The method reuses memory of the training shard, which lies on other devices.
    case needsSharedCards(ReshardMethod)
}

extension ReshardProblem: CustomStringConvertible {
    /// What is wrong and what to do about it.
    public var description: String {
        switch self {
        case .needsSharedCards(let method):
            "\(method.rawValue) needs training and rollout on the same cards; use shard-to-shard, "
                + "per-stage-broadcast or full-broadcast between separate ones"
        }
    }
}
