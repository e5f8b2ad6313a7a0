import ArgumentParser
import Glibc
import JSONText
import Report
import Studies

/// `simulate sweep run`.
struct SweepRun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run the points of a sweep: a result per line, and a table of the best.",
        discussion: """
            What is done is kept beside the output (OUTPUT.log), so that after an interruption the same command goes
            on where it stopped, to the same bytes.
            """)

    @OptionGroup var options: SweepOptions

    @Option(name: [.short, .long], help: ArgumentHelp(
        "The JSON Lines to write; with --shard, a folder gets a file per shard; - is standard output, without a log."))
    var output: String

    @Option(help: "Points at once; changes no result. All processors unless given.")
    var jobs: Int?

    @Option(help: ArgumentHelp(
        "Run a part: i/n, i from 0, or auto, from the variables of Slurm, Kubernetes or HyperQueue.", valueName: "i/n"))
    var shard: String?

    @Option(help: "Number of shards, for --shard auto where the variables do not tell.")
    var shards: Int?

    @Option(help: "Give up a point that needs more events: the same on every machine.")
    var maxEvents: Int?

    @Option(help: "Give up a point after so many seconds: a guard that depends on the machine; its result says so.")
    var timeout: Double?

    @Option(help: ArgumentHelp(
        "Objectives of a Pareto front, e.g. output_tokens_per_s_per_device,ttft_s.p99; min: or max: before others.",
        valueName: "metrics"))
    var pareto: String?

    @Flag(help: "No progress on standard error.")
    var quiet = false

    func validate() throws {
        for (name, value) in [("jobs", jobs), ("shards", shards), ("max-events", maxEvents)] {
            if let value, value < 1 { throw ValidationError("--\(name) \(value): expected an integer of at least 1") }
        }
        if let timeout, !(timeout > 0 && timeout < 1e9) { throw ValidationError("--timeout: expected seconds above 0") }
        if shards != nil, shard != "auto" { throw ValidationError("--shards has an effect only with --shard auto") }
    }

    func run() throws {
        let shard = try chosenShard()
        let objectives = try chosenObjectives()
        let plan = try options.plan()
        let runner = SweepRunner(
            plan, limits: SweepLimits(maximumEvents: maxEvents, timeoutSeconds: timeout)) { SweepOutcome($0, $1) }
        do {
            try runner.check()
        } catch {
            throw Failure.input(error)
        }
        let target = try target(of: shard)
        do {
            try run(runner, shard, to: target, objectives.isEmpty ? plan.specification.objectives : objectives)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure.run(error)
        }
    }

    private func run(
        _ runner: SweepRunner, _ shard: SweepShard, to target: String, _ objectives: [SweepObjective]
    ) throws {
        let isStream = target == "-"
        let logPath = isStream ? try temporarySweepLog() : SweepLog.path(of: target)
        defer { if isStream { unlink(logPath) } }
        let log = try SweepLog(logPath, SweepLog.Header(plan: runner.plan, shard: shard, limits: runner.limits))
        try complete(log, runner, shard)
        try log.finish(to: try FileSink(target))
        if !isStream { print(try sweepTable([target], objectives), terminator: "") }
    }

    /// Runs what the log does not have yet.
    private func complete(_ log: SweepLog, _ runner: SweepRunner, _ shard: SweepShard) throws {
        let all = shard.points(of: runner.plan.count)
        let total = all.underestimatedCount
        if log.count > 0 { printToStandardError("\(log.count) of \(total) points are done already") }
        StopSignal.install()
        let jobs = jobs ?? processorCount
        let box = SweepState(log: log, progress: SweepProgress(total: total, done: log.count, isQuiet: quiet))
        let failure: (any Error)? = waitFor {
            do {
                let left = all.lazy.filter { !box.log.contains($0) }
                try await runner.run(left, jobs: jobs, while: { !StopSignal.isRaised }) {
                    try box.log.append($0)
                    box.progress.add($0.head.status)
                }
                return nil
            } catch {
                return error
            }
        }
        box.progress.finish()
        if let failure { throw failure }
        guard log.count == total else {
            throw Failure(
                message: "stopped: \(log.count) of \(total) points are done and kept; the same command goes on",
                status: 75)
        }
    }

    private func chosenShard() throws -> SweepShard {
        guard let shard else { return .whole }
        if shard == "auto" {
            do {
                return try SweepShard(environment: environment(), count: shards)
            } catch {
                throw Failure.input(error)
            }
        }
        guard let parsed = SweepShard(parsing: shard) else {
            throw Failure(
                message: "--shard \(shard): expected i/n with i from 0 to n - 1, such as 0/8, or auto", status: 2)
        }
        return parsed
    }

    private func chosenObjectives() throws -> [SweepObjective] { try sweepObjectives(pareto) }

    /// A folder gets a file for the shard.
    private func target(of shard: SweepShard) throws -> String {
        var status = stat()
        let isFolder = stat(output, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
        guard isFolder || output.hasSuffix("/") else { return output }
        guard isFolder || mkdir(output, 0o777) == 0 || errno == EEXIST else {
            throw Failure(message: "\(output): the folder cannot be made", status: 1)
        }
        return (output.hasSuffix("/") ? output : output + "/") + shard.fileName
    }

    private func environment() -> [String: String] {
        let names = ["ID", "MIN", "STEP", "COUNT"].map { "SLURM_ARRAY_TASK_" + $0 }
            + ["JOB_COMPLETION_INDEX", "HQ_TASK_ID"]
        return Dictionary(uniqueKeysWithValues: names.compactMap { name in
            getenv(name).map { (name, String(cString: $0)) }
        })
    }
}

/// A log that lives as long as its run.
func temporarySweepLog() throws -> String {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array((folder + "/simulate-sweep-XXXXXX").utf8CString)
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw Failure(message: "\(folder): no temporary file can be made", status: 1) }
    close(descriptor)
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

/// Log and progress of a run. Only the task that collects results touches them until it has ended.
private final class SweepState: @unchecked Sendable {
    let log: SweepLog
    var progress: SweepProgress

    init(log: SweepLog, progress: SweepProgress) {
        self.log = log
        self.progress = progress
    }
}
