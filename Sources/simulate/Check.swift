import ArgumentParser
import JSONText
import Scenario

/// `simulate check`.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check a scenario with all its variants and traces, without running it.",
        discussion: "Prints every problem with file:line:column and path; exit status 2 if there is one.")

    @Argument(help: "A scenario.")
    var scenario: String

    @Option(name: .customLong("set"), parsing: .singleValue,
            help: ArgumentHelp("Change the scenario before it is checked; repeatable.", valueName: "path=value"))
    var settings: [String] = []

    func run() throws {
        var problems: [JSONProblem] = []
        let document: ScenarioDocument
        do {
            document = try ScenarioDocument(contentsOf: scenario, settings: settings)
        } catch {
            throw Failure.input(error)
        }
        let cache = TraceCache()
        for name in document.variantNames {
            do {
                let checked = try document.checked(variant: name, traces: cache)
                if problems.isEmpty { print(description(of: checked, name)) }
            } catch {
                problems += error.problems.filter { !problems.contains($0) }
            }
        }
        guard problems.isEmpty else { throw Failure.input(JSONProblems(problems)) }
    }

    private func description(of checked: CheckedScenario, _ name: String) -> String {
        let workloads = zip(checked.plans, checked.traces).map { plan, trace in
            let pools = zip(plan.pools, plan.configuration.pools).map { pool, configuration in
                "\(pool.name) \(configuration.replicas.count) x \(pool.parallelism.devices) \(pool.device.name), "
                    + "\(configuration.blocks) KV blocks each"
            }
            return "\(plan.configuration.name): \(trace.count) requests, " + pools.joined(separator: "; ")
        }
        return "\(name): ok. " + workloads.joined(separator: ". ")
    }
}
