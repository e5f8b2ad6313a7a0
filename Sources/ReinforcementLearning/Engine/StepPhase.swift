/// The parts of a step as the training side sees them, one after the other; their times sum to the step.
public enum StepPhase: Int, Sendable, CaseIterable {
    case weightSync, reshardToInfer, rollout, wait, reshardToTrain, reference, reward, values, oldLogProbabilities
    case advantages
    case onloadOptimizer, updateCritic, updateActor, offloadOptimizer

    /// Name in results, as verl and MindSpeed-RL write it.
    public var name: String {
        switch self {
        case .weightSync: "weight_sync"
        case .reshardToInfer: "reshard_to_infer"
        case .rollout: "rollout"
        case .wait: "wait"
        case .reshardToTrain: "reshard_to_train"
        case .reference: "reference"
        case .reward: "reward"
        case .values: "values"
        case .oldLogProbabilities: "old_log_prob"
        case .advantages: "adv"
        case .onloadOptimizer: "onload_optimizer"
        case .updateCritic: "update_critic"
        case .updateActor: "update_actor"
        case .offloadOptimizer: "offload_optimizer"
        }
    }

    /// What the phase is, for results.
    public var definition: String {
        switch self {
        case .weightSync: "new weights on their way to separate rollout devices"
        case .reshardToInfer: "shared cards: weights gathered for rollout, training weights swapped out, KV allocated"
        case .rollout: "responses generated while training waits for the whole batch"
        case .wait: "training waits for responses that are generated meanwhile (verl: wait_prev_gen)"
        case .reshardToTrain: "shared cards: rollout memory given back, training weights swapped in"
        case .reference: "log-probabilities of the reference model, its swaps included"
        case .reward: "rewards that generation does not hide (non_overlap_reward)"
        case .values: "values of the critic"
        case .oldLogProbabilities: "log-probabilities of the policy before the update"
        case .advantages: "advantages from rewards and values, on the host; 0 unless advantage_time is stated"
        case .onloadOptimizer: "optimizer states swapped in"
        case .updateCritic: "forward, backward and optimizer of the critic"
        case .updateActor: "forward, backward and optimizer of the policy"
        case .offloadOptimizer: "optimizer states swapped out"
        }
    }
}
