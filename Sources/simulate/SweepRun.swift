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

    @Option(help: "Number of shards, for --claim, and for --shard auto where the variables do not tell.")
    var shards: Int?

    @Option(help: ArgumentHelp(
        "Run shards as they come free: any number of processes that share this folder take them by lease files in it.",
        valueName: "folder"))
    var claim: String?

    @Option(help: ArgumentHelp(
        "With --claim: take over a shard whose process has not shown itself for so long.", valueName: "seconds"))
    var leaseTimeout: Int?

    @Option(help: "Give up a point that needs more events: the same on every machine.")
    var maxEvents: Int?

    @Option(help: "Give up a point after so many seconds: a guard that depends on the machine; its result says so.")
    var timeout: Double?

    @Option(help: ArgumentHelp(
        "Give up a point when the process holds more, e.g. '4 GB': a guard, as --timeout is.", valueName: "bytes"))
    var maxMemory: String?

    @Option(help: ArgumentHelp(
        "Objectives of a Pareto front, e.g. output_tokens_per_s_per_device,ttft_s.p99; min: or max: before others.",
        valueName: "metrics"))
    var pareto: String?

    @Flag(help: "No progress on standard error.")
    var quiet = false

    func validate() throws {
        let counts = [
            ("jobs", jobs), ("shards", shards), ("max-events", maxEvents), ("lease-timeout", leaseTimeout),
        ]
        for (name, value) in counts {
            if let value, value < 1 { throw ValidationError("--\(name) \(value): expected an integer of at least 1") }
        }
        if let timeout, !(timeout > 0 && timeout < 1e9) { throw ValidationError("--timeout: expected seconds above 0") }
        if shards != nil, shard != "auto", claim == nil {
            throw ValidationError("--shards has an effect only with --shard auto and with --claim")
        }
        if claim != nil {
            guard shards != nil else { throw ValidationError("--claim needs --shards, how many parts there are") }
            guard shard == nil else { throw ValidationError("--claim chooses shards itself; leave out --shard") }
            guard output != "-" else { throw ValidationError("--claim writes shards into a folder, not to -") }
        } else if leaseTimeout != nil {
            throw ValidationError("--lease-timeout has an effect only with --claim")
        }
    }

    func run() throws {
        let shard = try chosenShard()
        let objectives = try chosenObjectives()
        let plan = try options.plan()
        let runner = SweepRunner(
            plan, limits: SweepLimits(
                maximumEvents: maxEvents, timeoutSeconds: timeout, maximumMemoryBytes: try memoryLimit())
        ) { SweepOutcome($0, $1) }
        do {
            try runner.check()
        } catch {
            throw Failure.input(error)
        }
        if let claim { return try runClaimed(runner, leasesIn: claim) }
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

    /// Runs shards that nobody has run or is running, one after the other.
    private func runClaimed(_ runner: SweepRunner, leasesIn folder: String) throws {
        let count = shards ?? 1
        var own = 0, others = 0
        do {
            try makeFolder(folder)
            for index in 0..<count {
                let shard = SweepShard(index: index, count: count)
                let target = try target(of: shard, isFolder: true)
                guard access(target, F_OK) != 0 else { continue }
                guard let lease = try SweepLease.take(shard, in: folder, staleAfter: leaseTimeout ?? 600) else {
                    others += 1
                    continue
                }
                defer { lease.release() }
                // It may have been finished between the look and the lease.
                guard access(target, F_OK) != 0 else { continue }
                let log = try SweepLog(SweepLog.path(of: target), SweepLog.Header(
                    plan: runner.plan, shard: shard, limits: runner.limits))
                try complete(log, runner, shard) { lease.renew() }
                try log.finish(to: try FileSink(target))
                own += 1
            }
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure.run(error)
        }
        print("\(own) of \(count) shards were run here, \(others) are in other hands")
    }

    /// Runs what the log does not have yet.
    private func complete(
        _ log: SweepLog, _ runner: SweepRunner, _ shard: SweepShard, each: @escaping () -> Void = {}
    ) throws {
        let all = shard.points(of: runner.plan.count)
        let total = all.underestimatedCount
        if log.count > 0 { printToStandardError("\(log.count) of \(total) points are done already") }
        StopSignal.install()
        let jobs = jobs ?? processorCount
        let box = SweepState(
            log: log, progress: SweepProgress(total: total, done: log.count, isQuiet: quiet), each: each)
        let failure: (any Error)? = waitFor {
            do {
                let left = all.lazy.filter { !box.log.contains($0) }
                try await runner.run(left, jobs: jobs, while: { !StopSignal.isRaised }) {
                    try box.log.append($0)
                    box.progress.add($0.head.status)
                    box.each()
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
    private func target(of shard: SweepShard, isFolder isWanted: Bool = false) throws -> String {
        guard isWanted || isFolder(output) || output.hasSuffix("/") else { return output }
        try makeFolder(output)
        return (output.hasSuffix("/") ? output : output + "/") + shard.fileName
    }

    private func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private func makeFolder(_ path: String) throws {
        guard isFolder(path) || mkdir(path, 0o777) == 0 || errno == EEXIST else {
            throw Failure(message: "\(path): the folder cannot be made", status: 1)
        }
    }

    private func memoryLimit() throws -> Int? {
        guard let maxMemory else { return nil }
        do {
            return Int(try Quantity(maxMemory, .bytes, sign: .positive).integer())
        } catch {
            throw Failure(message: "--max-memory \(maxMemory): \(error)", status: 2)
        }
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
    let each: () -> Void

    init(log: SweepLog, progress: SweepProgress, each: @escaping () -> Void) {
        self.log = log
        self.progress = progress
        self.each = each
    }
}
