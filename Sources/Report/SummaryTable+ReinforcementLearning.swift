import ReinforcementLearning
import Scenario

extension SummaryTable {
    /// Variants of a reinforcement-learning workload side by side, and what ran out of memory where something did.
    static func learningTable(_ runs: [VariantRun], _ workload: String) -> String {
        let columns = runs.compactMap { run in
            run.scenario.learning.firstIndex { $0.configuration.name == workload }.map { (run: run, index: $0) }
        }
        let outcomes = columns.map { $0.run.learning[$0.index] }
        var table = TextTable([""] + columns.map(\.run.name))
        func add(_ name: String, _ cell: (ReinforcementLearningOutcome) -> String?) {
            let cells = outcomes.map { $0.countedSteps > 0 ? cell($0) ?? "-" : "-" }
            if cells.contains(where: { $0 != "-" }) { table.add([name] + cells) }
        }
        table.add(["cards"] + columns.map { cards($0.run.scenario.learning[$0.index]) })
        table.add(["fits"] + outcomes.map { $0.failure.map { "no: " + $0.phase.name } ?? "yes" })
        func add(_ name: String, _ path: String, _ format: (Double) -> String) {
            let cells = columns.map { $0.run.cell(path, learning: $0.index, format) ?? "-" }
            if cells.contains(where: { $0 != "-" }) { table.add([name] + cells) }
        }
        add("step time mean", "step_time_s.mean", time)
        add("step time p99", "step_time_s.p99", time)
        for phase in StepPhase.allCases {
            add("  " + phase.name) { $0.phases[phase.rawValue] > 0 ? time($0.phases[phase.rawValue]) : nil }
        }
        add("tokens/s/card", "tokens_per_s_per_device", significant)
        if columns.count > 1, let first = outcomes.first, first.countedSteps > 0 {
            add("  \(columns[0].run.name) over it") {
                rounded(first.tokensPerSecondPerDevice / $0.tokensPerSecondPerDevice, 2) + " x"
            }
        }
        if columns.count > 1, let first = columns.first?.run.name {
            let equal = EqualStepTimeReport(runs, workload: workload)
            let cells = columns.map { column in
                equal.devices(of: column.run.name, reaching: first).map { rounded($0, 1) } ?? "-"
            }
            if cells.dropFirst().contains(where: { $0 != "-" }) {
                table.add(["cards for \(first)'s step time"] + cells)
            }
        }
        add("MFU training, all") {
            $0.trainUtilisation > 0 ? percent($0.trainUtilisation) + ", " + percent($0.totalUtilisation) : nil
        }
        add("bubble") { percent($0.bubble) }
        add("trainers idle") { percent($0.train.bubble) }
        add("rollout idle") { percent($0.rollout.bubble) }
        add("passes slowed by others") {
            $0.slowedSeconds > 0 ? time($0.slowedSeconds / Double($0.countedSteps)) : nil
        }
        add("tail after 90 %") { $0.tailSeconds > 0 ? time($0.tailSeconds / Double($0.countedSteps)) : nil }
        add("staleness mean, max") {
            $0.staleness.maximum > 0 ? rounded($0.staleness.meanByToken, 2) + ", \($0.staleness.maximum)" : nil
        }
        add("device memory peak") {
            $0.peakTrainBytes > 0 ? gibibytes(max($0.peakTrainBytes, $0.peakRolloutBytes)) : nil
        }
        add("host memory peak") { $0.hostPeaks.map(\.bytes).max().flatMap { $0 > 0 ? gibibytes($0) : nil } }
        add("cost of 1000 samples") { $0.costPerThousandSamples.map(significant) }
        var text = table.text
        for (column, outcome) in zip(columns, outcomes) {
            guard let failure = outcome.failure else { continue }
            text += "\n\(column.run.name) ends in \(failure.phase.name): \(failure.message)\n"
        }
        if let probabilities = LearningProbabilities(runs, workload: workload) { text += "\n" + probabilities.text }
        return text
    }

    private static func cards(_ plan: ReinforcementLearningPlan) -> String {
        let placement = plan.configuration.placement
        if placement.mode == .cocard { return "\(placement.deviceCount) \(plan.trainDevice.name)" }
        let rollout = placement.deviceCount - placement.trainDevices.count
        if plan.trainDevice.name == plan.rolloutDevice.name {
            return "\(placement.trainDevices.count) + \(rollout) \(plan.trainDevice.name)"
        }
        return "\(placement.trainDevices.count) \(plan.trainDevice.name) + \(rollout) \(plan.rolloutDevice.name)"
    }

    private static func gibibytes(_ bytes: Int64) -> String { rounded(Double(bytes) / 0x1p30, 1) + " GiB" }
}
