import Metrics
import Scenario
import Scheduling

extension SummaryTable {
    /// The variants that have a workload of jobs that divide the cluster, side by side.
    static func dividedJobsTable(_ runs: [VariantRun], _ workload: String) -> String {
        let columns = runs.compactMap { run in
            run.scenario.dividing.firstIndex { $0.name == workload }.map { (run: run, index: $0) }
        }
        var table = TextTable([""] + columns.map(\.run.name))
        let outcomes = columns.map { $0.run.dividing[$0.index] }
        func add(_ name: String, _ cell: (DividingOutcome) -> String?) {
            let cells = outcomes.map { cell($0) ?? "-" }
            if cells.contains(where: { $0 != "-" }) { table.add([name] + cells) }
        }
        table.add(["policy"] + columns.map { $0.run.scenario.dividing[$0.index].words })
        add("devices") { "\($0.devices)" }
        add("completed / submitted") { "\($0.completed) / \($0.arrived)" }
        add("turned away, unfinished") { $0.rejected + $0.unfinished > 0 ? "\($0.rejected), \($0.unfinished)" : nil }
        add("makespan") { time(seconds($0.makespan)) }
        add("held, used") { "\(percent($0.allocationRatio)), \(percent($0.utilisation))" }
        for (name, figure) in [("mean", \Distribution.mean), ("p50", \.p50), ("p99", \.p99)] {
            add("JCT \(name)") { $0.completionTime.map { time($0[keyPath: figure]) } }
        }
        add("queueing mean") { $0.queueing.map { time($0.mean) } }
        add("rho mean, worst") { $0.finishTimeFairness.map { "\(significant($0.mean)), \(significant($0.max))" } }
        add("preempted, restarts cost") {
            $0.preemptions > 0 ? "\($0.preemptions), \(time(seconds($0.restart)))" : nil
        }
        for name in outcomes.flatMap({ $0.own.map(\.name) }).reduce(into: [String](), { list, name in
            if !list.contains(name) { list.append(name) }
        }) {
            add(name.split(separator: "_").joined(separator: " ")) { outcome in
                outcome.own.first { $0.name == name }.map { significant($0.value) }
            }
        }
        add("stopped") { $0.failure }
        var text = table.text
        for (column, outcome) in zip(columns, outcomes) {
            let all = outcome.waits.reduce(0) { $0 + Double($1.nanoseconds) }
            guard all > 0 else { continue }
            let parts = outcome.waits.map { "\($0.reason.rawValue) \(percent(Double($0.nanoseconds) / all))" }
            text += "\nWhy jobs waited, \(column.run.name): \(parts.joined(separator: ", "))"
        }
        return text + "\n"
    }
}
