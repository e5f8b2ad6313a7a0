import ArgumentParser
import Glibc
import JSONText
import Report
import Scenario
import Studies

/// `simulate search`.
struct SearchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "The largest load that holds an SLO, the fewest cards or lowest cost for a load, or the best mix.",
        discussion: """
            simulate search scenario.json --load workloads.chat.traffic.speed=0.25..8
            simulate search scenario.json --resource workloads.chat.pools.prefill.replicas=1..12 \\
                --resource workloads.chat.pools.decode.replicas=1..6 --minimise devices
            simulate search scenario.json --load workloads.chat.traffic.speed=0.25..8 --within 'devices <= 32' \\
                --set workloads.chat.pools.prefill.replicas=2,4,6 \\
                --set workloads.chat.pools.prefill.tensor_parallel=2,4,8
            simulate search sweep.json --pareto max:output_tokens_per_s_per_device,min:ttft_s.p99,min:cost_per_hour

            More of a --load is taken to be never easier to hold and more of a --resource never worse, so that most
            candidates need no run; the answer is then that of running all of them (simulate sweep), the load within
            --tolerance. A run is stopped early only where the SLO cannot be attained any more, and its result says so.
            --holding asks for slo (every workload's attainment), any, or an expression over metrics: 'feasible',
            'ttft_s.p99 <= 2 and chat.slo_attainment >= 0.95'. A cluster needs room for all that is tried.
            """)

    @Argument(help: "A scenario, or a sweep file whose axes are tried.")
    var scenario: String

    @Option(name: .customLong("set"), parsing: .singleValue, help: ArgumentHelp(
        "Set something in every candidate; several values, as a,b, are tried. Repeatable.",
        valueName: "path=value[,value]"))
    var settings: [String] = []

    @Option(help: ArgumentHelp(
        "The load whose largest value is wanted: a range, or rising values.", valueName: "path=LOW..HIGH"))
    var load: String?

    @Option(name: .customLong("resource"), parsing: .singleValue, help: ArgumentHelp(
        "Something of which more is never worse but costs: a range with a step of 1 or as given, or rising values. "
            + "Repeatable.", valueName: "path=FIRST..LAST[..STEP]"))
    var resources: [String] = []

    @Option(help: ArgumentHelp(
        "What an answer must hold: slo, any, or an expression over metrics.", valueName: "condition"))
    var holding: String?

    @Option(help: ArgumentHelp("Make this small: devices, cost_per_hour, power_w, or a metric.", valueName: "figure"))
    var minimise: String?

    @Option(help: ArgumentHelp("Make this metric large.", valueName: "metric"))
    var maximise: String?

    @Option(help: ArgumentHelp("The Pareto front of these metrics, min: or max: before each.", valueName: "metrics"))
    var pareto: String?

    @Option(help: ArgumentHelp(
        "A budget over devices, cost_per_hour and power_w, e.g. 'devices <= 32'.", valueName: "condition"))
    var within: String?

    @Option(help: ArgumentHelp("Keep candidates that meet a condition on settings.", valueName: "condition"))
    var `where`: String?

    @Option(help: "Relative step of the load.")
    var tolerance = 0.02

    @Option(help: "Search this variant of the scenario.")
    var variant: String?

    @Option(name: [.short, .long], help: "Keep the results of all runs here, as JSON Lines; the same command goes on.")
    var output: String?

    @Option(help: "Points at once; changes no result. All processors unless given.")
    var jobs: Int?

    @Option(help: "Give up a point that needs more events, which counts as not holding.")
    var maxEvents: Int?

    @Flag(help: "Print the answer as JSON.")
    var json = false

    @Flag(help: "No progress on standard error.")
    var quiet = false

    func validate() throws {
        for (name, value) in [("jobs", jobs), ("max-events", maxEvents)] {
            if let value, value < 1 { throw ValidationError("--\(name) \(value): expected an integer of at least 1") }
        }
        guard (0.0001...1).contains(tolerance) else { throw ValidationError("--tolerance: expected 0.0001 to 1") }
        let goals = [load, minimise, maximise, pareto].compactMap { $0 }
        guard goals.count == 1 else {
            throw ValidationError("one of --load, --minimise, --maximise and --pareto says what is wanted; "
                + (goals.isEmpty ? "none is given" : "\(goals.count) are given"))
        }
    }

    func run() throws {
        let search: Search
        do {
            search = try makeSearch()
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure.input(error)
        }
        let path = try output.map(SweepLog.path(of:)) ?? temporarySweepLog()
        defer { if output == nil { unlink(path) } }
        do {
            let log = try SweepLog(path, SweepLog.Header(
                plan: search.plan, shard: .whole, limits: search.runner.limits, search: search.title))
            let answer = try complete(search, log)
            let report = try SearchReport(search, answer) { try log.result(of: $0) }
            if let output { try log.finish(to: try FileSink(output)) }
            if json {
                try write(JSONWriter.pretty.bytes(of: report.json) + [UInt8(ascii: "\n")], to: "-")
            } else {
                print(report.text, terminator: "")
            }
        } catch let failure as Failure {
            throw failure
        } catch let problem as JSONProblem {
            throw Failure.input(problem)
        } catch {
            throw Failure.run(error)
        }
    }

    private func complete(_ search: Search, _ log: SweepLog) throws -> SearchAnswer {
        if log.count > 0 { printToStandardError("\(log.count) points are done already") }
        StopSignal.install()
        let jobs = jobs ?? processorCount
        let box = SearchState(log: log, progress: SearchProgress(total: search.plan.count, isQuiet: quiet))
        let result: Result<SearchAnswer, any Error> = waitFor {
            do {
                return .success(try await search.run(
                    jobs: jobs, known: { try box.log.result(of: $0) }, while: { !StopSignal.isRaised }
                ) {
                    try box.log.append($0)
                    box.progress.add()
                })
            } catch {
                return .failure(error)
            }
        }
        box.progress.finish()
        do {
            return try result.get()
        } catch is SearchStopped {
            let kept = output == nil ? "nothing is kept without -o" : "the same command goes on"
            throw Failure(message: "stopped: \(log.count) points are done; \(kept)", status: 75)
        }
    }
}

/// Log and progress of a search. Only the task that collects results touches them until it has ended.
private final class SearchState: @unchecked Sendable {
    let log: SweepLog
    var progress: SearchProgress

    init(log: SweepLog, progress: SearchProgress) {
        self.log = log
        self.progress = progress
    }
}
