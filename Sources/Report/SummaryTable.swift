import Metrics
import Scenario
import Serving
import Studies

/// The answer on the terminal: variants side by side, which is better, and why.
public struct SummaryTable: Sendable {
    /// The whole answer, several lines.
    public let text: String

    /// Creates the answer for the variants of a scenario.
    public init(name: String, runs: [VariantRun]) {
        var text = "\(name)\n\n"
        let workloads = Self.workloads(runs)
        for workload in workloads {
            if workloads.count > 1 { text += "workload \(workload.name)\n" }
            text += Self.table(runs, workload) + "\n"
        }
        if let draws = runs.first?.drawn?.draws {
            text += "In brackets: 5 % to 95 % of \(draws.count) draws of the timing parameters.\n\n"
        }
        if let verdict = TenantVerdict(runs) {
            text += verdict.text
        } else if let verdict = Verdict(runs) {
            text += Self.reasons(verdict)
        }
        self.text = text
    }

    /// Names of all workloads, which variants may add and remove, in order of appearance.
    private static func workloads(_ runs: [VariantRun]) -> [(name: String, kind: WorkloadKind)] {
        var found: [(name: String, kind: WorkloadKind)] = []
        for workload in runs.flatMap(\.scenario.workloads)
        where !found.contains(where: { $0.name == workload.name && $0.kind == workload.kind }) {
            found.append((workload.name, workload.kind))
        }
        return found
    }

    /// The variants that have the workload, side by side.
    private static func table(_ runs: [VariantRun], _ workload: (name: String, kind: WorkloadKind)) -> String {
        switch workload.kind {
        case .serving: servingTable(runs, workload.name)
        case .jobs: jobsTable(runs, workload.name)
        case .dividedJobs: dividedJobsTable(runs, workload.name)
        case .rl: learningTable(runs, workload.name)
        case .training: trainingTable(runs, workload.name)
        }
    }

    private static func servingTable(_ runs: [VariantRun], _ workload: String) -> String {
        let columns = runs.compactMap { run in
            run.scenario.plans.firstIndex { $0.configuration.name == workload }.map { (run: run, index: $0) }
        }
        var table = TextTable([""] + columns.map(\.run.name))
        let outcomes = columns.map { $0.run.outcomes[$0.index] }
        let plans = columns.map { $0.run.scenario.plans[$0.index] }
        func add(_ name: String, _ cell: (ServingOutcome) -> String?) {
            let cells = outcomes.map { cell($0) ?? "-" }
            if cells.contains(where: { $0 != "-" }) { table.add([name] + cells) }
        }
        func add(_ name: String, _ path: String, _ format: (Double) -> String) {
            let cells = columns.map { $0.run.cell(path, workload: $0.index, format) ?? "-" }
            if cells.contains(where: { $0 != "-" }) { table.add([name] + cells) }
        }
        table.add(["cards"] + zip(plans, outcomes).map(cards))
        add("completed / arrived") { "\($0.completed) / \($0.arrived)" }
        add("rejected, unfinished") {
            $0.rejectedCount + $0.unfinished > 0 ? "\($0.rejectedCount), \($0.unfinished)" : nil
        }
        for (name, path, format) in headline { add(name, path, format) }
        add("prefix blocks hit") {
            $0.prefixUnitsLookedUp > 0 ? percent(Double($0.prefixUnitsHit) / Double($0.prefixUnitsLookedUp)) : nil
        }
        add("preemptions") { $0.preemptions > 0 ? "\($0.preemptions)" : nil }
        addSharing(columns.map { $0.run.sharedUse($0.index) }, to: &table)
        add("busy") { $0.pools.map { "\($0.name) \(percent($0.utilisation))" }.joined(separator: ", ") }
        add("KV peak") { $0.pools.map { "\($0.name) \(percent($0.peakKeyValueShare))" }.joined(separator: ", ") }
        return table.text
    }

    /// What replicas on shared devices lost to others.
    private static func addSharing(
        _ uses: [(blocks: Int, fewest: Int, lostMean: Double, shrinks: Int, preemptions: Int, slowedShare: Double)?],
        to table: inout TextTable
    ) {
        guard uses.contains(where: { $0 != nil }) else { return }
        table.add(["KV left by others, mean, least"] + uses.map { use in
            guard let use, use.blocks > 0 else { return "-" }
            let all = Double(use.blocks)
            return percent(1 - use.lostMean / all) + ", " + percent(Double(use.fewest) / all)
        })
        table.add(["preempted as KV was taken"] + uses.map { $0.map { "\($0.preemptions)" } ?? "-" })
        table.add(["computing with a part of the cores"] + uses.map { $0.map { percent($0.slowedShare) } ?? "-" })
    }

    /// Rows of figures that may have an interval: name, path among the headline metrics, format.
    static let headline: [(String, String, @Sendable (Double) -> String)] =
        [
            ("makespan", "makespan_s", time), ("output tokens/s", "output_tokens_per_s", significant),
            ("output tokens/s/card", "output_tokens_per_s_per_device", significant),
            ("good requests/s", "goodput_requests_per_s", significant), ("SLO attainment", "slo_attainment", percent),
        ] + [("TTFT", "ttft_s"), ("TPOT", "tpot_s"), ("ITL", "itl_s"), ("E2E", "e2e_s")].flatMap { name, path in
            ["mean", "p50", "p99"].map { ("\(name) \($0)", "\(path).\($0)", time) }
        }

    private static func cards(_ plan: ServingPlan, _ outcome: ServingOutcome) -> String {
        zip(plan.pools, outcome.pools).map { "\($1.devices) \($0.device.name)" }.joined(separator: " + ")
    }

    private static func reasons(_ verdict: Verdict) -> String {
        var text = ""
        let best = verdict.entries[verdict.best]
        if verdict.entries.count > 1, best.rate == 0 {
            text += "No variant has any \(words(verdict.criterion))\n\n"
        } else if verdict.entries.count > 1, verdict.isTie {
            text += "No difference above \(percent(Verdict.tie)) in \(words(verdict.criterion)); "
                + "\(best.name) has the shortest mean E2E\n\n"
        } else if verdict.entries.count > 1 {
            let comparisons = zip(verdict.entries, verdict.ratios).filter { $0.0.name != best.name }
                .map { "\($1.map { rounded($0, 2) + " x" } ?? "infinitely more than") \($0.name)" }
            text += "Best by \(words(verdict.criterion)): \(best.name), \(comparisons.joined(separator: ", "))\n\n"
        }
        if let chances = chances(verdict) { text += chances + "\n\n" }
        for entry in verdict.entries {
            text += "Why \(entry.name):\n" + entry.reasons.map { "  - \($0)\n" }.joined()
        }
        return text
    }

    /// How sure the drawn parameters are that the best variant is it.
    private static func chances(_ verdict: Verdict) -> String? {
        guard let probabilities = verdict.probabilities, verdict.entries.count > 1 else { return nil }
        let others = verdict.entries.indices.filter { $0 != verdict.best }.map {
            "\(verdict.entries[$0].name) with probability \(rounded(probabilities[verdict.best][$0], 2))"
        }
        return "Under drawn parameters \(verdict.entries[verdict.best].name) is better than "
            + others.joined(separator: ", ")
    }

    private static func words(_ criterion: String) -> String {
        criterion.hasPrefix("goodput") ? "good requests per second and card" : "output tokens per second and card"
    }
}
