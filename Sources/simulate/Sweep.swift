import ArgumentParser
import JSONText
import Report
import Scenario
import Studies

/// `simulate sweep …`.
struct Sweep: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What if: many variations of a scenario.",
        discussion: """
            simulate sweep run scenario.json --set workloads.chat.engine.max_batch_tokens=2048,8192 -o out.jsonl
            simulate sweep run sweep.json --jobs 2 -o out.jsonl --pareto output_tokens_per_s_per_device,ttft_s.p99
            simulate sweep run sweep.json --shard 0/8 -o shards/
            simulate sweep merge shards/ -o out.jsonl
            """,
        subcommands: [SweepPlanCommand.self, SweepRun.self, SweepMerge.self, SweepStatusCommand.self])
}

/// What is swept, as `plan` and `run` take it.
struct SweepOptions: ParsableArguments {
    @Argument(help: "A sweep file, or a scenario that --set varies.")
    var sweep: String

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "Set something in every point; several values, as a,b, make an axis. "
                + "A value with a comma of its own stands in double quotes. Repeatable; all combinations are run.",
            valueName: "path=value[,value]"))
    var settings: [String] = []

    @Option(help: ArgumentHelp("Keep points that meet a condition, e.g. 'cluster.nodes.a2.count >= 2'."))
    var `where`: String?

    @Option(help: "Run each point with each of these seeds.", transform: parsedSeeds)
    var seeds: [UInt64]?

    @Option(help: ArgumentHelp("Choose so many points instead of all, evenly (the R2 sequence).", valueName: "n"))
    var sample: Int?

    @Option(help: "Vary this variant of the scenario.")
    var variant: String?

    @Option(help: "Run the points listed here, a line of {\"set\": {…}} each, as plan writes; - is standard input.")
    var points: String?

    func validate() throws {
        if let sample, sample < 1 { throw ValidationError("--sample \(sample): expected an integer of at least 1") }
    }

    /// The plan that file and options make.
    func plan() throws -> SweepPlan {
        do {
            let (base, file) = try loadSweep(sweep)
            var specification = file
            for text in settings { try specification.add(setting: text) }
            if let `where` { specification.condition = try SweepCondition(parsing: `where`) }
            if let seeds { specification.seeds = seeds }
            if let sample { specification.sample = SweepSample(kind: .evenly, count: sample) }
            if let variant { specification.variant = variant }
            try checkVariant(specification.variant, base)
            guard let points else { return try SweepPlan(base, specification, engineVersion: engineVersion) }
            guard specification.axes.isEmpty || settings.isEmpty, `where` == nil, seeds == nil, sample == nil else {
                throw Failure(
                    message: "--points lists every point; --where, --seeds, --sample and axes do not go with it",
                    status: 2)
            }
            let bytes = try FileText.read(points == "-" ? "/dev/stdin" : points)
            let list = try SweepPointList(bytes, file: points)
            return try SweepPlan(base, specification, listed: list, engineVersion: engineVersion)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure.input(error)
        }
    }
}

@Sendable private func parsedSeeds(_ text: String) throws -> [UInt64] {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    let seeds = parts.compactMap { UInt64($0) }.filter { $0 <= UInt64(Int64.max) }
    guard seeds.count == parts.count else { throw ValidationError("expected integers of at least 0, as in 1,2,3") }
    return seeds
}

/// `simulate sweep plan`.
struct SweepPlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "The points of a sweep, a line of JSON each, without running them.")

    @OptionGroup var options: SweepOptions

    @Option(name: [.short, .long], help: "The file to write; - is standard output.")
    var output = "-"

    @Flag(help: "Run a few points and say on standard error how long all will take on this machine.")
    var predict = false

    func run() throws {
        let plan = try options.plan()
        do {
            let file = try FileSink(output)
            var stream = JSONStream(to: file)
            for index in 0..<plan.count {
                let point = try plan.point(at: index)
                let identifier = plan.identifier(of: try plan.scenario(at: index))
                stream.object { line in
                    line.member("i", index)
                    line.member("of", plan.count)
                    line.member("id", identifier)
                    if let seed = point.seed { line.member("seed", Int64(clamping: seed)) }
                    line.member("set", .object(point.settingsObject))
                }
            }
            try stream.finish()
            try file.commit()
        } catch let problems as JSONProblems {
            throw Failure.input(problems)
        } catch {
            throw Failure.run(error)
        }
        if output != "-" || predict {
            printToStandardError("\(plan.count) points" + (predict ? prediction(plan) : ""))
        }
    }

    /// From three points, spread over all; the first of them also reads what all share, and does not count.
    private func prediction(_ plan: SweepPlan) -> String {
        let runner = SweepRunner(plan) { SweepOutcome($0, $1) }
        let probes = min(3, plan.count)
        _ = runner.line(of: 0)
        let spent = ContinuousClock().measure {
            for probe in 0..<probes { _ = runner.line(of: (2 * probe + 1) * plan.count / (2 * probes)) }
        }
        let seconds = Double(spent.components.seconds) + Double(spent.components.attoseconds) / 1e18
        let total = seconds / Double(probes) * Double(plan.count)
        return ", about \(duration(Int(total.rounded(.up)))) of processor time, "
            + "\(duration(Int((total / Double(processorCount)).rounded(.up)))) on the \(processorCount) here"
    }
}
