import JSONText

/// What a workload does: the value of its `kind` in a scenario.
public enum WorkloadKind: String, Sendable, CaseIterable {
    /// Requests answered by replicas of a model.
    case serving
    /// Batch jobs that a scheduler places on devices.
    case jobs
    /// Batch jobs whose policy divides the cluster: in a scenario they are `jobs`, told by their policy.
    case dividedJobs = "divided-jobs"
    /// Reinforcement learning: steps that generate responses and train on them.
    case rl
    /// Optimizer steps on batches of one size: pre-training or fine-tuning.
    case training
}

/// A workload as the scenario states it, by its kind.
public enum WorkloadSpecification: Sendable {
    case serving(ServingSpecification)
    case jobs(JobsSpecification)
    case dividedJobs(DividedJobsSpecification)
    case rl(ReinforcementLearningSpecification)
    case training(TrainingSpecification)

    /// Its key in the scenario.
    public internal(set) var name: String {
        get {
            switch self {
            case .serving(let serving): serving.name
            case .jobs(let jobs): jobs.name
            case .dividedJobs(let jobs): jobs.name
            case .rl(let learning): learning.name
            case .training(let training): training.name
            }
        }
        set {
            switch self {
            case .serving(var serving):
                serving.name = newValue
                self = .serving(serving)
            case .jobs(var jobs):
                jobs.name = newValue
                self = .jobs(jobs)
            case .dividedJobs(var jobs):
                jobs.name = newValue
                self = .dividedJobs(jobs)
            case .rl(var learning):
                learning.name = newValue
                self = .rl(learning)
            case .training(var training):
                training.name = newValue
                self = .training(training)
            }
        }
    }
}

/// Where a workload of a checked scenario is found: its place among those of its kind.
public struct WorkloadReference: Sendable, Equatable {
    /// The workload's name in the scenario.
    public var name: String
    /// What the workload does.
    public var kind: WorkloadKind
    /// Index among the plans, engines and outcomes of its kind.
    public var index: Int
}

extension JSONType<WorkloadSpecification> {
    /// A workload of any kind; its name is filled in by whoever knows the key.
    static func workload(nodeGroups: [String], folder: String) -> JSONType {
        let serving = JSONType<ServingSpecification>.serving(nodeGroups: nodeGroups, folder: folder)
            .map { WorkloadSpecification.serving($0) }
        let jobs = JSONType<JobsSpecification>.jobs(nodeGroups: nodeGroups, folder: folder)
            .map { WorkloadSpecification.jobs($0) }
        let divided = JSONType<DividedJobsSpecification>.dividedJobs(nodeGroups: nodeGroups, folder: folder)
            .map { WorkloadSpecification.dividedJobs($0) }
        let learning = JSONType<ReinforcementLearningSpecification>
            .reinforcementLearning(nodeGroups: nodeGroups, folder: folder).map { WorkloadSpecification.rl($0) }
        let training = JSONType<TrainingSpecification>.training(nodeGroups: nodeGroups, folder: folder)
            .map { WorkloadSpecification.training($0) }
        return JSONType(expected: serving.expected, standIn: serving.standIn()) { reader in
            // Without a known kind the keys of serving are expected, which reports the kind first.
            switch reader.value["kind"]?.stringValue.flatMap(WorkloadKind.init) ?? .serving {
            case .serving: serving.decode(reader)
            case .jobs, .dividedJobs:
                DividedJobsSpecification.isMeant(reader.value) ? divided.decode(reader) : jobs.decode(reader)
            case .rl: learning.decode(reader)
            case .training: training.decode(reader)
            }
        }
    }
}

extension JSONType<WorkloadKind> {
    /// The kinds by the names that scenarios use.
    static var workloadKind: JSONType {
        .choice(among: WorkloadKind.allCases.filter { $0 != .dividedJobs }.map { ($0.rawValue, $0) })
    }
}
