import Metrics
import Scenario
import Serving

/// The answer on the terminal: variants side by side, which is better, and why.
public struct SummaryTable: Sendable {
    public let text: String

    public init(name: String, runs: [VariantRun]) {
        var text = "\(name)\n\n"
        let workloads = runs.map { $0.outcomes.count }.max() ?? 0
        for workload in 0..<workloads {
            if workloads > 1, let plan = runs.first?.scenario.plans[workload] {
                text += "workload \(plan.configuration.name)\n"
            }
            text += Self.table(runs, workload) + "\n"
        }
        text += Self.reasons(Verdict(runs))
        self.text = text
    }

    private static func table(_ runs: [VariantRun], _ workload: Int) -> String {
        var table = TextTable([""] + runs.map(\.name))
        let outcomes = runs.map { $0.outcomes[workload] }
        let plans = runs.map { $0.scenario.plans[workload] }
        func add(_ name: String, _ cell: (ServingOutcome) -> String?) {
            let cells = outcomes.map { cell($0) ?? "-" }
            if cells.contains(where: { $0 != "-" }) { table.add([name] + cells) }
        }
        table.add(["cards"] + zip(plans, outcomes).map(cards))
        add("completed / arrived") { "\($0.completed) / \($0.arrived)" }
        add("rejected, unfinished") {
            $0.rejectedCount + $0.unfinished > 0 ? "\($0.rejectedCount), \($0.unfinished)" : nil
        }
        add("makespan") { time(seconds($0.makespan)) }
        add("output tokens/s") { rate(Double($0.outputTokens), $0) }
        add("output tokens/s/card") { rate(Double($0.outputTokens) / Double(devices($0)), $0) }
        add("good requests/s") { outcome in outcome.good.flatMap { rate(Double($0), outcome) } }
        add("SLO attainment") { outcome in
            outcome.good.map { percent(Double($0) / Double(max(1, outcome.arrived))) }
        }
        for (name, path) in latencies {
            add("\(name) mean") { $0[keyPath: path].map { time($0.mean) } }
            add("\(name) p50") { $0[keyPath: path].map { time($0.p50) } }
            add("\(name) p99") { $0[keyPath: path].map { time($0.p99) } }
        }
        add("prefix blocks hit") {
            $0.prefixUnitsLookedUp > 0 ? percent(Double($0.prefixUnitsHit) / Double($0.prefixUnitsLookedUp)) : nil
        }
        add("preemptions") { $0.preemptions > 0 ? "\($0.preemptions)" : nil }
        add("busy") { $0.pools.map { "\($0.name) \(percent($0.utilisation))" }.joined(separator: ", ") }
        add("KV peak") { $0.pools.map { "\($0.name) \(percent($0.peakKeyValueShare))" }.joined(separator: ", ") }
        return table.text
    }

    private static let latencies: [(String, KeyPath<ServingOutcome, Distribution?> & Sendable)] = [
        ("TTFT", \.timeToFirstToken), ("TPOT", \.timePerOutputToken), ("ITL", \.interTokenLatency),
        ("E2E", \.endToEnd),
    ]

    private static func cards(_ plan: ServingPlan, _ outcome: ServingOutcome) -> String {
        zip(plan.pools, outcome.pools).map { "\($1.devices) \($0.device.name)" }.joined(separator: " + ")
    }

    private static func devices(_ outcome: ServingOutcome) -> Int {
        max(1, outcome.pools.reduce(0) { $0 + $1.devices })
    }

    private static func rate(_ amount: Double, _ outcome: ServingOutcome) -> String? {
        outcome.makespan > 0 ? significant(amount / seconds(outcome.makespan)) : nil
    }

    private static func reasons(_ verdict: Verdict) -> String {
        var text = ""
        if verdict.entries.count > 1 {
            let best = verdict.entries[verdict.best]
            let comparisons = zip(verdict.entries, verdict.ratios).filter { $0.0.name != best.name }
                .map { "\($1.map { rounded($0, 2) + " x" } ?? "infinitely more than") \($0.name)" }
            text += "Best by \(words(verdict.criterion)): \(best.name), \(comparisons.joined(separator: ", "))\n\n"
        }
        for entry in verdict.entries {
            text += "Why \(entry.name):\n" + entry.reasons.map { "  - \($0)\n" }.joined()
        }
        return text
    }

    private static func words(_ criterion: String) -> String {
        criterion.hasPrefix("goodput") ? "good requests per second and card" : "output tokens per second and card"
    }
}
