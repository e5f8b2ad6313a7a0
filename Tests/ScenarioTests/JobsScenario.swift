import EventEngine
import JSONText
import Scheduling

@testable import Scenario

/// A scenario with one workload of jobs on nodes of a group `gpu`, for tests.
struct JobsScenario {
    let text: String

    /// - Parameters:
    ///   - members: what the workload holds beside its kind.
    ///   - nodes: the node groups.
    ///   - rest: members of the scenario itself, each with a comma before it.
    init(
        _ members: String, nodes: String = #"{ "gpu": { "type": "generic", "devices_per_node": 4, "count": 2 } }"#,
        rest: String = ""
    ) {
        text = #"""
            { "schema": "simulate/1", "name": "test", "cluster": { "nodes": \#(nodes) },
              "workloads": { "batch": { "kind": "jobs", \#(members) } }\#(rest) }
            """#
    }

    /// The problems of the scenario, each with its remedy.
    var problems: [String] {
        do throws(JSONProblems) {
            _ = try ScenarioDocument(JSONDocument(text: text, file: "test.json")).checked()
            return []
        } catch {
            return error.problems.map { "\($0.path): \($0.message)" + ($0.remedy.map { " (\($0))" } ?? "") }
        }
    }

    /// The scheduler after the run.
    func run() throws -> SchedulingEngine {
        var world = try ScenarioDocument(JSONDocument(text: text, file: "test.json")).checked().world()
        world.run()
        return world.scheduling[0]
    }
}

extension SchedulingEngine {
    /// Each job's name and runs, `name 0-10,20-25`, in whole seconds and in order of submission.
    var spans: [String] {
        configuration.list.names.indices.map { index in
            let runs = runs(of: index).map { "\($0.start / 1_000_000_000)-\($0.end / 1_000_000_000)" }
            return ([configuration.list.names[index]] + (runs.isEmpty ? [] : [runs.joined(separator: ",")]))
                .joined(separator: " ")
        }
    }
}
