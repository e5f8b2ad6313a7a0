/// A part of a sweep's points that one process runs: those whose number leaves the remainder `index`, so that
/// neighbours on a grid, which cost alike, are spread.
public struct SweepShard: Sendable, Equatable, CustomStringConvertible {
    /// From 0.
    public var index: Int
    /// How many parts there are.
    public var count: Int

    /// All points.
    public static let whole = SweepShard(index: 0, count: 1)

    /// - Precondition: `0 <= index < count`.
    public init(index: Int, count: Int) {
        precondition(index >= 0 && index < count, "a shard is one of its sweep's")
        self.index = index
        self.count = count
    }

    /// Reads `i/n`, i from 0.
    public init?(parsing text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let index = Int(parts[0]), let count = Int(parts[1]), index >= 0, index < count
        else { return nil }
        self.init(index: index, count: count)
    }

    /// The part that a job array gives this process.
    ///
    /// Slurm: `SLURM_ARRAY_TASK_ID` with `_MIN`, `_STEP` and `_COUNT` (sbatch manual, "job array"). Kubernetes
    /// indexed jobs: `JOB_COMPLETION_INDEX`; HyperQueue: `HQ_TASK_ID` from 0; these two do not tell how many there
    /// are, which `count` must.
    /// - Throws: a ``SweepShardProblem`` when there is no such variable, or it does not fit.
    public init(environment: [String: String], count: Int?) throws(SweepShardProblem) {
        func integer(_ name: String) throws(SweepShardProblem) -> Int? {
            guard let text = environment[name] else { return nil }
            guard let value = Int(text) else {
                throw SweepShardProblem(message: "\(name) is \(text), which is no integer")
            }
            return value
        }
        let found: (name: String, index: Int, count: Int?)
        if let task = try integer("SLURM_ARRAY_TASK_ID") {
            let first = try integer("SLURM_ARRAY_TASK_MIN") ?? 0
            let step = max(1, try integer("SLURM_ARRAY_TASK_STEP") ?? 1)
            found = ("SLURM_ARRAY_TASK_ID", (task - first) / step, try integer("SLURM_ARRAY_TASK_COUNT"))
        } else if let index = try integer("JOB_COMPLETION_INDEX") {
            found = ("JOB_COMPLETION_INDEX", index, nil)
        } else if let index = try integer("HQ_TASK_ID") {
            found = ("HQ_TASK_ID", index, nil)
        } else {
            throw SweepShardProblem(message: "none of SLURM_ARRAY_TASK_ID, JOB_COMPLETION_INDEX, HQ_TASK_ID is set; "
                + "write --shard i/n")
        }
        guard let all = count ?? found.count else {
            throw SweepShardProblem(message: "\(found.name) does not tell how many shards there are; add --shards n")
        }
        guard found.index >= 0, found.index < all else {
            throw SweepShardProblem(
                message: "\(found.name) gives shard \(found.index), which is none of 0 to \(all - 1)")
        }
        self.init(index: found.index, count: all)
    }

    /// The numbers of its points.
    public func points(of total: Int) -> StrideTo<Int> { stride(from: index, to: total, by: count) }

    /// `i/n`.
    public var description: String { "\(index)/\(count)" }

    /// Name of its file in a folder of shards.
    public var fileName: String {
        let width = "\(count - 1)".count
        let digits = "\(index)"
        return "shard-" + String(repeating: "0", count: width - digits.count) + digits + "-of-\(count).jsonl"
    }
}

/// Why a job array's variables name no shard.
public struct SweepShardProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// What the environment says, and what is missing in it.
    public var message: String
    public var description: String { "--shard auto: \(message)" }
}
