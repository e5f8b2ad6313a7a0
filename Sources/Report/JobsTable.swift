import Metrics
import Scenario
import Scheduling
import Studies

extension SummaryTable {
    /// The variants that have a workload of jobs, side by side, and where the time in the queue went.
    static func jobsTable(_ runs: [VariantRun], _ workload: String) -> String {
        let columns = runs.compactMap { run in
            run.scenario.jobs.firstIndex { $0.configuration.name == workload }.map { (run: run, index: $0) }
        }
        var table = TextTable([""] + columns.map(\.run.name))
        let outcomes = columns.map { $0.run.scheduling[$0.index] }
        let policies = columns.map { $0.run.scenario.jobs[$0.index].configuration.policy }
        func add(_ name: String, _ cell: (SchedulingOutcome) -> String?) {
            let cells = outcomes.map { cell($0) ?? "-" }
            if cells.contains(where: { $0 != "-" }) { table.add([name] + cells) }
        }
        table.add(["policy"] + policies.map(words))
        add("devices") { "\($0.devices)" }
        add("completed / submitted") { "\($0.completed) / \($0.arrived)" }
        add("impossible, unfinished") { $0.rejected + $0.unfinished > 0 ? "\($0.rejected), \($0.unfinished)" : nil }
        add("makespan") { time(seconds($0.makespan)) }
        add("held, used") { "\(percent($0.allocationRatio)), \(percent($0.utilisation))" }
        for (name, figure) in [("mean", \Distribution.mean), ("p50", \.p50), ("p99", \.p99)] {
            add("JCT \(name)") { $0.completionTime.map { time($0[keyPath: figure]) } }
        }
        for (name, figure) in [("mean", \Distribution.mean), ("p99", \.p99)] {
            add("queueing \(name)") { $0.queueing.map { time($0[keyPath: figure]) } }
        }
        add("queue mean, longest") { "\(significant($0.meanQueueLength)), \($0.longestQueue)" }
        add("stretch p50, p99") { $0.stretch.map { "\(significant($0.p50)), \(significant($0.p99))" } }
        add("idle though enough") { $0.fragmentation > 0 ? percent($0.fragmentation) : nil }
        add("preempted, reclaimed") { $0.preemptions + $0.reclaims > 0 ? "\($0.preemptions), \($0.reclaims)" : nil }
        add("ended by failures") { $0.failures > 0 ? "\($0.failures)" : nil }
        add("Jain index of tenants") { $0.jainIndex.map { rounded($0, 3) } }
        for row in shareRows(columns.map { $0.run.sharesOfAlone[$0.index] }) { table.add(row) }
        var text = table.text
        for (column, outcome) in zip(columns, outcomes) {
            let all = outcome.waits.reduce(0) { $0 + Double($1.nanoseconds) }
            guard all > 0 else { continue }
            let parts = outcome.waits.map { "\($0.reason.name) \(percent(Double($0.nanoseconds) / all))" }
            text += "\nWhy jobs waited, \(column.run.name): \(parts.joined(separator: ", "))"
        }
        for (column, outcome) in zip(columns, outcomes) {
            text += tenantShares(column.run, column.run.world.scheduling[column.index], outcome)
        }
        for column in columns { text += autoscaling(column.run, column.run.world.scheduling[column.index]) }
        for column in columns { text += clusterAnswers(column.run, column.run.world.scheduling[column.index]) }
        return text + "\n"
    }

    /// A row for each part of each tenant's work: the share that it attains of what it attains alone.
    private static func shareRows(_ columns: [SharesOfAlone?]) -> [[String]] {
        var names: [(tenant: String, part: String)] = []
        for tenant in columns.compactMap({ $0 }).flatMap(\.tenants) {
            for part in tenant.parts
            where !names.contains(where: { $0.tenant == tenant.name && $0.part == part.name }) {
                names.append((tenant.name, part.name))
            }
        }
        return names.map { name in
            ["of alone: \(name.tenant), \(name.part)"] + columns.map { shares in
                shares?.tenants.first { $0.name == name.tenant }?.parts.first { $0.name == name.part }
                    .map { percent($0.share) } ?? "-"
            }
        }
    }

    private static func words(_ policy: SchedulingPolicy) -> String {
        var words = policy.usesDurations && policy.durations == .oracle ? "oracle " : ""
        words += policy.order.name
        if policy.preemption != .none { words += "+preempt" }
        return words + " " + policy.whenBlocked.rawValue
    }
}
