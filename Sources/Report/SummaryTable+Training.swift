import EventEngine
import Scenario
import Training

extension SummaryTable {
    /// Variants of a training workload side by side, and what ran out of memory where something did.
    static func trainingTable(_ runs: [VariantRun], _ workload: String) -> String {
        let columns = runs.compactMap { run in
            run.scenario.training.firstIndex { $0.configuration.name == workload }.map { (run: run, index: $0) }
        }
        let plans = columns.map { $0.run.scenario.training[$0.index] }
        let outcomes = columns.map { $0.run.training[$0.index] }
        var table = TextTable([""] + columns.map(\.run.name))
        func add(_ name: String, _ cell: (TrainingOutcome, TrainingPlan) -> String?) {
            let cells = zip(outcomes, plans).map { cell($0, $1) ?? "-" }
            if cells.contains(where: { $0 != "-" }) { table.add([name] + cells) }
        }
        add("cards") { "\($1.devices.count) \($1.device.name)" }
        add("fits") { outcome, _ in outcome.outOfMemory == nil ? "yes" : "no" }
        add("steps done, lost") { outcome, _ in
            outcome.lostSteps > 0 ? "\(outcome.steps), \(outcome.lostSteps)" : "\(outcome.steps)"
        }
        add("makespan") { outcome, _ in outcome.makespan > 0 ? time(seconds(outcome.makespan)) : nil }
        add("step time mean") { outcome, _ in outcome.stepTime.map { time($0.mean) } }
        let parts: [(String, @Sendable (PassTimes) -> Int64)] = [
            ("  computation", { $0.computeNanoseconds }), ("  pipeline bubble", { $0.bubbleNanoseconds }),
            ("  exposed communication", { $0.exposedCommunicationNanoseconds }),
            ("  optimizer", { $0.optimizerNanoseconds }),
        ]
        for (name, part) in parts {
            add(name) { outcome, _ in
                outcome.steps > 0 && part(outcome.step) > 0 ? time(seconds(part(outcome.step))) : nil
            }
        }
        add("tokens/s/card") { outcome, plan in
            outcome.makespan > 0
                ? significant(Double(outcome.tokens) / seconds(outcome.makespan) / Double(plan.devices.count)) : nil
        }
        add("MFU") { outcome, plan in outcome.utilisation(plan).map(percent) }
        add("waiting for copies") { outcome, _ in
            outcome.copyNanoseconds > 0 ? time(seconds(outcome.copyNanoseconds)) : nil
        }
        add("device memory") { _, plan in
            rounded(Double(plan.configuration.deviceBytes.reduce(0, +)) / 0x1p30, 1) + " GiB"
        }
        var text = table.text
        for (column, outcome) in zip(columns, outcomes) {
            guard let cause = outcome.outOfMemory else { continue }
            text += "\n\(column.run.name): \(cause)\n"
        }
        return text
    }
}

extension TrainingOutcome {
    /// Model FLOP utilisation over the whole run: FLOP of the mathematics in steps that count over what the peaks
    /// allow; nil where nothing ran.
    func utilisation(_ plan: TrainingPlan) -> Double? {
        guard makespan > 0 else { return nil }
        let rate = Double(plan.devices.count) * plan.configuration.training.peakFlopPerSecond
        return modelFlop / (seconds(makespan) * rate)
    }
}
