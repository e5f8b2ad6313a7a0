import JSONText
import ReinforcementLearning

/// What the figures of a reinforcement-learning workload mean, printed beside them.
enum LearningDefinitions {
    static let all = JSONObject(
        StepPhase.allCases.map { ("phases." + $0.name + "_s", .string("mean time per step: " + $0.definition)) }
            + figures.map { ($0.0, .string($0.1)) })

    private static let figures: [(String, String)] = [
        ("step_time_s", "from one step's end to the next, warm-up steps left out"),
        ("tokens_per_s_per_device",
         "prompt and response tokens trained on / (step time x all devices of the workload); of an A3, dies"),
        ("cards", "packages of devices: half the dies where a package has two"),
        (
            "tokens_per_s_per_card",
            "as tokens_per_s_per_device, per card; so are rollout_ and update_tokens_per_s_per_card"),
        ("longest_sample_tokens_per_s",
         "tokens of the longest response of each step / time from its prompt's start to its last token"),
        (
            "non_overlap_reference_s",
            "time of the pass per step that no generation hides; so are those of reward and old_log_prob"),
        ("running_seqs", "sequences on replicas after each change, and the most since the sample before"),
        ("link_bytes", "bytes that the workload's own transfers moved over each link in the whole run, by phase"),
        ("rollout_tokens_per_s_per_device", "response tokens trained on / (generation time x generating devices)"),
        ("update_tokens_per_s_per_device", "tokens trained on / (time of update passes x training devices)"),
        ("train_mfu",
         "FLOP of the mathematics of all training passes, recomputation left out / (their time x devices x peak)"),
        ("mfu", "the same as e2e_mfu"),
        ("e2e_mfu", "as train_mfu with 2 x parameters FLOP per generated token, over the step time of all devices"),
        ("bubble_ratio", "1 - busy device time / (step time x all devices)"),
        ("trainer_idle_ratio", "1 - busy share of training devices"),
        ("rollouter_idle_ratio", "1 - busy share of generating devices, over all pauses"),
        ("train_shares.dependency", "waiting for responses or rewards"),
        ("train_shares.swap", "copies between device and host, weights gathered, switches"),
        ("train_shares.sync", "weights on their way to separate generating devices"),
        ("rollout_shares.tail", "device time of a generation in which a replica has nothing to compute"),
        ("rollout_shares.dependency", "no generation is under way"),
        ("generation_s", "from the first prompt of a batch to its last response, per step"),
        ("tail_s", "part of generation_s after nine tenths of the responses"),
        ("rollout_utilization", "decoded tokens / (steps of the busiest replica x replicas x max_sequences)"),
        ("staleness.samples", "samples by versions of training between their oldest token and their use"),
        ("staleness.tokens", "tokens by versions of training between their generation and their use"),
        ("partial_ratio", "share of samples with tokens of more than one version"),
        ("max_partial_span", "most versions between two tokens of one sample"),
        ("peak_device_bytes",
         "the most that one device holds for the workload, without what driver and memory_utilisation keep free"),
        ("peak_host_bytes", "the most that one host holds for the workload"),
        ("out_of_memory_phase", "phase of the step in which a device or host had too little memory"),
        ("device_s_per_1k_samples", "step time x all devices / samples trained on x 1000"),
        ("cost_per_1k_samples", "device_s_per_1k_samples x price_per_device_hour / 3600"),
    ]
}
